// Everything that can be broken in the world; a second press mends it.

import { at, el, panel, press, text } from "./dom.js";

export class Faults {
  constructor(hello, ask) {
    this.ask = ask;
    this.buttons = hello.faults.map((fault) => this.button(fault));
    this.mend = el("button", { class: "small", onclick: () => this.mendAll() }, "Mend all");
    panel(at("faults"), "Break something", this.mend);
    this.celsius = this.slide("temperature", "Temperature inside", -40, 100, "°C", "celsius");
    this.volts = this.slide("voltage", "Mains voltage", 0, 300, "V", "volts");
    at("faults").append(
      el("div", { class: "slides" }, ...this.celsius.shown, ...this.volts.shown),
      el("div", { class: "fault-list" }, ...this.buttons.map(({ made }) => made)));
  }

  button(fault) {
    const made = el("button", {
      class: "fault", "data-fault": fault.name,
      onclick: () => this.flip(fault, made.getAttribute("aria-pressed") !== "true"),
    }, el("b", {}, fault.name.replaceAll("_", " ")), el("span", {}, fault.meaning));
    press(made, false);
    return { fault, made };
  }

  slide(command, words, low, high, unit, field) {
    const told = el("output", { for: command });
    const input = el("input", {
      type: "range", id: command, min: low, max: high, step: 1,
      oninput: () => text(told, `${input.value} ${unit}`),
      onchange: () => this.ask({
        do: command, [field]: Number(input.value),
        ...(command === "temperature" ? { connector: true } : {}),
      }),
    });
    return { input, told, unit, shown: [el("label", { for: command }, words), input, told] };
  }

  flip(fault, broken) {
    const where = fault.of_station ? {} : { connector: true };
    return this.ask({ do: broken ? "fault" : "clear_fault", name: fault.name, ...where });
  }

  mendAll() {
    for (const { fault, made } of this.buttons) {
      if (made.getAttribute("aria-pressed") === "true") this.flip(fault, false);
    }
  }

  show(station, connector) {
    const broken = new Set([...station.faults, ...connector.faults]);
    for (const { fault, made } of this.buttons) press(made, broken.has(fault.name));
    this.mend.disabled = broken.size === 0;
    this.follow(this.celsius, connector.temperature_c);
    this.follow(this.volts, station.volts);
  }

  follow({ input, told, unit }, value) {
    if (document.activeElement === input && input.matches(":active")) return;
    input.value = value;
    text(told, `${Math.round(value)} ${unit}`);
  }
}
