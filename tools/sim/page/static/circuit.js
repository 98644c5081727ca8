// From the mains to the vehicle: contactors, meter, currents.

import { at, el, flag, panel, set, svg, text } from "./dom.js";

const ROWS = [34, 70, 106];

export class Circuit {
  constructor() {
    this.word = el("b", { id: "contactor", class: "badge" });
    panel(at("circuit"), "Contactor", this.word);
    this.lines = ROWS.map((y, index) => line(y, `L${index + 1}`));
    const frame = svg("svg", { viewBox: "0 0 420 130", class: "mains", "aria-hidden": "true" },
      label("mains", 30, 12), label("contactor", 150, 12), label("meter", 252, 12, "mid"), label("vehicle", 352, 12),
      ...this.lines.map((of) => of.group),
      svg("rect", { class: "device", x: 218, y: 20, width: 68, height: 102, rx: 6 }));
    this.kwh = label("", 252, 76, "mid reading");
    frame.append(this.kwh);
    at("circuit").append(frame);
    this.read = el("p", { class: "read", id: "power" });
    at("circuit").append(this.read);
  }

  show(station, connector) {
    text(this.word, connector.closed ? "closed" : "open");
    flag(this.word, "good", connector.closed);
    this.lines.forEach((of, index) => {
      const closed = connector.closed && (!index || connector.second_closed || !connector.second_fitted);
      const ma = connector.current_ma[index];
      flag(of.group, "closed", closed);
      flag(of.group, "flows", ma > 0);
      flag(of.group, "live", connector.voltage_mv[index] > 0);
      text(of.amps, `${(ma / 1000).toFixed(1)} A`);
      set(of.dash, "data-pace", ma > 20000 ? "fast" : ma > 9000 ? "brisk" : "slow");
    });
    text(this.kwh, `${(connector.energy_wh / 1000).toFixed(2)}`);
    const kw = connector.power_w / 1000;
    const session = connector.session;
    text(this.read, session
      ? `${kw.toFixed(2)} kW · ${(session.wh / 1000).toFixed(3)} kWh in this session`
      : `${kw.toFixed(2)} kW · the meter shows kWh`);
  }
}

function line(y, name) {
  const amps = label("0.0 A", 352, y + 4);
  const dash = svg("path", { class: "dash", d: `M52 ${y}H344` });
  const group = svg("g", { class: "phase" }, label(name, 30, y + 4),
    svg("path", { class: "wire in", d: `M52 ${y}H150` }),
    svg("path", { class: "wire out", d: `M182 ${y}H344` }),
    svg("path", { class: "blade", d: `M150 ${y}L182 ${y}` }),
    svg("circle", { class: "pin", cx: 150, cy: y, r: 3 }),
    svg("circle", { class: "pin", cx: 182, cy: y, r: 3 }), dash, amps);
  group.dataset.phase = name;
  return { group, amps, dash };
}

function label(words, x, y, kind = "") {
  const made = svg("text", { x, y, class: kind });
  made.textContent = words;
  return made;
}
