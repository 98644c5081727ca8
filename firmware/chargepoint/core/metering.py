"""When a reading is due, and which of its quantities are wanted.

Rules (OCPP 1.6 §4.7, §9.1.23-26; standards.md §2.7):
- Periodic samples come at whole multiples of MeterValueSampleInterval from the begin of the
  transaction, so they don't drift; clock samples at multiples of ClockAlignedDataInterval from
  00:00:00 UTC. 0 is off.
- A changed interval counts from the same begin; its next multiple is the next sample.
- Several slots missed at once give one sample: a reading can't be taken later than it is.
- A clock that is set gives no sample by itself when it goes back or was unknown before.
"""

PERIODIC = "periodic"
CLOCK = "clock"
_DAY_S = 86400

# Measurand (OCPP 1.6 §7.31) -> quantity, and the field of a Reading.
_MEASURANDS = (
    ("Energy.Active.Import.Register", "energy_wh"),
    ("Energy.Active.Export.Register", "export_wh"),
    ("Power.Active.Import", "power_w"),
    ("Current.Import", "current_ma"),
    ("Voltage", "voltage_mv"),
    ("Frequency", "frequency_mhz"),
    ("Current.Offered", "offered_ma"),
)

# What a measurand list may name, for the settings table.
MEASURANDS = ",".join([measurand for measurand, _ in _MEASURANDS])


class Sampler:
    """One connector's sampling times, from ``settings``."""

    def __init__(self, settings):
        self._settings = settings
        self._began_ms = None
        self._interval_ms = 0
        self._slot = 0
        self._clock_interval_s = 0
        self._clock_slot_s = None

    def begin(self, now_ms: int) -> None:
        """A transaction began: periodic samples count from now."""
        self._began_ms = now_ms
        self._interval_ms = self._settings.get("MeterValueSampleInterval") * 1000
        self._slot = 0
        self._clock_slot_s = None

    def end(self) -> None:
        """The transaction is over: no more periodic samples."""
        self._began_ms = None

    def due(self, now_ms: int, utc_s: int) -> str:
        """CLOCK, PERIODIC or None; one sample at a time, so ask again in the next step."""
        if self._clock_due(utc_s):
            return CLOCK
        return PERIODIC if self._periodic_due(now_ms) else None

    def select(self, reading, wanted, offered_ma: int) -> list:
        """[quantity, phase, value] of what ``wanted`` names and the meter gives.

        ``wanted`` is a sequence of measurands; one may end in a phase ("Voltage.L1"). Phase 0 is
        the total.
        """
        values = []
        for name in wanted:
            measurand, phase = _split_phase(name)
            for known, quantity in _MEASURANDS:
                if known == measurand:
                    _append(values, quantity, phase, reading, offered_ma)
        return values

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

    def _clock_due(self, utc_s):
        interval_s = self._settings.get("ClockAlignedDataInterval")
        if utc_s is None or interval_s <= 0:
            self._clock_slot_s = None
            return False
        second = utc_s % _DAY_S
        slot_s = utc_s - second % interval_s
        before_s, changed = self._clock_slot_s, interval_s != self._clock_interval_s
        self._clock_slot_s, self._clock_interval_s = slot_s, interval_s
        return before_s is not None and not changed and slot_s > before_s


def _split_phase(name):
    """("Voltage", 1) of "Voltage.L1" or "Voltage.L1-N"; phase None when it names none."""
    measurand, dot, last = name.rpartition(".")
    if dot and last in ("L1", "L2", "L3", "L1-N", "L2-N", "L3-N"):
        return measurand, int(last[1])
    return name, None


def _append(values, quantity, phase, reading, offered_ma):
    if quantity == "offered_ma":
        value = offered_ma
    else:
        value = getattr(reading, quantity)
    if isinstance(value, (list, tuple)):
        for at, of_phase in enumerate(value):
            if of_phase is not None and phase in (None, at + 1):
                values.append([quantity, at + 1, of_phase])
    elif value is not None and phase is None:
        values.append([quantity, 0, value])
