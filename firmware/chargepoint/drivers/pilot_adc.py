"""Port Pilot on a PWM pin and an ADC pin that sees the pilot through a divider.

The reads are not synchronised with the wave, so a burst must span several periods: with a read
every 35-80 us (ESP32) 64 reads are 2-5 periods of 1 kHz, enough for three samples of a pulse of
100 us, which is 6 A (10 %) at one end and 54 A (90 %) at the other.
"""

from micropython import const

from chargepoint.ports import Pilot

_FULL = const(65535)
_BP = const(10000)
# Beyond what an ADC can say, in microvolts; still a small integer on a 32-bit interpreter.
_ABOVE = const(0x3FFFFFFF)


class PilotAdc(Pilot):
    """``zero_mv`` at the ADC is 0 V on the pilot; ``ratio_bp`` mV at the ADC are 10 V on it.

    ``pwm`` has duty_u16, ``adc`` has read_uv (machine.PWM, machine.ADC); ``burst`` is the number
    of reads, at least 6.
    """

    def __init__(self, pwm, adc, zero_mv: int, ratio_bp: int, burst: int = 64):
        if burst < 6:
            raise ValueError("burst %d is too short to be trimmed, want 6 or more" % burst)
        self._pwm = pwm
        self._read_uv = adc.read_uv
        self._zero_uv = zero_mv * 1000
        self._ratio_bp = ratio_bp
        self._burst = burst

    def set_duty(self, duty_bp: int) -> None:
        """Set the duty; 0 and 10000 are steady levels. Raises ValueError outside 0..10000."""
        if not 0 <= duty_bp <= _BP:
            raise ValueError("duty %d is not in 0..10000" % duty_bp)
        self._pwm.duty_u16((duty_bp * _FULL + _BP // 2) // _BP)

    def read(self) -> bool:
        """Take a burst; False when the ADC refused."""
        try:
            self._sample()
        except OSError:
            return False
        return True

    def _sample(self):
        # The three highest and lowest in one pass: no buffer, no sorting, no garbage. The most
        # extreme one at each end is dropped, a glitch; the next two are averaged.
        read_uv = self._read_uv
        high1 = high2 = high3 = -1
        low1 = low2 = low3 = _ABOVE
        for _ in range(self._burst):
            uv = read_uv()
            if uv > high3:
                if uv <= high2:
                    high3 = uv
                elif uv <= high1:
                    high3, high2 = high2, uv
                else:
                    high3, high2, high1 = high2, high1, uv
            if uv < low3:
                if uv >= low2:
                    low3 = uv
                elif uv >= low1:
                    low3, low2 = low2, uv
                else:
                    low3, low2, low1 = low2, low1, uv
        self.high_mv = self._pilot_mv((high2 + high3) // 2)
        self.low_mv = self._pilot_mv((low2 + low3) // 2)

    def _pilot_mv(self, uv):
        # mV = uV / 1000 * 10000 / ratio, in an order that never leaves 30 bits.
        return ((uv - self._zero_uv) * 10 + self._ratio_bp // 2) // self._ratio_bp
