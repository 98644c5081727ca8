// Elements. A text is always a text here: nothing that came over the wire becomes markup.

const SVG = "http://www.w3.org/2000/svg";

export const at = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

export function text(node, words) {
  const shown = String(words);
  if (node.textContent !== shown) node.textContent = shown;
}

export function set(node, name, value) {
  const shown = String(value);
  if (node.getAttribute(name) !== shown) node.setAttribute(name, shown);
}

export function flag(node, name, on) {
  node.classList.toggle(name, Boolean(on));
}

export function press(button, on) {
  set(button, "aria-pressed", Boolean(on));
}

export function panel(node, title, ...tools) {
  node.append(el("h2", {}, el("span", {}, title), ...tools));
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}
