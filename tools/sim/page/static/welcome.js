// Three lines for a first visit; the question mark brings them back.

import { at } from "./dom.js";

const KEY = "welcomed";

export function welcome() {
  const lines = at("welcome");
  lines.hidden = localStorage.getItem(KEY) !== null;
  at("begin").addEventListener("click", () => {
    lines.hidden = true;
    localStorage.setItem(KEY, "yes");
    document.querySelector("#controls button")?.focus();
  });
  at("help").addEventListener("click", () => (lines.hidden = !lines.hidden));
}
