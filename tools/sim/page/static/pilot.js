// The pilot: two periods of its wave as it stands on the line, and what it means.

import { at, el, panel, set, svg, text } from "./dom.js";

const WIDTH = 420, HEIGHT = 170, LEFT = 46, TOP = 8, BOTTOM = 20;
const MOST_V = 13.5;
const PERIODS = 2.25;
const LINES = [[12, "A"], [9, "B"], [6, "C"], [3, "D"], [0, "E"], [-12, ""]];
const MEANINGS = {
  A: "no vehicle",
  B: "a vehicle is there, its switch is open",
  C: "the vehicle asks for power",
  D: "the vehicle asks for power and for air",
  E: "shorted, or no power",
  F: "the station says: not available",
};

export class Pilot {
  constructor() {
    this.badge = el("b", { class: "badge", id: "letter" });
    this.meaning = el("span", { class: "soft" });
    panel(at("pilot"), "Pilot", this.badge, this.meaning);
    this.trace = svg("path", { class: "wave", id: "wave" });
    this.name = svg("title");
    at("pilot").append(svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "scope", role: "img" },
      this.name, ...LINES.flatMap(rule), ...ticks(), this.trace));
    this.words = el("p", { class: "read", id: "pilot-words" });
    at("pilot").append(this.words);
  }

  show(station, connector) {
    const [high, low] = connector.pilot_mv;
    const duty = Math.min(1, Math.max(0, connector.duty_bp / 10000));
    const steady = duty === 0 || duty === 1 || high === low;
    set(this.trace, "d", steady ? flat(high) : wave(high, low, duty));
    text(this.badge, connector.letter + ("ABCD".includes(connector.letter) ? (steady ? 1 : 2) : ""));
    set(this.badge, "data-letter", connector.letter);
    text(this.meaning, MEANINGS[connector.letter]);
    text(this.words, steady ? `${volts(high)} V, steady: nothing is offered`
      : `${volts(high)} / ${volts(low)} V · ${(duty * 100).toFixed(1)} % of 1 ms · `
        + `offers ${amps(connector.offer_ma)} A`);
    text(this.name, `Pilot in state ${this.badge.textContent}: ${this.words.textContent}`);
  }
}

export const amps = (ma) => Math.round(ma / 100) / 10;
const x = (ms) => LEFT + (ms / PERIODS) * (WIDTH - LEFT - 8);
const y = (mv) => TOP + (1 - (mv / 1000 + MOST_V) / (2 * MOST_V)) * (HEIGHT - TOP - BOTTOM);
const volts = (mv) => `${mv < 0 ? "−" : "+"}${Math.abs(mv / 1000).toFixed(1)}`;

function flat(mv) {
  return `M${x(0)} ${y(mv).toFixed(1)}H${x(PERIODS)}`;
}

function wave(high, low, duty) {
  const parts = [`M${x(0)} ${y(high).toFixed(1)}`];
  for (let period = 0; period < PERIODS; period += 1) {
    for (const [ms, mv] of [[period + duty, low], [period + 1, high]]) {
      if (ms > PERIODS) return `${parts.join("")}H${x(PERIODS)}`;
      parts.push(`H${x(ms).toFixed(1)}V${y(mv).toFixed(1)}`);
    }
  }
  return parts.join("");
}

function rule([v, letter]) {
  const at = y(v * 1000);
  const words = svg("text", { x: LEFT - 6, y: at + 3.5, class: "end" });
  words.textContent = v > 0 ? `+${v}` : String(v).replace("-", "−");
  const name = svg("text", { x: 4, y: at + 3.5, class: "name" });
  name.textContent = letter;
  return [svg("line", { x1: LEFT, x2: WIDTH - 8, y1: at, y2: at, class: "rule" }), words, name];
}

function ticks() {
  return [0, 1, 2].map((ms) => {
    const words = svg("text", { x: x(ms), y: HEIGHT - 5, class: ms ? "mid" : "" });
    words.textContent = ms ? `${ms} ms` : "V";
    return words;
  });
}
