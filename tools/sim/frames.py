"""OCPP frames in one line, for people."""

import json

from host_tests.harness.csms.script import CALL, ERROR, as_frame

_MOST_OPEN = 200
# What a person looks for comes first, in whatever order the station sent it.
_FIRST = (
    "connectorId",
    "transactionId",
    "idTag",
    "status",
    "idTagInfo",
    "errorCode",
    "key",
    "value",
)


class Reader:
    """Knows which call an answer belongs to; ``statuses`` is the last of each connector."""

    def __init__(self):
        self._actions = {}
        self.statuses = {}

    def line(self, direction: str, raw) -> str:
        """What a message says; ``direction`` is "received" (by the back end) or "sent"."""
        return self.read(direction, raw)[2]

    def read(self, direction: str, raw) -> tuple[str, str, str]:
        """(kind, action, what it says); kinds are call, result, error and "?"."""
        try:
            return self._read(direction, raw)
        except RecursionError:
            return "?", "?", f"nested too deep to be told: {raw[:60]!r}"

    def _read(self, direction, raw):
        frame = as_frame(raw)
        if frame is None:
            return "?", "?", f"not a frame: {raw[:60]!r}"
        if frame[0] == CALL:
            return "call", str(frame[2]), self._call(direction, frame)
        action = self._actions.pop((direction == "received", frame[1]), "?")
        if frame[0] == ERROR:
            return "error", action, f"{action} refused: {frame[2]} {frame[3]}".rstrip()
        return "result", action, f"{action} answered: {brief(frame[2])}"

    def _call(self, direction: str, frame: list) -> str:
        _, message, action, payload = frame
        if len(self._actions) >= _MOST_OPEN:
            self._actions.clear()
        # Keyed by who will answer.
        self._actions[(direction == "sent", message)] = action
        if action == "StatusNotification" and direction == "received":
            self._note_status(payload)
        if action == "MeterValues":
            return f"MeterValues {_readings(payload)}"
        return f"{action} {brief(payload)}"

    def _note_status(self, payload) -> None:
        if isinstance(payload, dict) and isinstance(payload.get("connectorId"), int):
            self.statuses[payload["connectorId"]] = payload


def brief(payload) -> str:
    """JSON without what a person does not need."""
    if not isinstance(payload, dict):
        return json.dumps(payload)
    names = [*(name for name in _FIRST if name in payload)]
    names += [name for name in payload if name not in _FIRST]
    return "  ".join(f"{name}={_value(payload[name])}" for name in names) or "{}"


def _value(value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "{" + brief(value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    return json.dumps(value)


def _readings(payload) -> str:
    try:
        samples = [sample for at in payload["meterValue"] for sample in at["sampledValue"]]
        shown = [f"{_name(of)}={of['value']} {of.get('unit', 'Wh')}" for of in samples]
        return f"connectorId={payload['connectorId']}  " + "  ".join(shown)
    except (KeyError, TypeError, AttributeError):
        return brief(payload)


def _name(sample: dict) -> str:
    measurand = sample.get("measurand", "Energy.Active.Import.Register")
    return ".".join(part for part in (measurand, sample.get("phase")) if part)
