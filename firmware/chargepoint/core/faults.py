"""The table of faults, and the book that one connector (or the station) keeps of them.

Rules:
- A fault begins when its cause is seen, and ends ``hold_ms`` after the cause was last seen.
- ``attempts`` times it ends by itself; after that it waits for its recovery: the vehicle
  unplugged, a reset of the station, a power cycle, a technician. "self" always ends by itself.
- Attempts are forgotten when the recovery happens, or FORGIVE_MS after the fault last ended.
- ``blocks``: "at_once" opens the contactor now; "orderly" ends an offer, with the vehicle's
  consent, while a transaction runs, and is a warning outside one; "no" is a warning.
- What ``latches`` is kept with its count over a restart of the firmware: the station saves
  ``latched()`` and gives it back with ``restore()``; after a loss of power it also tells
  ``recover("power")``.
- Warnings have codes too; a code with a status other than Faulted is a warning (OCPP 1.6 §4.9).
"""

from micropython import const

from chargepoint.core import timing

AT_ONCE = const("at_once")
ORDERLY = const("orderly")
NO = const("no")

_SWITCH = const("PowerSwitchFailure")
_GROUND = const("GroundFailure")
_METER = const("PowerMeterFailure")
_HEAT = const("HighTemperature")
_READER = const("ReaderFailure")
# The last column: how long after its cause it ends, a place in _HOLDS. Constants only, so that
# the table stays in flash.
_NOW = const(0)
_HELD = const(1)
_LONG = const(2)
_HOLDS = (0, timing.FAULT_HOLD_MS, timing.RESIDUAL_HOLD_MS)
# Columns.
_RECOVERY = const(4)
_ATTEMPTS = const(5)
_LATCHES = const(6)
_HOLD = const(7)

# Name, OCPP 1.6 error code, vendor code (MREC names of ChargeX where there is one), blocks,
# recovery, attempts, latches, hold. The worst comes first. The comment before a row tells how
# its cause is seen: tools/draw_faults.py makes docs/faults.md of both.
# fmt: off
FAULTS = (
    # Feedback (or current) without a command, CONTACTOR_OPEN_MS after an opening.
    ("contactor_welded", _SWITCH, "MREC17EVSEContactorFault", AT_ONCE, "power", 0, True, _HELD),
    # A residual current, by the monitor, in two readings outside of its self-test.
    ("residual_current", _GROUND, "MREC2GroundFailure", AT_ONCE, "technician", 3, True,
     _LONG),
    # The monitor did not trip, or did not clear, in its self-test.
    ("residual_test", _GROUND, "ResidualCurrentTest", AT_ONCE, "technician", 3, True, _HELD),
    # The protective earth is lost for EARTH_LOST_MS, or can't be told.
    ("earth", _GROUND, "EarthLost", AT_ONCE, "self", 0, False, _HELD),
    # Feedback does not follow a closing within CONTACTOR_CLOSE_MS, or is lost for as long.
    ("contactor_not_closing", _SWITCH, "NotClosing", AT_ONCE, "unplug", 2, False, _HELD),
    # The guard took a closed contactor away for what no reading shows within GUARD_DOUBT_MS, or
    # while the firmware did not run; or it holds an open one for GUARD_PATIENCE_MS.
    ("guard_trip", "InternalError", "GuardTrip", AT_ONCE, "self", 0, True, _HELD),
    # CRASHES_TO_SAFE_MODE crashes in a row.
    ("safe_mode", "InternalError", "SafeMode", AT_ONCE, "reset", 0, False, _NOW),
    # A phase above the offer (with tolerance) for OVERCURRENT_MS.
    ("overcurrent", "OverCurrentFailure", "MREC4OverCurrentFailure", AT_ONCE, "unplug", 2, False,
     _HELD),
    # The pilot at 0 V for PILOT_SHORT_MS.
    ("pilot_short", "OtherError", "MREC14PilotFault", AT_ONCE, "self", 0, False, _HELD),
    # No negative half wave in PWM with a vehicle for DIODE_LOST_MS.
    ("diode", "OtherError", "DiodeFault", AT_ONCE, "unplug", 2, False, _HELD),
    # A pilot that fits no state for PILOT_INVALID_MS.
    ("pilot_invalid", "OtherError", "PilotInvalid", AT_ONCE, "self", 0, False, _HELD),
    # No usable pilot reading for PILOT_SILENT_MS.
    ("pilot_silent", "InternalError", "PilotSilent", AT_ONCE, "self", 0, False, _HELD),
    # A vehicle is plugged, and the proximity resistor is none, or not readable, for
    # CABLE_FAULT_MS.
    ("cable", "OtherError", "MREC23ProximityFault", AT_ONCE, "self", 0, False, _HELD),
    # The bolt did not arrive in LOCK_TRIES tries, or left its place for LOCK_LOST_MS.
    ("lock", "ConnectorLockFailure", "MREC1ConnectorLockFailure", AT_ONCE, "self", 0, False,
     _HELD),
    # At or above the cut of the board's curve; ends 10 degrees below it.
    ("temperature_high", _HEAT, "MREC3HighTemperature", ORDERLY, "self", 0, False, _HELD),
    # No reading of the thermometer for TEMPERATURE_SILENT_MS.
    ("temperature_unknown", _HEAT, "TemperatureUnknown", ORDERLY, "self", 0, False, _NOW),
    # A phase 15 % above nominal for OVER_VOLTAGE_MS.
    ("over_voltage", "OverVoltage", "MREC5OverVoltage", ORDERLY, "self", 0, False, _HELD),
    # A live phase 15 % below nominal for UNDER_VOLTAGE_MS.
    ("under_voltage", "UnderVoltage", "MREC6UnderVoltage", ORDERLY, "self", 0, False, _HELD),
    # The energy register of the meter is below its last value.
    ("meter_backwards", _METER, "MeterBackwards", ORDERLY, "self", 0, False, _NOW),
    # Another unit, or another model of meter, answers.
    ("meter_foreign", _METER, "MeterForeign", ORDERLY, "self", 0, False, _NOW),
    # The meter answers what makes no sense, three times in a row.
    ("meter_rubbish", _METER, "MeterRubbish", ORDERLY, "self", 0, False, _NOW),
    # The meter does not answer, three times in a row.
    ("meter_silent", _METER, "MeterSilent", ORDERLY, "self", 0, False, _NOW),
    # State D for VENTILATION_MS where there is no ventilation.
    ("ventilation", "EVCommunicationError", "VentilationNotAvailable", NO, "self", 0, False,
     _NOW),
    # The back end's word on an idTag is not what the local list that it sent says.
    ("local_list_conflict", "LocalListConflict", "LocalListConflict", NO, "self", 0, False, _HELD),
    # The journal could not be written.
    ("store_full", "InternalError", "StoreFull", NO, "self", 0, False, _NOW),
    # The reader does not answer.
    ("reader_silent", _READER, "ReaderSilent", NO, "self", 0, False, _NOW),
    # The reader answers what makes no sense.
    ("reader_rubbish", _READER, "ReaderRubbish", NO, "self", 0, False, _NOW),
)
# fmt: on


