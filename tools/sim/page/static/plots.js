// The last minutes: currents, energy, and the state of the pilot below.

import { at, el, panel, set, svg, text } from "./dom.js";

const LEAST = 240, LEFT = 36, RIGHT = 58, TOP = 10, BOTTOM = 34, BAND = 8;
const WINDOWS = [[60, "1 min"], [300, "5 min"], [600, "10 min"], [3600, "1 h"]];
const MOST = 1200;
const [MS, LETTER, L1, , , , WH] = [0, 1, 2, 3, 4, 5, 6];

export class Plots {
  constructor() {
    this.samples = [];
    this.seconds = 60;
    this.connector = "1";
    this.choice = el("select", { "aria-label": "How much is shown", onchange: () => this.choose() },
      ...WINDOWS.map(([seconds, words]) => el("option", { value: seconds }, words)));
    this.legend = ["L1", "L2", "L3"].map((name) => el("span", { class: `key ${name}` }, name));
    this.energy = el("span", { class: "key wh", id: "energy" }, "energy");
    panel(at("plots"), "Currents and energy", ...this.legend, this.energy, this.choice);
    this.paper = svg("svg", { class: "plot", role: "img" });
    this.name = svg("title");
    this.grid = svg("g");
    this.band = svg("g");
    this.area = svg("path", { class: "area" });
    this.lines = ["wh", "L3", "L2", "L1"].map((name) => svg("polyline", { class: `line ${name}` }));
    this.paper.append(this.name, this.grid, this.area, ...this.lines, this.band);
    at("plots").append(this.paper);
    new ResizeObserver(() => this.draw()).observe(this.paper);
  }

  clear() {
    this.samples = [];
    this.draw();
  }

  choose() {
    this.seconds = Number(this.choice.value);
    this.draw();
  }

  take(samples, connector) {
    if (!samples.length && connector === this.connector) return;
    this.connector = connector;
    this.samples = this.samples.concat(samples).slice(-MOST);
    this.draw();
  }

  draw() {
    const width = Math.max(240, this.paper.clientWidth || 420);
    const height = Math.max(LEAST, this.paper.clientHeight);
    set(this.paper, "viewBox", `0 0 ${width} ${height}`);
    const all = this.samples.map((sample) => sample[this.connector]).filter(Boolean);
    const end = all.length ? all.at(-1)[MS] : 0;
    const begin = end - this.seconds * 1000;
    const shown = all.filter((sample) => sample[MS] >= begin);
    const right = width - RIGHT, low = height - BOTTOM;
    const x = (ms) => LEFT + ((ms - begin) / (end - begin || 1)) * (right - LEFT);
    const amps = ceiling(Math.max(8, ...shown.map((of) => Math.max(of[2], of[3], of[4]) / 1000)));
    const first = shown.length ? shown[0][WH] : 0;
    const most = ceiling(Math.max(10, ...shown.map((of) => of[WH] - first)));
    const up = (share) => (low - share * (low - TOP)).toFixed(1);
    const course = (value) => shown.map((of) => `${x(of[MS]).toFixed(1)},${up(value(of))}`);
    const energy = course((of) => (of[WH] - first) / most);
    const currents = [2, 1, 0].map((at) => course((of) => of[L1 + at] / 1000 / amps));
    [energy, ...currents].forEach((points, at) => set(this.lines[at], "points", points.join(" ")));
    set(this.area, "d", energy.length > 1
      ? `M${energy[0].split(",")[0]},${low}L${energy.join("L")}L${energy.at(-1).split(",")[0]},${low}Z`
      : "");
    this.rule(amps, most, up, width, low, begin, end, x);
    this.states(shown, x, low);
    this.tell(shown, first);
  }

  rule(amps, most, up, width, low, begin, end, x) {
    const lines = [0, 0.25, 0.5, 0.75, 1].map((share) => {
      const y = up(share);
      const left = svg("text", { x: LEFT - 6, y: Number(y) + 3.5, class: "end" });
      left.textContent = share === 1 ? `${amps} A` : round(amps * share);
      const right = svg("text", { x: width - RIGHT + 6, y: Number(y) + 3.5, class: "wh" });
      right.textContent = share === 1 ? `${round(most)} Wh` : round(most * share);
      return [svg("line", { x1: LEFT, x2: width - RIGHT, y1: y, y2: y, class: "rule" }), left, right];
    });
    const times = [0, 0.5, 1].map((share) => {
      const words = svg("text", {
        x: x(begin + share * (end - begin)), y: low + BOTTOM - 4, class: ["", "mid", "end"][share * 2],
      });
      const ago = Math.round(this.seconds * (1 - share));
      words.textContent = ago ? `−${ago >= 60 ? `${ago / 60} min` : `${ago} s`}` : "now";
      return words;
    });
    this.grid.replaceChildren(...lines.flat(), ...times);
  }

  states(shown, x, low) {
    const parts = [];
    for (const [at, sample] of shown.entries()) {
      const before = parts.at(-1);
      const end = x(shown[at + 1]?.[MS] ?? sample[MS]);
      if (before && before.letter === sample[LETTER]) before.end = end;
      else parts.push({ letter: sample[LETTER], begin: x(sample[MS]), end });
    }
    this.band.replaceChildren(...parts.flatMap(({ letter, begin, end }) => {
      const width = Math.max(0, end - begin);
      const words = svg("text", { x: begin + width / 2, y: low + 12 + BAND - 1, class: "mid letter" });
      words.textContent = width > 12 ? letter : "";
      return [svg("rect", {
        x: begin.toFixed(1), y: low + 10, width: width.toFixed(1), height: BAND + 3, class: "state",
        "data-letter": letter,
      }), words];
    }));
  }

  tell(shown, first) {
    const last = shown.at(-1);
    if (!last) return;
    this.legend.forEach((key, at) => text(key, `L${at + 1} ${(last[L1 + at] / 1000).toFixed(1)} A`));
    text(this.energy, `+${last[WH] - first} Wh`);
    text(this.name, `The last ${this.seconds} seconds: now ${this.legend.map((key) => key.textContent)
      .join(", ")}; energy ${this.energy.textContent}`);
  }
}

const round = (value) => (value >= 10 ? Math.round(value) : Math.round(value * 10) / 10);

function ceiling(value) {
  const scale = 10 ** Math.floor(Math.log10(value));
  const steps = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10];
  return steps.find((step) => step * scale >= value * 1.02) * scale || value;
}
