// What difference.py made, taken apart: the state after a change.

export function merge(old, change) {
  if (change === null || typeof change !== "object" || Array.isArray(change)) return change;
  if (Object.hasOwn(change, "=")) return change["="];
  const known = old !== null && typeof old === "object" && !Array.isArray(old);
  const merged = known ? { ...old } : {};
  for (const [name, part] of Object.entries(change)) merged[name] = merge(merged[name], part);
  return merged;
}
