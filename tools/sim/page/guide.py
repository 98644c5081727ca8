"""What a visitor may do next: one sentence, made of what is shown."""

from tools.sim.hint import advise

# A word of the firmware's safety.py, and what it means to somebody who waits.
_REFUSALS = {
    "unavailable": "The back end took this connector out of service.",
    "guard": "The guard outside of the program holds the contactor open.",
    "limit": "Less than 6 A may be drawn here at the moment, so nothing is offered.",
    "residual current": "The residual-current monitor is not ready: see the faults.",
    "protective earth": "There is no protective earth: see the faults.",
    "temperature": "It is too hot, or the thermometer is broken.",
    "cable": "The cable's rating can't be read: see the faults.",
    "lock": "The plug is not locked yet.",
    "phases": "It changes between one and three phases.",
    "ventilation": "The vehicle wants the room aired, and there is no fan.",
    "contactor": "The contactor rests before it closes again.",
}
_FOR_STATUS = {
    None: "The back end was not told of this connector yet. One moment.",
    "Available": "Plug a vehicle in.",
    "Unavailable": "The back end took this connector out of service.",
    "Reserved": "It is reserved: only the card it is kept for may charge.",
    "Finishing": "It is done and the bill is sent. Unplug.",
}


def advice(station: dict, number: str) -> str:
    """For a visitor who looks at connector ``number`` of ``station`` (see shown.py)."""
    connector = station["connectors"][number]
    return _of_station(station) or _of_faults(station, connector) or _of_session(connector)


def _of_station(station):
    if not station["power"]:
        return "The station has no power. Switch it on and see what it remembers."
    if not station["network"] and not station["online"]:
        return "The network is down. What happens now is told to the back end later."
    if not station["online"]:
        why = f": {advise(station['link'])}" if station["link"] else ""
        return f"The station starts and looks for its back end{why}."
    if not station["mains"]:
        return "The mains is gone: switch it on."
    return ""


def _of_faults(station, connector):
    broken = sorted({*connector["faults"], *station["faults"]})
    if connector["status"] == "Faulted":
        what = f" ({connector['error_code']})" if connector["error_code"] else ""
        mend = f" Mend: {', '.join(broken).replace('_', ' ')}." if broken else ""
        return f"The station found a fault{what} and keeps the contactor open.{mend}"
    return ""


def _of_session(connector):
    status, plugged = connector["status"], connector["plugged"]
    if status in ("Available", "Reserved", "Finishing") or not plugged:
        return _FOR_STATUS.get(status) or "Plug a vehicle in."
    if status == "Charging":
        return "It charges. Move the slider, break something, or show the card again to end it."
    if connector["transaction"] == "active":
        return _suspended(connector)
    return _preparing(connector) or _FOR_STATUS.get(status) or ""


def _suspended(connector):
    if connector["status"] == "SuspendedEV" and not connector["wants"]:
        return "The vehicle asks for nothing. Let it draw power again."
    refusal = _REFUSALS.get(connector["refusal"])
    if refusal:
        return refusal
    if connector["wants"]:
        return "Current is offered; the vehicle closes its switch in a moment."
    return "Let the vehicle draw power."


def _preparing(connector):
    if connector["transaction"] == "plugged":
        return "The vehicle waits. Show a card."
    if connector["transaction"] in ("authorised", "starting", "beginning"):
        return _REFUSALS.get(connector["refusal"]) or "The card is good: a transaction begins."
    return ""
