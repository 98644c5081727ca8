// OCPP as it passes: filter, pause, each message to be opened; and calls of one's own.

import { at, el, panel, press, set, text } from "./dom.js";
import { spell } from "./bar.js";

const MOST = 300;
const CALLS = {
  TriggerMessage: { requestedMessage: "Heartbeat" },
  GetConfiguration: { key: ["HeartbeatInterval", "MeterValueSampleInterval"] },
  ChangeConfiguration: { key: "MeterValueSampleInterval", value: "5" },
  RemoteStartTransaction: { connectorId: 1, idTag: "04A1B2C3D4E580" },
  RemoteStopTransaction: { transactionId: 1 },
  ChangeAvailability: { connectorId: 1, type: "Inoperative" },
  UnlockConnector: { connectorId: 1 },
  ReserveNow: { connectorId: 1, expiryDate: "2040-01-01T00:00:00Z", idTag: "04A1B2C3D4E580", reservationId: 1 },
  SetChargingProfile: {
    connectorId: 1,
    csChargingProfiles: {
      chargingProfileId: 1, stackLevel: 0, chargingProfilePurpose: "TxDefaultProfile",
      chargingProfileKind: "Relative",
      chargingSchedule: { chargingRateUnit: "A", chargingSchedulePeriod: [{ startPeriod: 0, limit: 10 }] },
    },
  },
  ClearChargingProfile: {},
  Reset: { type: "Soft" },
};

export class Frames {
  constructor(hello, ask) {
    this.waiting = [];
    this.paused = false;
    this.count = el("span", { class: "soft" });
    this.pause = el("button", { class: "small", id: "pause-frames", onclick: () => this.hold() });
    this.filter = el("input", {
      type: "search", id: "filter", placeholder: "filter: Meter, Authorize …",
      "aria-label": "Show only messages with this in them", oninput: () => this.sift(),
    });
    panel(at("frames"), "OCPP", this.count, this.filter, this.pause);
    this.list = el("ol", { class: "messages", tabindex: "0", "aria-label": "Messages, newest first" });
    if (!hello.frames_heard) at("frames").append(el("p", {}, "The line is encrypted (wss): its messages can't be seen here."));
    if (hello.own_csms) at("frames").append(caller(ask));
    at("frames").append(this.list);
    this.label();
  }

  clear() {
    this.waiting = [];
    this.list.replaceChildren();
    this.label();
  }

  take(frames) {
    if (!frames.length) return;
    if (this.paused) this.waiting = this.waiting.concat(frames).slice(-MOST);
    else this.add(frames);
    this.label();
  }

  add(frames) {
    for (const frame of frames) this.list.prepend(this.entry(frame));
    while (this.list.children.length > MOST) this.list.lastChild.remove();
  }

  entry([ms, way, kind, action, words, raw]) {
    const out = way === "received";
    const summary = el("summary", {},
      el("time", {}, spell(ms)), el("span", { class: `way ${out ? "out" : "in"}` }, out ? "→" : "←"),
      el("b", {}, action), el("span", { class: `kind ${kind}` }, kind === "call" ? "" : kind),
      el("span", { class: "brief" }, words.startsWith(action) ? words.slice(action.length) : words));
    set(summary, "aria-label", `${out ? "to" : "from"} the back end: ${words}`);
    const opened = el("details", {}, summary);
    opened.addEventListener("toggle", () => {
      if (opened.children.length === 1) opened.append(el("pre", {}, pretty(raw)));
    });
    const item = el("li", { "data-action": action }, opened);
    item.words = `${action} ${words}`.toLowerCase();
    item.hidden = !this.wanted(item);
    return item;
  }

  hold() {
    this.paused = !this.paused;
    if (!this.paused) {
      this.add(this.waiting);
      this.waiting = [];
    }
    this.label();
  }

  sift() {
    for (const item of this.list.children) item.hidden = !this.wanted(item);
  }

  wanted(item) {
    return item.words.includes(this.filter.value.trim().toLowerCase());
  }

  label() {
    press(this.pause, this.paused);
    text(this.pause, this.paused ? "Go on" : "Pause");
    text(this.count, this.paused ? `${this.waiting.length} wait` : "");
  }
}

function caller(ask) {
  const payload = el("textarea", { rows: 3, spellcheck: "false", "aria-label": "Payload, JSON" });
  const answer = el("output", { class: "answer" });
  const choice = el("select", { "aria-label": "Action", onchange: () => fill() },
    ...Object.keys(CALLS).map((name) => el("option", {}, name)));
  const fill = () => (payload.value = JSON.stringify(CALLS[choice.value]));
  const send = el("button", { class: "small", onclick: async () => {
    try {
      const told = { do: "call", action: choice.value, payload: JSON.parse(payload.value) };
      const came = await ask(told);
      text(answer, JSON.stringify(came.ok ? came.result : came.error));
    } catch (error) {
      text(answer, `JSON expected: ${error.message}`);
    }
  } }, "Send");
  fill();
  return el("details", { class: "caller" }, el("summary", {}, "Ask the station as its back end"),
    el("div", { class: "row" }, choice, send), payload, answer);
}

function pretty(raw) {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw;
  }
}
