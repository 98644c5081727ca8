// What stays in sight: the lamp, what to do next, and the station in a few words.

import { at, el, flag, set, text } from "./dom.js";
import { colour } from "./scene.js";

export class Strip {
  constructor() {
    this.status = el("b", { class: "badge", id: "status" });
    this.letter = el("b", { class: "badge" });
    this.contactor = el("span");
    this.power = el("span", { class: "watts" });
    at("strip").append(this.status, this.letter, this.contactor, this.power);
  }

  show(station, connector, number) {
    set(at("mini"), "data-colour", colour(connector.lamp));
    text(at("hint"), station.advice[number]);
    text(this.status, station.power ? connector.status ?? "starting" : "no power");
    flag(this.status, "alarm", connector.status === "Faulted");
    text(this.letter, connector.letter);
    set(this.letter, "data-letter", connector.letter);
    text(this.contactor, connector.closed ? "closed" : "open");
    text(this.power, `${(connector.power_w / 1000).toFixed(1)} kW`);
  }
}
