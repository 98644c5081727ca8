"""What StatusNotification says of each connector, and when (OCPP 1.6 §4.9, §5.19; errata 3.19).

- The status follows from facts: a fault that blocks, availability, the phase of the session. So
  the status before a fault comes back by itself when the facts do (I1 to I8).
- Only the 53 transitions of the standard are shown. Where the facts moved further than that, an
  allowed status in between is sent first.
- Each change is notified while the back end listens. Off line, only what holds at the end is said,
  if it differs from what the back end was told.
- A status must last MinimumStatusDuration before it is said.
- Connector 0 is the station: Available, Unavailable or Faulted.
- An error code with another status than Faulted is a warning.
"""

from chargepoint.core import timing
from chargepoint.ocpp import times
from chargepoint.ocpp.dialogue import ANSWERED, LOST, REFUSED
from chargepoint.ocpp.frames import Call

# From (a letter) to (a digit), as the table in §4.9 names them.
_TRANSITIONS = (
    "A2 A3 A4 A5 A7 A8 A9 B1 B3 B4 B5 B6 B9 C1 C4 C5 C6 C8 C9 D1 D3 D5 D6 D8 D9 E1 E3 E4 E6 E8 E9 "
    "F1 F2 F8 F9 G1 G2 G8 G9 H1 H2 H3 H4 H5 H9 I1 I2 I3 I4 I5 I6 I7 I8"
)
STATUSES = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEV",
    "SuspendedEVSE",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
)
_BETWEEN = ("Preparing", "Available", "Finishing")

_OF_PHASE = {
    "free": "Available",
    "preparing": "Preparing",
    "charging": "Charging",
    "suspended_ev": "SuspendedEV",
    "unplugged": "SuspendedEV",
    "suspended_evse": "SuspendedEVSE",
    "finishing": "Finishing",
    "reserved": "Reserved",
}

_NO_ERROR = "NoError"
# Told as a fault is, and none: the transaction waits for its cable (OCPP 1.6 §4.10).
_UNPLUGGED = ("EV side disconnected", _NO_ERROR, None)
_VEHICLE_ERROR = "EVCommunicationError"
# Errata 3.19: the only statuses that the vehicle's error goes with.
_VEHICLE_STATUSES = ("Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing")
# Changes kept while a call is open; more than these in one round trip are not worth telling.
_WAITING = 6


def allowed(one: str, other: str) -> bool:
    """The standard has a transition from status ``one`` to ``other``."""
    name = "ABCDEFGHI"[STATUSES.index(one)] + str(STATUSES.index(other) + 1)
    return name in _TRANSITIONS


def between(one: str, other: str) -> str:
    """A status that leads from ``one`` to ``other`` where there is no transition."""
    for status in _BETWEEN:
        if allowed(one, status) and allowed(status, other):
            return status
    raise ValueError("status: no way from %s to %s" % (one, other))


class _Report:
    """A status with its error (a row of core/faults.py or None), since when."""

    def __init__(self, status, fault, utc_s, since_ms):
        self.status = status
        self.fault = fault
        self.utc_s = utc_s
        self.since_ms = since_ms

    def says(self, status, fault):
        return self.status == status and self.fault == fault


class _Place:
    """One connector: what holds, what waits to be said, what the back end was told."""

    def __init__(self):
        self.now = None
        self.waiting = []
        self.told = None
        self.asked = False


