"""The table of faults, and the book that one connector (or the station) keeps of them.

Rules:
- A fault begins when its cause is seen, and ends ``hold_ms`` after the cause was last seen.
- ``attempts`` times it ends by itself; after that it waits for its recovery: the vehicle
  unplugged, a reset of the station, a power cycle. "self" always ends by itself.
- ``blocks``: "at_once" opens the contactor now; "orderly" ends an offer, with the vehicle's
  consent, while a transaction runs, and is a warning outside one; "no" is a warning.
- What ``latches`` is kept over a restart of the firmware: the station saves ``latched()`` and
  gives it back with ``restore()``; after a loss of power it also tells ``recover("power")``.
- Warnings have codes too; a code with a status other than Faulted is a warning (OCPP 1.6 §4.9).
"""

from micropython import const

from chargepoint.core import timing

AT_ONCE = const("at_once")
ORDERLY = const("orderly")
NO = const("no")

_SWITCH = const("PowerSwitchFailure")
# The last column: it ends FAULT_HOLD_MS after its cause, or at once.
_HELD = const(True)
_NOW = const(False)

# Name, OCPP 1.6 error code, vendor code (MREC names of ChargeX where there is one), blocks,
# recovery, attempts, latches, hold. The worst comes first.
FAULTS = (
    ("contactor_welded", _SWITCH, "MREC17EVSEContactorFault", AT_ONCE, "power", 0, True, _HELD),
    ("contactor_not_closing", _SWITCH, "NotClosing", AT_ONCE, "unplug", 2, False, _HELD),
    ("guard_trip", "InternalError", "GuardTrip", AT_ONCE, "self", 0, False, _HELD),
    ("safe_mode", "InternalError", "SafeMode", AT_ONCE, "reset", 0, False, _NOW),
    ("pilot_short", "OtherError", "MREC14PilotFault", AT_ONCE, "self", 0, False, _HELD),
    ("diode", "OtherError", "DiodeFault", AT_ONCE, "unplug", 2, False, _HELD),
    ("pilot_invalid", "OtherError", "PilotInvalid", AT_ONCE, "self", 0, False, _HELD),
    ("pilot_silent", "InternalError", "PilotSilent", AT_ONCE, "self", 0, False, _HELD),
    ("meter_backwards", "PowerMeterFailure", "MeterBackwards", ORDERLY, "self", 0, False, _NOW),
    ("meter_foreign", "PowerMeterFailure", "MeterForeign", ORDERLY, "self", 0, False, _NOW),
    ("meter_rubbish", "PowerMeterFailure", "MeterRubbish", ORDERLY, "self", 0, False, _NOW),
    ("meter_silent", "PowerMeterFailure", "MeterSilent", ORDERLY, "self", 0, False, _NOW),
    (
        "ventilation",
        "EVCommunicationError",
        "VentilationNotAvailable",
        NO,
        "self",
        0,
        False,
        _NOW,
    ),
    ("store_broken", "InternalError", "StoreBroken", NO, "self", 0, False, _NOW),
    ("store_full", "InternalError", "StoreFull", NO, "self", 0, False, _NOW),
    ("reader_silent", "ReaderFailure", "ReaderSilent", NO, "self", 0, False, _NOW),
    ("reader_rubbish", "ReaderFailure", "ReaderRubbish", NO, "self", 0, False, _NOW),
)


def row_of(name: str) -> tuple:
    """The row of fault ``name``; ValueError for a name that the table does not have."""
    for candidate in FAULTS:
        if candidate[0] == name:
            return candidate
    raise ValueError("fault %r: expected a name from the table FAULTS" % (name,))


class _Entry:
    """What the book knows of one fault."""

    def __init__(self, row):
        _, _, _, self.blocks, self.recovery, self.attempts, self.latches, held = row
        self.hold_ms = timing.FAULT_HOLD_MS if held else 0
        self.present = False
        self.active = False
        self.begun = 0
        self.gone_ms = 0

    def ends(self, now_ms):
        """The cause is gone for long enough, and the fault may end by itself."""
        if self.recovery != "self" and self.begun > self.attempts:
            return False
        return now_ms - self.gone_ms >= self.hold_ms


class FaultBook:
    """Which of the faults ``names`` there are. ValueError for a name that the table lacks.

    ``active`` lists names, worst first, ``worst`` is the row of the first or None, ``changed``
    counts what began and ended. ``in_transaction`` makes the orderly ones block.
    """

    def __init__(self, names):
        self.active = []
        self.worst = None
        self.changed = 0
        self.in_transaction = False
        self.trips = False
        self._ends_offer = False
        self._entries = {name: _Entry(row_of(name)) for name in names}

    @property
    def blocking(self) -> bool:
        """No energy: a fault that opens at once, or one that ends an offer in a transaction."""
        return self.trips or (self._ends_offer and self.in_transaction)

    def put(self, name: str, present: bool, now_ms: int) -> None:
        """The cause of ``name`` is seen or not. Cheap when there is nothing new."""
        entry = self._entries[name]
        if present:
            entry.present = True
            if not entry.active:
                entry.begun += 1
                self._switch(entry, True)
        elif entry.active:
            if entry.present:
                entry.present = False
                entry.gone_ms = now_ms
            if entry.ends(now_ms):
                self._switch(entry, False)

    def recover(self, recovery: str) -> None:
        """``recovery`` ("unplug", "reset", "power") happened: its faults may end again."""
        for entry in self._entries.values():
            if entry.recovery == recovery:
                entry.begun = 0

    def latched(self) -> list:
        """The names to keep over a restart."""
        return [name for name in self.active if self._entries[name].latches]

    def restore(self, names) -> None:
        """Begin the faults ``names`` that a restart found; names that are not ours don't count."""
        for name in names:
            entry = self._entries.get(name)
            if entry is not None and not entry.active:
                entry.begun = entry.attempts + 1
                self._switch(entry, True)

    def _switch(self, entry, active):
        entry.active = active
        self.changed += 1
        rows = [row for row in FAULTS if self._is_active(row[0])]
        self.active = [row[0] for row in rows]
        self.worst = rows[0] if rows else None
        self.trips = any([row[3] == AT_ONCE for row in rows])
        self._ends_offer = any([row[3] == ORDERLY for row in rows])

    def _is_active(self, name):
        entry = self._entries.get(name)
        return entry is not None and entry.active
