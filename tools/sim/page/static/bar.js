// The head of the page: what the station has, the time, its speed.

import { at, el, flag, set, text } from "./dom.js";

const SPEEDS = [0.1, 0.5, 1, 2, 5, 10, 60, 300];
const PILLS = [["power", "power"], ["mains", "mains"], ["network", "network"], ["online", "on line"]];
const THEMES = ["", "dark", "light"];

export class Bar {
  constructor(hello, ask) {
    this.pills = PILLS.map(([name, word]) => [name, el("span", { class: "pill" }, word)]);
    at("pills").append(...this.pills.map(([, pill]) => pill));
    const speed = at("speed");
    speed.append(...SPEEDS.map((times) => el("option", { value: times }, `× ${times}`)));
    speed.addEventListener("change", () => ask({ do: "speed", times: Number(speed.value) }));
    at("theme").addEventListener("click", () => this.turn());
    this.wear(localStorage.getItem("theme") ?? "");
    set(at("who"), "title", `target ${hello.target}, back end ${hello.csms}`);
  }

  show(page) {
    const { clock, station, watched } = page;
    text(at("clock"), spell(clock.now_ms ?? 0));
    this.pace(clock);
    at("pills").hidden = !watched;
    if (!watched || !station) return;
    for (const [name, pill] of this.pills) {
      flag(pill, "on", station[name]);
      set(pill, "aria-label", `${pill.textContent}: ${station[name] ? "yes" : "no"}`);
    }
  }

  pace({ speed, reached }) {
    const select = at("speed");
    if (speed === undefined) return;
    if (!SPEEDS.includes(speed) && select.lastChild.value !== String(speed)) {
      select.append(el("option", { value: speed }, `× ${speed}`));
    }
    if (document.activeElement !== select) select.value = String(speed);
    const slow = reached > 0 && reached < 0.9 * speed;
    text(at("reached"), slow ? `reaches × ${reached.toPrecision(2)}` : "");
  }

  turn() {
    const now = THEMES.indexOf(document.documentElement.dataset.theme ?? "");
    this.wear(THEMES[(now + 1) % THEMES.length]);
  }

  wear(theme) {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  }
}

export function spell(ms) {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
