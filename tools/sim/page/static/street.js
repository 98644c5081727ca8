// All stations at a glance; each tile leads to its own page.

import { at, el, flag, set, text } from "./dom.js";
import { colour } from "./scene.js";

const EVERYWHERE = [
  ["Plug in everywhere", (connector) => ({ do: "plug_in", connector, amps: 16 })],
  ["Show the card", (connector) => connector === 1 && { do: "present_card" }],
  ["Unplug everywhere", (connector) => ({ do: "unplug", connector })],
];

export class Street {
  constructor(hello, ask) {
    this.words = el("span");
    at("sums").append(this.words, ...EVERYWHERE.map(([words, command]) =>
      el("button", { class: "small", onclick: () => this.everywhere(ask, command) }, words)));
    this.tiles = new Map(hello.stations.map((identity) => [identity, tile(identity, hello.connectors)]));
    at("tiles").append(...[...this.tiles.values()].map(({ made }) => made));
  }

  show(rows) {
    const bays = [];
    for (const [identity, row] of Object.entries(rows)) {
      const { link, connectors, faults } = this.tiles.get(identity);
      flag(link, "off", !row.power);
      flag(link, "away", row.power && !row.online);
      text(faults, row.faults.map((name) => name.replaceAll("_", " ")).join(", "));
      for (const [number, bay] of Object.entries(row.connectors)) {
        draw(connectors.get(number), bay, row.power);
        bays.push(bay);
      }
    }
    this.sum(Object.values(rows), bays);
  }

  // One after the other; where it makes no sense, it is passed over.
  async everywhere(ask, command) {
    for (const [station, { connectors }] of this.tiles) {
      for (const number of connectors.keys()) {
        const told = command(Number(number));
        if (told) await ask({ ...told, station });
      }
    }
  }

  sum(rows, bays) {
    const kw = bays.reduce((all, bay) => all + bay.power_w, 0) / 1000;
    text(this.words, [
      `${rows.filter((row) => row.online).length} of ${rows.length} on line`,
      `${bays.filter((bay) => bay.plugged).length} vehicles`,
      `${bays.filter((bay) => bay.closed).length} charging`,
      `${kw.toFixed(1)} kW`,
    ].join(" · "));
  }
}

function tile(identity, numbers) {
  const connectors = new Map(numbers.map((number) => [String(number), bay()]));
  const faults = el("span", { class: "bad" });
  const link = el("a", { href: `#${encodeURIComponent(identity)}`, class: "tile" },
    el("b", { class: "name" }, identity), ...[...connectors.values()].map(({ made }) => made), faults);
  return { made: el("li", {}, link), link, connectors, faults };
}

function bay() {
  const lamp = el("i", { class: "dot" });
  const letter = el("b", { class: "badge" });
  const status = el("span");
  const power = el("span", { class: "watts" });
  return { made: el("span", { class: "bay" }, lamp, status, letter, power), lamp, letter, status, power };
}

function draw({ lamp, letter, status, power }, bay, on) {
  set(lamp, "data-colour", colour(bay.lamp));
  text(letter, bay.letter);
  set(letter, "data-letter", bay.letter);
  text(status, on ? bay.status ?? "starting" : "no power");
  text(power, bay.power_w ? `${(bay.power_w / 1000).toFixed(1)} kW` : "");
}
