"""Port Thermometer on an ADC pin, and the laws of the sensors that may hang on it.

A law turns microvolts at the pin into 1/1000 degree Celsius, or None where the sensor can't be:
shorted, open, or out of its range.
"""

from micropython import const

from chargepoint.ports import Thermometer
from chargepoint.wire.analogue import interpolated, rising, steady_uv

# Seldom: each read holds the ADC that reads the pilot, and may disturb it (esp32-evse#32).
POLL_MS = const(500)
_PATIENCE = const(3)
_READS = const(9)
_WITHIN_UV = const(100000)

# What both kinds of sensor bear; beyond it lies a broken wire or a short.
_COLDEST_MC = const(-40000)
_HOTTEST_MC = const(125000)


class AdcThermometer(Thermometer):
    """``adc`` has read_uv, ``law`` celsius_mc(uv); a poll that reads takes 0.3 to 0.7 ms.

    Three bad readings in a row (1.5 s) make ``celsius_mc`` None; the first good one ends that.
    """

    def __init__(self, adc, law):
        self._read_uv = adc.read_uv
        self._law = law
        self._kept = [0] * _READS
        self._due_ms = None
        self._failures = 0

    def poll(self, now_ms: int) -> None:
        """Read twice a second."""
        if self._due_ms is not None and now_ms < self._due_ms:
            return
        self._due_ms = now_ms + POLL_MS
        level_uv = steady_uv(self._read_uv, self._kept, _WITHIN_UV)
        celsius_mc = None if level_uv is None else self._law.celsius_mc(level_uv)
        if celsius_mc is not None and _COLDEST_MC <= celsius_mc <= _HOTTEST_MC:
            self._failures = 0
            self.celsius_mc = celsius_mc
            return
        self._failures += 1
        if self._failures >= _PATIENCE:
            self.celsius_mc = None


class Mcp9700:
    """500 mV at 0 degrees, 10 mV a degree (Microchip DS20001942)."""

    def celsius_mc(self, level_uv: int) -> int:
        """The temperature at ``level_uv``."""
        return (level_uv - 500000) // 10


class Points:
    """A sensor of any kind: ``points`` are (mV at the pin, 1/1000 degree), rising in mV."""

    def __init__(self, points: tuple):
        self._points = rising(points)

    def celsius_mc(self, level_uv: int) -> int:
        """The temperature at ``level_uv``; None outside of the points."""
        return interpolated(self._points, level_uv // 1000)


class Ntc:
    """An NTC of ``nominal_ohm`` at 25 degrees and ``beta_k``, in a divider with ``series_ohm``.

    The divider hangs on ``supply_mv`` with the NTC at its foot, or on top when ``on_top``. Choose
    the resistor so that the ADC sees the range that matters: an ESP32 reads 150 to 2450 mV.
    Raises ValueError for values that make no circuit.
    """

    def __init__(
        self,
        series_ohm: int,
        supply_mv: int,
        nominal_ohm: int = 10000,
        beta_k: int = 3950,
        on_top: bool = False,
    ):
        if series_ohm <= 0 or supply_mv <= 0 or nominal_ohm <= 0:
            raise ValueError(
                "%d ohm to %d mV with an NTC of %d ohm is no divider, expected all above 0"
                % (series_ohm, supply_mv, nominal_ohm)
            )
        if not 1500 <= beta_k <= 6000:
            raise ValueError("beta of %d K is not in 1500..6000" % beta_k)
        self._supply_uv = supply_mv * 1000
        self._log2 = _log2(series_ohm) - _log2(nominal_ohm)
        self._beta_k = beta_k
        self._on_top = on_top

    def celsius_mc(self, level_uv: int) -> int:
        """The temperature at ``level_uv``, within 0.1 degree of the law; None at its ends."""
        rest_uv = self._supply_uv - level_uv
        if level_uv <= 0 or rest_uv <= 0:
            return None
        share = _log2(level_uv) - _log2(rest_uv)
        # u = T0 * ln(R / R0) in 1/10 K, of the law 1/T = 1/T0 + ln(R / R0) / B, so
        # T0 - T = T0 * u / (B + u). T0 = 298.15 K; 10 * T0 * ln 2 / 2048 = 20666 / 20480.
        u = (self._log2 + (-share if self._on_top else share)) * 20666 // 20480
        base = 10 * self._beta_k + u
        if base <= 0:
            return None
        return 25000 - 29815 * u // base * 10


def _log2(number: int) -> int:
    """The binary logarithm of 1 or more, in 1/2048: a square a bit, within 30 bits."""
    whole = 14
    while number >= 32768:
        number >>= 1
        whole += 1
    while number < 16384:
        number <<= 1
        whole -= 1
    for _ in range(11):
        number = number * number >> 14
        whole <<= 1
        if number >= 32768:
            number >>= 1
            whole += 1
    return whole