def row_of(name: str) -> tuple:
    """The row of fault ``name``; ValueError for a name that the table does not have."""
    for candidate in FAULTS:
        if candidate[0] == name:
            return candidate
    raise ValueError("fault %r: expected a name from the table FAULTS" % (name,))


class _Entry:
    """What the book knows of one fault; there are some 30, and each attribute costs heap."""

    def __init__(self, row):
        self.row = row
        self.present = False
        self.active = False
        self.begun = 0
        # None until it was looked at: what a restart gave back is held from then on.
        self.gone_ms = None

    def begin(self, now_ms):
        if self.begun and now_ms - self.gone_ms >= timing.FORGIVE_MS:
            self.begun = 0
        self.begun += 1

    def ends(self, now_ms):
        """The cause is gone for long enough, and the fault may end by itself."""
        row = self.row
        if row[_RECOVERY] != "self" and self.begun > row[_ATTEMPTS]:
            return False
        return now_ms - self.gone_ms >= _HOLDS[row[_HOLD]]


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
        if entry.gone_ms is None:
            entry.gone_ms = now_ms
        if present:
            entry.present = True
            if not entry.active:
                entry.begin(now_ms)
                self._switch(entry, True)
        elif entry.active:
            if entry.present:
                entry.present = False
                entry.gone_ms = now_ms
            if entry.ends(now_ms):
                self._switch(entry, False)

    def recover(self, recovery: str) -> None:
        """``recovery`` ("unplug", "reset", "power", "technician") happened: its faults may end
        again."""
        for entry in self._entries.values():
            if entry.row[_RECOVERY] == recovery and entry.begun:
                entry.begun = 0
                if entry.row[_LATCHES]:
                    self.changed += 1

    def latched(self) -> list:
        """What to keep over a restart: (name, how often it began, it is active)."""
        entries = self._entries
        return [
            (name, entries[name].begun, entries[name].active)
            for name in sorted(entries)
            if entries[name].row[_LATCHES] and (entries[name].begun or entries[name].active)
        ]

    def restore(self, name: str, begun: int, active: bool) -> None:
        """Begin fault ``name`` as a restart found it; one that is not ours doesn't count."""
        entry = self._entries.get(name)
        if entry is None or entry.active or not entry.row[_LATCHES]:
            return
        entry.begun = begun
        if active:
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
