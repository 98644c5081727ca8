// The page as a whole: what was told so far, and the panels that show it.

import { Bar } from "./bar.js";
import { Circuit } from "./circuit.js";
import { Controls } from "./controls.js";
import { at, el, press, text } from "./dom.js";
import { Facts } from "./facts.js";
import { Faults } from "./faults.js";
import { Frames } from "./frames.js";
import { Link } from "./link.js";
import { Log } from "./log.js";
import { merge } from "./merge.js";
import { Pilot } from "./pilot.js";
import { Plots } from "./plots.js";
import { Scene } from "./scene.js";
import { Street } from "./street.js";
import { Strip } from "./strip.js";
import { welcome } from "./welcome.js";

const TOAST_MS = 6000;

class Page {
  constructor() {
    this.hello = null;
    this.connector = "1";
    this.forget();
    this.link = new Link((told) => this.heard(told), (open) => (at("away").hidden = open));
    addEventListener("hashchange", () => this.go());
    addEventListener("keydown", (event) => this.key(event));
  }

  forget() {
    this.clock = {};
    this.rows = null;
    this.station = null;
  }

  heard(told) {
    if (told.hello) this.greet(told.hello);
    if ("watching" in told) this.begin(told.watching);
    if (this.shown === undefined || this.shown !== this.watched) return;
    for (const name of ["clock", "rows", "station"]) {
      if (name in told) this[name] = merge(this[name], told[name]);
    }
    this.bar.show(this);
    if (this.rows && !this.watched) this.street.show(this.rows);
    if (this.station && this.watched) this.show(told);
  }

  // The sim may be another one than before the line was lost.
  greet(hello) {
    const known = JSON.stringify(this.hello) === JSON.stringify(hello);
    this.shown = undefined;
    if (this.hello && !known) location.reload();
    this.hello = hello;
    if (!this.bar) this.build();
    this.go();
  }

  build() {
    const ask = (command) => this.ask(command);
    this.bar = new Bar(this.hello, ask);
    this.street = new Street(this.hello, (command) => this.link.ask(command));
    this.controls = new Controls(this.hello, ask);
    this.faults = new Faults(this.hello, ask);
    this.frames = new Frames(this.hello, ask);
    this.log = new Log();
    this.plots = new Plots();
    const drawn = [new Strip(), new Scene(this.hello), this.controls, new Pilot(), new Circuit(), new Facts(this.hello),
      this.faults];
    this.panels = drawn;
    this.tabs = this.hello.connectors.map((number) =>
      el("button", { onclick: () => this.choose(String(number)) }, `Connector ${number}`));
    at("tabs").append(...this.tabs);
    at("tabs").hidden = this.tabs.length < 2;
    welcome();
  }

  // Where the address says: one station, or all of them.
  go() {
    const { stations } = this.hello;
    const wanted = decodeURIComponent(location.hash.slice(1));
    const alone = stations.length === 1 ? stations[0] : null;
    this.watched = stations.includes(wanted) ? wanted : alone;
    at("street").hidden = this.watched !== null;
    at("station").hidden = this.watched === null;
    at("tabs").hidden = this.watched === null || this.tabs.length < 2;
    text(at("who"), this.watched ?? `${stations.length} stations`);
    document.title = `${this.watched ?? "all stations"} · Pilotlight sim`;
    this.choose("1");
    this.link.watch(this.watched);
  }

  // From now on the sim tells of what was asked for, from its beginning.
  begin(watching) {
    this.shown = watching;
    this.forget();
    this.frames.clear();
    this.log.clear();
    this.plots.clear();
  }

  choose(number) {
    this.connector = number;
    this.tabs.forEach((tab, index) => press(tab, String(this.hello.connectors[index]) === number));
    if (this.station) this.show({});
  }

  show(told) {
    const { station, connector } = this;
    const shown = station.connectors[connector];
    for (const drawn of this.panels) drawn.show(station, shown, connector);
    this.plots.take(told.samples ?? [], connector);
    this.frames.take(told.frames ?? []);
    this.log.take(told.log ?? []);
  }

  // A command at the connector and the station that are looked at; a refusal is shown.
  async ask(command) {
    const told = { ...command };
    if (told.connector === true) told.connector = Number(this.connector);
    if (this.watched && this.hello.stations.length > 1) told.station = this.watched;
    const answer = await this.link.ask(told);
    if (!answer.ok) this.toast(answer.error);
    return answer;
  }

  toast(words) {
    const toast = el("p", {}, words);
    at("toasts").append(toast);
    setTimeout(() => toast.remove(), TOAST_MS);
  }

  key(event) {
    const typing = event.target.closest("input, textarea, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || !this.hello) return;
    if (event.key === "?") at("help").click();
    else if (event.key === "f") document.querySelector("[data-fault]").focus();
    else if (event.key === "Escape" && this.hello.stations.length > 1) location.hash = "";
    else if (this.watched && this.tabs[Number(event.key) - 1]) this.choose(event.key);
    else if (this.watched) this.controls.key(event.key);
  }
}

new Page();
