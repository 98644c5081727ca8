"""When a reading is due, and which of its quantities are wanted.

Rules (OCPP 1.6 §4.7, §9.1.23-26; standards.md §2.7):
- Periodic samples come at whole multiples of MeterValueSampleInterval from the begin of the
  transaction, so they don't drift; clock samples at multiples of ClockAlignedDataInterval from
  00:00:00 UTC, outside transactions too. 0 is off.
- A changed interval counts from the same begin; its next multiple is the next sample.
- Several slots missed at once give one sample: a reading can't be taken later than it is.
- A clock that is set gives no sample by itself when it goes back or was unknown before.
- Each phase that the meter tells is told, and the total where there is one. A measurand may name
  one phase: "Voltage.L1", "Current.Import.L2-N".
"""

from micropython import const

PERIODIC = "periodic"
CLOCK = "clock"
_DAY_S = 86400
# The clock is asked so often: on a 32-bit interpreter each answer is an object.
_LOOK_MS = const(200)

# Measurand (OCPP 1.6 §7.31) | quantity | unit (where OCPP has a word for it) | decimals.
# A quantity is a field of a Reading, or one that the station knows itself.
_TABLE = (
    "\n"
    "Energy.Active.Import.Register|energy_wh|Wh|0\n"
    "Energy.Active.Export.Register|export_wh|Wh|0\n"
    "Energy.Active.Import.Interval|interval_wh|Wh|0\n"
    "Power.Active.Import|power_w|W|0\n"
    "Power.Reactive.Import|reactive_var|var|0\n"
    "Power.Factor|factor_milli||3\n"
    "Power.Offered|offered_w|W|0\n"
    "Current.Import|current_ma|A|3\n"
    "Current.Offered|offered_ma|A|3\n"
    "Voltage|voltage_mv|V|3\n"
    "Frequency|frequency_mhz||3\n"
    "Temperature|celsius_mc|Celcius|3\n"
)
# Phase by phase; "phase_w" is what power_w is of each phase.
_BY_PHASE = " voltage_mv current_ma phase_w "
_PHASES = " L1 L2 L3 L1-N L2-N L3-N "

# What the station knows without a meter.
OWN = "interval_wh offered_ma offered_w"
# Every quantity that any station has: what ``knows`` takes by default.
EVERYTHING = (
    "energy_wh export_wh interval_wh power_w phase_w reactive_var factor_milli offered_w "
    "current_ma offered_ma voltage_mv frequency_mhz celsius_mc"
)


class Sampler:
    """One connector's sampling times, from ``settings``."""

    def __init__(self, settings):
        self._settings = settings
        self._began_ms = None
        self._interval_ms = 0
        self._slot = 0
        self._looked_ms = None
        self._clock_interval_s = 0
        self._clock_slot_s = None

    def begin(self, now_ms: int) -> None:
        """A transaction began: periodic samples count from now."""
        self._began_ms = now_ms
        self._interval_ms = self._settings.get("MeterValueSampleInterval") * 1000
        self._slot = 0

    def end(self) -> None:
        """The transaction is over: no more periodic samples."""
        self._began_ms = None

    def due(self, now_ms: int, utc_s) -> str:
        """CLOCK, PERIODIC or None; one sample at a time, so ask again in the next step.

        ``utc_s()`` tells the time of day or None; it is asked only while it matters.
        """
        if self._clock_due(now_ms, utc_s):
            return CLOCK
        return PERIODIC if self._periodic_due(now_ms) else None

    def _periodic_due(self, now_ms):
        interval_ms = self._settings.get("MeterValueSampleInterval") * 1000
        if self._began_ms is None or interval_ms <= 0:
            self._interval_ms = 0
            return False
        slot = (now_ms - self._began_ms) // interval_ms
        changed = interval_ms != self._interval_ms
        due = not changed and slot > self._slot
        self._interval_ms, self._slot = interval_ms, slot
        return due

    def _clock_due(self, now_ms, utc_s):
        interval_s = self._settings.get("ClockAlignedDataInterval")
        if interval_s <= 0:
            self._clock_slot_s = None
            return False
        if self._looked_ms is not None and 0 <= now_ms - self._looked_ms < _LOOK_MS:
            return False
        self._looked_ms = now_ms
        return self._new_slot(interval_s, utc_s())

    def _new_slot(self, interval_s, utc_s):
        before_s, changed = self._clock_slot_s, interval_s != self._clock_interval_s
        self._clock_interval_s = interval_s
        self._clock_slot_s = None
        if utc_s is not None:
            self._clock_slot_s = utc_s - utc_s % _DAY_S % interval_s
        if before_s is None or utc_s is None or changed:
            return False
        return self._clock_slot_s > before_s


def select(reading, wanted: tuple, own: dict) -> list:
    """[quantity, phase, value] of what ``wanted`` (measurands) names and there is.

    ``own`` is what the station knows itself, quantity -> value. Phase 0 is the total.
    """
    values = []
    for name in wanted:
        quantity, phase = quantity_of(name)
        if quantity is not None and phase is None:
            value = own.get(quantity) if quantity in own else getattr(reading, quantity, None)
            _append(values, quantity, value, None)
        if quantity == "power_w":
            _append(values, quantity, reading.phase_w, phase)
        elif quantity is not None and phase is not None:
            _append(values, quantity, getattr(reading, quantity, None), phase)
    return values


def quantity_of(name: str) -> tuple:
    """(quantity, phase) of a measurand such as "Voltage.L1"; phase None when it names none.

    (None, None) for a measurand that no station of ours knows.
    """
    phase = None
    measurand, dot, last = name.rpartition(".")
    if dot and " %s " % last in _PHASES:
        name, phase = measurand, int(last[1])
    at = _TABLE.find("\n%s|" % name)
    if at < 0 or "|" in name:
        return None, None
    return _row_at(at)[1], phase


def knows(name: str, gives: str = EVERYTHING) -> bool:
    """A list may name the measurand ``name``, where there are the quantities ``gives``."""
    quantity, phase = quantity_of(name)
    if quantity is None:
        return False
    if phase is not None:
        quantity = "phase_w" if quantity == "power_w" else quantity
        if " %s " % quantity not in _BY_PHASE:
            return False
    return " %s " % quantity in " %s " % gives


def known(gives: str = EVERYTHING) -> str:
    """The measurands of the quantities ``gives``, separated by commas."""
    names = [line.split("|")[0] for line in _TABLE.split("\n")]
    return ",".join([name for name in names if name and knows(name, gives)])


def words_of(quantity: str) -> tuple:
    """(measurand, unit or "", decimals) of a quantity; KeyError for one that has none."""
    at = _TABLE.find("|%s|" % quantity)
    if at < 0:
        raise KeyError(quantity)
    measurand, _, unit, decimals = _row_at(_TABLE.rfind("\n", 0, at))
    return measurand, unit, int(decimals)


def _row_at(at):
    return _TABLE[at + 1 : _TABLE.find("\n", at + 1)].split("|")


def _append(values, quantity, value, phase):
    if isinstance(value, (list, tuple)):
        for at, of_phase in enumerate(value):
            if of_phase is not None and phase in (None, at + 1):
                values.append([quantity, at + 1, of_phase])
    elif value is not None and phase is None:
        values.append([quantity, 0, value])
