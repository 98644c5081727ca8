// The drawing: the station with its lamp, the card, the cable, the vehicle.

import { amps } from "./pilot.js";
import { at, flag, set, text } from "./dom.js";

const COLOURS = ["off", "blue", "green", "cyan", "red", "magenta", "yellow", "white"];
const FULL_WH = 4000;
const BATTERY_PX = 122;

export class Scene {
  constructor(hello) {
    flag(at("scene"), "boltless", hello.lacks.includes("lock"));
  }

  show(station, connector) {
    this.lamp(connector.lamp);
    const scene = at("scene");
    flag(scene, "plugged", connector.plugged);
    flag(scene, "closed", connector.closed);
    flag(scene, "flows", connector.power_w > 0);
    flag(scene, "asks", connector.wants);
    flag(scene, "shows-card", station.card !== null);
    flag(scene, "locked", connector.lock === "in");
    flag(scene, "dark", !station.power);
    flag(scene, "broken", connector.faults.length + station.faults.length > 0);
    text(at("screen-1"), station.power ? connector.status ?? "starting" : "");
    text(at("screen-2"), station.power ? second(connector) : "");
    this.car(connector);
    text(at("scene-title"), told(station, connector));
  }

  lamp(lamp) {
    set(at("lamp"), "data-colour", colour(lamp));
    set(at("glow"), "data-colour", colour(lamp));
  }

  car(connector) {
    const wh = connector.session?.wh ?? 0;
    const filled = connector.plugged ? 0.18 + 0.82 * (1 - Math.exp(-wh / FULL_WH)) : 0.18;
    set(at("charge"), "width", Math.round(filled * BATTERY_PX));
    const kw = connector.power_w / 1000;
    text(at("car-text"), kw > 0 ? `${kw.toFixed(1)} kW` : "");
    flag(at("car"), "asleep", connector.asleep);
  }
}

export function colour([red, green, blue]) {
  return COLOURS[4 * red + 2 * green + blue];
}

function second(connector) {
  if (connector.error_code && connector.error_code !== "NoError") return connector.error_code;
  if (connector.session) return `${(connector.session.wh / 1000).toFixed(3)} kWh`;
  return connector.offer_ma ? `offers ${amps(connector.offer_ma)} A` : "";
}

function told(station, connector) {
  const vehicle = connector.plugged ? "a vehicle plugged in" : "no vehicle";
  const status = station.power ? connector.status ?? "starting" : "without power";
  return `A charge point, ${status}, ${vehicle}, ${connector.power_w} W`;
}
