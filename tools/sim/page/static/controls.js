// What a driver, a technician and the world can do.

import { at, el, flag, press, set, text } from "./dom.js";

export class Controls {
  constructor(hello, ask) {
    this.ask = ask;
    this.hello = hello;
    this.now = null;
    this.amps = 16;
    this.three = true;
    this.buttons = {};
    at("controls").append(this.driver(), this.power(), this.world());
  }

  driver() {
    return el("div", { class: "row", role: "group", "aria-label": "Driver" },
      this.button("plug", "p", () => this.plug()),
      this.button("card", "t", () => this.ask({ do: "present_card" })),
      this.button("draw", "c", () => this.draw()));
  }

  power() {
    this.slider = el("input", {
      type: "range", id: "amps", min: 0, max: 40, step: 1, value: this.amps,
      oninput: () => text(this.told, `${this.slider.value} A`),
      onchange: () => this.set(Number(this.slider.value), this.three),
    });
    this.told = el("output", { for: "amps" }, `${this.amps} A`);
    this.phases = el("button", { class: "small", onclick: () => this.set(this.amps, !this.three) });
    return el("div", { class: "row slide", role: "group", "aria-label": "The vehicle" },
      el("label", { for: "amps" }, "The vehicle takes up to"), this.slider, this.told, this.phases);
  }

  world() {
    return el("div", { class: "row quietly", role: "group", "aria-label": "The world" },
      this.button("button", "b", () => this.ask({ do: "press_button" })),
      this.button("hold", "h", () => this.ask({ do: "press_button", seconds: 5.5 })),
      this.button("network", "n", () => this.ask({ do: "network", up: !this.now.station.network })),
      this.button("mains", "m", () => this.ask({ do: "mains", on: !this.now.station.mains })),
      this.button("supply", "x",
        () => this.ask({ do: this.now.station.power ? "power_cut" : "power_on" })));
  }

  button(name, key, act) {
    const word = el("span");
    const made = el("button", { id: `do-${name}`, onclick: () => this.now && act(), title: key },
      word, el("kbd", { "aria-hidden": "true" }, key));
    this.buttons[name] = { made, word, key };
    return made;
  }

  plug() {
    const { connector } = this.now;
    if (connector.plugged) return this.ask({ do: "unplug", connector: true });
    const phases = this.three ? 3 : 1;
    return this.ask({ do: "plug_in", connector: true, amps: this.amps, phases });
  }

  draw() {
    if (this.now.connector.wants) return this.ask({ do: "stop_power", connector: true });
    return this.request();
  }

  set(amps, three) {
    this.amps = amps;
    this.three = three;
    this.label();
    const vehicle = this.now?.connector;
    if (vehicle?.plugged && vehicle.wants) this.request();
  }

  request() {
    const phases = this.three ? 3 : 1;
    return this.ask({ do: "request_power", connector: true, amps: this.amps, phases });
  }

  key(key) {
    const found = Object.values(this.buttons).find((button) => button.key === key);
    if (found && !found.made.disabled) found.made.click();
  }

  show(station, connector, number) {
    const another = this.now?.number !== number || this.now.station.identity !== station.identity;
    const plugged = connector.plugged && (another || !this.now.connector.plugged);
    this.now = { station, connector, number };
    if (plugged) this.take(connector);
    this.word("plug", connector.plugged ? "Unplug" : "Plug in");
    this.word("card", station.card === null ? "Show card" : "Card is shown");
    this.word("draw", connector.wants ? "Pause" : "Draw power");
    this.word("button", "Press button");
    this.word("hold", "Hold button");
    set(this.buttons.button.made, "title", "the technician's button (b)");
    set(this.buttons.hold.made, "title", "the technician's button, for more than 5 s (h)");
    this.word("network", station.network ? "Cut network" : "Mend network");
    this.word("mains", station.mains ? "Mains off" : "Mains on");
    this.word("supply", station.power ? "Cut power" : "Power on");
    this.buttons.draw.made.disabled = !connector.plugged;
    press(this.buttons.button.made, station.button);
    flag(this.buttons.network.made, "off", !station.network);
    flag(this.buttons.mains.made, "off", !station.mains);
    flag(this.buttons.supply.made, "off", !station.power);
    this.next(station, connector);
    this.label();
  }

  // What the vehicle that stands there takes, whoever plugged it in.
  take(connector) {
    this.amps = connector.max_ma / 1000;
    this.three = connector.phases === 3;
    this.slider.value = this.amps;
  }

  // The button that the hint speaks of stands out.
  next(station, connector) {
    const { plugged, wants, transaction, status } = connector;
    let name = null;
    if (!station.power) name = "supply";
    else if (!station.online || status === "Faulted") name = null;
    else if (!plugged || status === "Finishing") name = "plug";
    else if (transaction === "plugged") name = "card";
    else if (transaction === "active" && !wants) name = "draw";
    for (const [key, { made }] of Object.entries(this.buttons)) flag(made, "next", key === name);
  }

  label() {
    if (document.activeElement !== this.slider) {
      this.slider.value = this.amps;
      text(this.told, `${this.amps} A`);
    }
    text(this.phases, this.three ? "on 3 phases" : "on 1 phase");
    set(this.phases, "aria-label", `takes ${this.phases.textContent}; press to change`);
  }

  word(name, words) {
    text(this.buttons[name].word, words);
  }
}
