"""Port Proximity on an ADC pin that sees the PP contact, pulled up by a known resistor."""

from chargepoint.ports import Proximity
from chargepoint.wire.analogue import interpolated, rising, steady_uv

_OPEN_OHM = 100000
# Where a line counts as open unless the board says otherwise. IEC 61851-1 annex B: above 4500 ohm
# there is no cable.
_LEAST_OPEN_OHM = 10000
_READS = 9


class ProximityAdc(Proximity):
    """``series_ohm`` from the contact to ``supply_mv``; ``adc`` (read_uv) sees the contact.

    Where the ADC sees the contact through a divider ``supply_mv`` is what an open line gives at
    the ADC, and ``series_ohm`` all that loads it. A circuit that is not such a divider gives
    ``points``: (mV at the ADC, ohm), rising; the last is where the line counts as open.
    ``open_mv`` sets that for a divider: needed where the ADC clips below the supply.
    Raises ValueError for values that make no circuit.

    A read takes 9 samples, 0.3 to 0.7 ms on an ESP32.
    """

    def __init__(self, adc, series_ohm: int, supply_mv: int, open_mv: int = None, points=None):
        if series_ohm <= 0 or supply_mv <= 0:
            raise ValueError(
                "%d ohm to %d mV is no divider, expected both above 0" % (series_ohm, supply_mv)
            )
        if open_mv is None:
            open_mv = supply_mv * _LEAST_OPEN_OHM // (_LEAST_OPEN_OHM + series_ohm)
        if points is not None:
            open_mv = rising(points)[-1][0]
        if not 0 < open_mv < supply_mv:
            raise ValueError("open at %d mV is not between 0 and %d mV" % (open_mv, supply_mv))
        self._read_uv = adc.read_uv
        self._series_ohm = series_ohm
        self._supply_mv = supply_mv
        self._open_mv = open_mv
        self._points = points
        self._kept = [0] * _READS

    def read_ohm(self) -> int:
        """Ohm; 100000 for an open line, 0 for a short.

        None: the ADC refuses, the reads scatter by more than a tenth of the supply, or the level
        is a tenth above the supply or before the first point, which the circuit can't give.
        """
        supply_mv = self._supply_mv
        level_uv = steady_uv(self._read_uv, self._kept, supply_mv * 100)
        if level_uv is None or level_uv > supply_mv * 1100:
            return None
        level_mv = level_uv // 1000
        if level_mv >= self._open_mv:
            return _OPEN_OHM
        if self._points is not None:
            return interpolated(self._points, level_mv)
        return self._series_ohm * level_mv // (supply_mv - level_mv)