class StatusReporter:
    """A source of ``dialogue`` for connectors 0 to ``count``; ``utc_s()`` gives the time or None.

    Tell it the facts with ``tell`` in every step; nothing is allocated while they stay the same.
    """

    def __init__(self, count: int, settings, dialogue, utc_s):
        self._places = [_Place() for _ in range(count + 1)]
        self._settings = settings
        self._dialogue = dialogue
        self._utc_s = utc_s
        self._sending = None
        self._retry_ms = 0

    def tell(
        self, connector: int, phase: str, available: bool, fault: tuple, faulted: bool, now_ms: int
    ) -> None:
        """The facts of ``connector`` (0: the station, ``phase`` "free").

        ``fault`` is the worst row of core/faults.py or None; ``faulted``: it blocks, otherwise it
        is a warning. An inoperative connector whose transaction still runs is available.
        """
        place = self._places[connector]
        status = _status(phase, available, faulted)
        if phase == "unplugged" and fault is None:
            fault = _UNPLUGGED
        if not self._dialogue.ready:
            place.asked = False
            if place.waiting:
                place.waiting.clear()
        if place.now is not None and place.now.says(status, fault):
            return
        place.now = _Report(status, fault, self._utc_s(), now_ms)
        if self._dialogue.ready:
            self._queue(place, now_ms)

    def report_all(self) -> None:
        """The back end accepted our BootNotification: tell it everything (errata 3.11)."""
        for place in self._places:
            place.told = None

    def ask(self, connector: int) -> None:
        """TriggerMessage of an accepted station: what holds now is said, also if it was before.

        In its turn, so that the back end sees no status before those that led to it.
        """
        self._places[connector].asked = True

    def payload(self, connector: int) -> dict:
        """The StatusNotification of what holds now; None before any facts."""
        place = self._places[connector]
        return None if place.now is None else self._payload(connector, place.now)

    def next(self, now_ms: int):
        """The StatusNotification whose turn it is, or None."""
        if now_ms < self._retry_ms:
            return None
        # By number, because an enumerate would make garbage in every step.
        for connector in range(len(self._places)):
            place = self._places[connector]
            report = self._due(place, now_ms)
            if report is not None:
                if report is place.now:
                    place.asked = False
                self._sending = place, report
                return Call("StatusNotification", self._payload(connector, report), self._done)
        return None

    # -- inside ---------------------------------------------------------------------------------

    def _queue(self, place, now_ms):
        """``place.now`` waits behind the others; what was too short to be said goes."""
        minimum_ms = self._settings.get("MinimumStatusDuration") * 1000
        if minimum_ms and place.waiting and now_ms - place.waiting[-1].since_ms < minimum_ms:
            place.waiting.pop()
        if len(place.waiting) >= _WAITING:
            place.waiting.pop(0)
        place.waiting.append(place.now)

    def _due(self, place, now_ms):
        """What is to be said of ``place`` now, or None."""
        if place.now is None:
            return None
        told = place.told
        while (
            place.waiting and told and told.says(place.waiting[0].status, place.waiting[0].fault)
        ):
            place.waiting.pop(0)
        wanted = place.waiting[0] if place.waiting else place.now
        if told is None:
            # The first word after a boot is on what holds now.
            return place.now
        if told.says(wanted.status, wanted.fault):
            return wanted if place.asked else None
        if not place.asked and not self._lasted(wanted, place, now_ms):
            return None
        if told.status == wanted.status or allowed(told.status, wanted.status):
            return wanted
        return _Report(between(told.status, wanted.status), None, wanted.utc_s, now_ms)

    def _lasted(self, report, place, now_ms):
        minimum_ms = self._settings.get("MinimumStatusDuration") * 1000
        # One that another followed was held to the minimum in _queue.
        return report is not place.now or now_ms - report.since_ms >= minimum_ms

    def _done(self, outcome, payload, now_ms):
        place, report = self._sending
        if outcome in (ANSWERED, REFUSED):
            # A back end that refuses a status would refuse it for ever: it has been told.
            place.told = report
            if report in place.waiting:
                # After a boot the last one is said first: those before it are history.
                del place.waiting[: place.waiting.index(report) + 1]
        elif outcome != LOST:
            self._retry_ms = now_ms + timing.STATUS_RETRY_MS

    def _payload(self, connector, report):
        payload = {
            "connectorId": connector,
            "status": report.status,
            "errorCode": _error_code(report),
        }
        if report.utc_s is not None:
            payload["timestamp"] = times.text_of(report.utc_s)
        if report.fault is not None:
            payload["info"] = report.fault[0]
        if report.fault is not None and report.fault is not _UNPLUGGED:
            payload["vendorId"] = self._settings.get("ChargePointVendor")
            payload["vendorErrorCode"] = report.fault[2]
        return payload


def _status(phase, available, faulted):
    if faulted:
        return "Faulted"
    return _OF_PHASE[phase] if available else "Unavailable"


def _error_code(report):
    if report.fault is None:
        return _NO_ERROR
    code = report.fault[1]
    if code == _VEHICLE_ERROR and report.status not in _VEHICLE_STATUSES:
        return "OtherError"
    return code
