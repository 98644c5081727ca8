"""What the charge points say of themselves, noted as it is heard."""

from host_tests.harness.csms.script import CALL, as_frame
from host_tests.harness.csms.times import utc_ms

from .database import Database

_SEEN_EVERY_MS = 30 * 1000
_BOOT = {
    "vendor": "chargePointVendor",
    "model": "chargePointModel",
    "serial": "chargePointSerialNumber",
    "firmware": "firmwareVersion",
    "meter_type": "meterType",
    "meter_serial": "meterSerialNumber",
}


class Watch:
    """Writes the tables ``station`` and ``connector``.

    ``listeners`` are called with ``(identity, action, payload)`` for each call that was heard,
    before it is answered. What is heard need not fit the standard: what does not is passed over.
    """

    def __init__(self, db: Database, csms):
        self._db = db
        self._seen = {}
        self.listeners = []
        csms.observers.append(self._hear)

    def _hear(self, identity: str, direction: str, at_ms: int, raw) -> None:
        if direction != "received":
            return
        frame = as_frame(raw)
        if frame is None or frame[0] != CALL or not isinstance(frame[3], dict):
            return
        self._note_seen(identity, at_ms)
        if frame[2] == "BootNotification":
            self._note_boot(identity, at_ms, frame[3])
        elif frame[2] == "StatusNotification":
            self._note_status(identity, at_ms, frame[3])
        for listener in self.listeners:
            listener(identity, frame[2], frame[3])

    def _note_seen(self, identity: str, at_ms: int) -> None:
        if at_ms - self._seen.get(identity, -_SEEN_EVERY_MS) < _SEEN_EVERY_MS:
            return
        self._seen[identity] = at_ms
        self._db.run(
            "INSERT INTO station (identity, seen_ms) VALUES (?, ?)"
            " ON CONFLICT (identity) DO UPDATE SET seen_ms = excluded.seen_ms",
            identity,
            at_ms,
        )

    def _note_boot(self, identity: str, at_ms: int, told: dict) -> None:
        values = {column: _text(told.get(name)) for column, name in _BOOT.items()}
        sets = ", ".join(f"{column} = :{column}" for column in values)
        self._db.run(
            f"UPDATE station SET {sets}, booted_ms = :at_ms WHERE identity = :identity",
            **values,
            at_ms=at_ms,
            identity=identity,
        )

    def _note_status(self, identity: str, at_ms: int, told: dict) -> None:
        number, status = told.get("connectorId"), _text(told.get("status"))
        if type(number) is not int or not 0 <= number < 1000 or status is None:
            return
        self._db.run(
            "INSERT INTO connector (identity, connector, status, error, info, vendor_error,"
            " since_ms) VALUES (:identity, :number, :status, :error, :info, :vendor, :since_ms)"
            " ON CONFLICT (identity, connector) DO UPDATE SET status = :status, error = :error,"
            " info = :info, vendor_error = :vendor, since_ms = :since_ms",
            identity=identity,
            number=number,
            status=status,
            error=_text(told.get("errorCode")) or "",
            info=_text(told.get("info")),
            vendor=_text(told.get("vendorErrorCode")),
            since_ms=_moment(told.get("timestamp"), at_ms),
        )


def _text(value) -> str | None:
    if not isinstance(value, str) or not value:
        return None
    return value[:100].encode("utf-8", "replace").decode()


def _moment(text, otherwise_ms: int) -> int:
    try:
        return utc_ms(text)
    except (TypeError, ValueError):
        return otherwise_ms
