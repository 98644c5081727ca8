// What happened, in words, newest first.

import { at, el, panel } from "./dom.js";
import { spell } from "./bar.js";

const MOST = 300;

export class Log {
  constructor() {
    panel(at("log"), "Log");
    this.list = el("ol", { class: "lines", tabindex: "0", "aria-label": "What happened, newest first" });
    at("log").append(this.list);
  }

  clear() {
    this.list.replaceChildren();
  }

  take(lines) {
    for (const [ms, kind, words] of lines) {
      this.list.prepend(el("li", { "data-kind": kind },
        el("time", {}, spell(ms)), el("b", {}, kind), el("span", {}, words)));
    }
    while (this.list.children.length > MOST) this.list.lastChild.remove();
  }
}
