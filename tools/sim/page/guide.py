"""What a visitor may do next: one sentence, made of what is shown."""

from host_tests.harness import paths
from tools.sim.hint import advise

paths.use_firmware()

from chargepoint.core.faults import _HOLDS, FAULTS  # noqa: E402

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
_RECOVERIES = {
    "power": "cut the power",
    "technician": "hold the button",
    "unplug": "unplug",
    "reset": "send a Reset",
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
        if not broken:
            return (
                f"All is mended. {_patience([*connector['said_faults'], *station['said_faults']])}"
            )
        mend = ", ".join(broken).replace("_", " ")
        return f"The station found a fault{what} and keeps the contactor open. Mend: {mend}."
    return ""


def _patience(names):
    """How long the firmware still waits and what for, by its own table of faults."""
    rows = [row for row in FAULTS if row[0] in names]
    held_s = max((_HOLDS[row[-1]] for row in rows), default=0) // 1000
    told = f"{held_s // 60} min" if held_s >= 120 else f"{held_s} s"
    ends = sorted({_RECOVERIES[row[4]] for row in rows if row[4] in _RECOVERIES})
    then = f" If it stays: {', '.join(ends)}." if ends else ""
    return f"The station waits {told} to be sure (turn up the speed).{then}"


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
