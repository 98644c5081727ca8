// What is known of the connector, line by line.

import { at, el, flag, panel, text } from "./dom.js";
import { spell } from "./bar.js";

const kwh = (wh) => `${(wh / 1000).toFixed(3)} kWh`;
const fine = (good, word = "") => [good ? `fine ${word}`.trim() : "trouble", !good];

const ROWS = [
  ["status", (of) => told(of)],
  ["transaction", (of) => `${of.transaction ?? "unknown"}${of.tag ? `, card ${of.tag}` : ""}`],
  ["session", (of) => (of.session ? `${kwh(of.session.wh)} in ${spell(of.session.ms)}` : "none")],
  ["meter", (of) => kwh(of.energy_wh)],
  ["why not", (of) => of.refusal ?? "nothing stands against it"],
  ["vehicle", (of) => vehicle(of)],
  ["cable", (of) => (of.proximity_ohm > 90000 ? "none seen" : `${of.proximity_ohm} Ω`), "proximity"],
  ["bolt", (of) => of.lock, "lock"],
  ["contactor", (of) => `${of.cycles} times closed, ${of.opened_under_load} times opened under load`],
  ["residual current", (of) => fine(!of.residual), "residual"],
  ["protective earth", (of) => fine(of.earth), "earth"],
  ["interlock", (of) => [of.interlock ? "holds the coil's supply" : "has let go", !of.interlock], "interlock"],
  ["temperature", (of) => `${of.temperature_c.toFixed(0)} °C`, "thermometer"],
  ["firmware's faults", (of, station) => faults(of, station)],
  ["waits for the back end", (of, station) => `${station.undelivered ?? 0} messages`],
  ["time of day", (of, station) => station.utc.replace("T", " ").replace(/\..*|Z/, "")],
];

export class Facts {
  constructor(hello) {
    panel(at("facts"), "Facts");
    this.values = ROWS.map(([name, read, part]) => (
      { name, read: hello.lacks.includes(part) ? () => "not fitted" : read, value: el("dd") }));
    at("facts").append(el("dl", {},
      ...this.values.flatMap(({ name, value }) => [el("dt", {}, name), value])));
  }

  show(station, connector) {
    for (const { read, value } of this.values) {
      const [words, bad] = [read(connector, station)].flat();
      text(value, words);
      flag(value, "bad", bad);
    }
  }
}

function told(of) {
  const code = of.error_code && of.error_code !== "NoError" ? `: ${of.error_code}` : "";
  return [`${of.status ?? "not told yet"}${code}`, code !== ""];
}

function vehicle(of) {
  if (!of.plugged) return "none";
  const wish = of.asleep ? "sleeps" : of.wants ? "wants power" : "wants nothing";
  return `state ${of.vehicle}, ${wish}, up to ${of.max_ma / 1000} A on ${of.phases}`;
}

function faults(of, station) {
  const all = [...of.said_faults, ...station.said_faults].map(String);
  return [all.join(", ") || "none", all.length > 0];
}
