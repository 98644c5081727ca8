"""Frames in the Open OCPP Trace format 1.1: one JSON object a line.

https://github.com/open-ocpp-trace/specification. What is not a frame (binary, broken JSON) has no
place in the format and is left out.
"""

import json
from collections.abc import Iterable, Iterator

from .script import CALL, ERROR, RESULT, as_frame
from .times import utc_text

_DIRECTIONS = {"received": "cp-to-csms", "sent": "csms-to-cp"}
_TYPES = {CALL: "CALL", RESULT: "CALLRESULT", ERROR: "CALLERROR"}


def lines(frames: Iterable[tuple]) -> Iterator[str]:
    """One line for each ``(identity, direction, at_ms, raw)`` that is a frame."""
    for identity, direction, at_ms, raw in frames:
        record = _record(identity, direction, at_ms, raw)
        if record is not None:
            yield _line(record)


def _line(record: dict) -> str:
    line = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    # Half a character can be said in JSON, and in UTF-8 as an escape only.
    return line if line.isprintable() else json.dumps(record, separators=(",", ":"))


def _record(identity: str, direction: str, at_ms: int, raw: str | bytes) -> dict | None:
    frame = as_frame(raw)
    if frame is None:
        return None
    record = {
        "schemaVersion": "1.1",
        "timestamp": utc_text(at_ms),
        "ocppVersion": "1.6",
        "transport": "json",
        "chargePointId": identity,
        "direction": _DIRECTIONS[direction],
        "messageType": _TYPES[frame[0]],
        "messageId": frame[1],
    }
    record.update(_contents(frame))
    record["raw"] = raw
    return record


def _contents(frame: list) -> dict:
    if frame[0] == CALL:
        return {"action": str(frame[2]), "payload": frame[3], **_connector(frame[3])}
    if frame[0] == RESULT:
        return {"payload": frame[2]}
    details = frame[4] if len(frame) > 4 else {}
    return {"error": {"code": str(frame[2]), "description": str(frame[3]), "details": details}}


def _connector(payload: object) -> dict:
    connector = payload.get("connectorId") if isinstance(payload, dict) else None
    fits = type(connector) is int and connector >= 0
    return {"connectorId": connector} if fits else {}
