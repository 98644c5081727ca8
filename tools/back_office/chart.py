"""The lines of a session's chart: readings to points of an SVG."""

from host_tests.harness.csms.times import utc_ms_or_none, utc_text

WIDTH, HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 52, 14, 28
_STEPS = (1, 2, 5)
_SHORT_MS = 30_000
_ENERGY = "Energy.Active.Import.Register"
_POWER = "Power.Active.Import"
_THOUSAND = {"Wh": 1, "kWh": 1000, "W": 1, "kW": 1000}


class Chart:
    """``power`` and ``energy`` are texts of points, empty where there are no readings.

    ``power_marks`` and ``energy_marks`` are ``(y, label)``, ``times`` ``(x, label)``. ``ends`` are
    ``(at, register in Wh)`` of start and stop. Without readings of the power it is reckoned from
    the register (``reckoned``).
    """

    def __init__(self, readings: list, ends: list = ()):
        power, registers = _of(readings, _POWER), dict(_of(readings, _ENERGY))
        registers.update({utc_ms_or_none(at): wh for at, wh in ends if wh is not None})
        registers.pop(None, None)
        energy = sorted(registers.items())
        energy = [(at_ms, wh - energy[0][1]) for at_ms, wh in energy]
        self.reckoned = not power
        power = power or _steps(energy)
        moments = [at_ms for at_ms, _ in power + energy]
        self.is_empty = len(set(moments)) < 2
        if self.is_empty:
            return
        self._begin_ms, self._end_ms = min(moments), max(moments)
        self.power, self.power_marks = self._line(power)
        self.energy, self.energy_marks = self._line(energy)
        self.times = self._times()

    def _line(self, points: list) -> tuple:
        if not points:
            return "", []
        step = _step(max(max(value for _, value in points), 1))
        high = step * -(-max(max(value for _, value in points), 1) // step)
        line = " ".join(f"{self._x(at_ms):.1f},{_y(value, high):.1f}" for at_ms, value in points)
        marks = [
            (round(_y(mark, high), 1), _thousandth(mark)) for mark in range(0, high + 1, step)
        ]
        return line, marks

    def _x(self, at_ms: int) -> float:
        part = (at_ms - self._begin_ms) / (self._end_ms - self._begin_ms)
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    def _times(self) -> list:
        span_ms = self._end_ms - self._begin_ms
        moments = [self._begin_ms + span_ms * part // 4 for part in range(5)]
        return [(round(self._x(at_ms), 1), utc_text(at_ms)[11:16]) for at_ms in moments]


def _of(readings: list, measurand: str) -> list:
    """``(at_ms, value)`` in order; phases of one moment are added up, if there is no total."""
    totals, phases = {}, {}
    for each in readings:
        value = _value(each) if (each["measurand"] or _ENERGY) == measurand else None
        at_ms = utc_ms_or_none(each["timestamp"])
        if value is None or at_ms is None:
            continue
        if not each["phase"]:
            totals[at_ms] = value
        elif each["phase"] in ("L1", "L2", "L3", "L1-N", "L2-N", "L3-N"):
            phases[at_ms] = phases.get(at_ms, 0) + value
    return sorted({**phases, **totals}.items())


def _steps(energy: list) -> list:
    """The average power between each two registers, as a line with steps."""
    line, kept = [], energy[:1]
    for point in energy[1:]:
        # Over some seconds one watt-hour more or less is kilowatts.
        if len(kept) > 1 and point[0] - kept[-1][0] < _SHORT_MS:
            kept.pop()
        kept.append(point)
    for (from_ms, from_wh), (to_ms, to_wh) in zip(kept, kept[1:]):
        watts = max(0, (to_wh - from_wh) * 3_600_000 // (to_ms - from_ms))
        line += [(from_ms, watts), (to_ms, watts)]
    return line


def _value(reading) -> int | None:
    try:
        return round(float(reading["value"]) * _THOUSAND.get(reading["unit"] or "Wh", 1))
    except (ValueError, OverflowError):  # a signed reading, or rubbish
        return None


def _y(value: int, high: int) -> float:
    return HEIGHT - BOTTOM - value / high * (HEIGHT - TOP - BOTTOM)


def _step(high: int) -> int:
    """So that some three to five lines fit up to ``high``."""
    size = 1
    while True:
        for step in _STEPS:
            if high <= 5 * step * size:
                return step * size
        size *= 10


def _thousandth(value: int) -> str:
    """W as kW and Wh as kWh."""
    whole, part = divmod(value, 1000)
    return f"{whole}.{part:03d}".rstrip("0").rstrip(".")
