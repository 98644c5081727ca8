"""Port Pilot on a PWM pin and an ADC pin that sees the pilot through a divider.

The reads are not synchronised with the wave, so a burst must span several periods. One read takes
35-80 us on an ESP32. Of 64 reads, whatever their pace in that range, at least 4 fall into a pulse
of 100 us: 6 A (10 %) at one end and 65 A (90 %) at the other. For 80 A (96 %, 40 us) a board needs
a burst of 160.

The fourth from each end is what counts. Wi-Fi throws single reads far off (micropython#7514): up
to three such spikes in a burst of any length, all to one side, do not move it.

A burst of 64 holds the step up for 2.3-5.2 ms: the longest that any driver takes in a calm step,
and the price of reading the pilot without hardware that samples by itself.
"""

from micropython import const

from chargepoint.ports import Pilot

_FULL = const(65535)
_BP = const(10000)
_FULL_MV = const(12000)
# Beyond what an ADC can say, in microvolts; still a small integer on a 32-bit interpreter.
_ABOVE = const(0x3FFFFFFF)
# Three are dropped and the fourth taken, at each end.
_SHORTEST = const(8)


class PilotAdc(Pilot):
    """``zero_mv`` at the ADC is 0 V on the pilot; ``ratio_bp`` mV at the ADC are 10 V on it.

    ``pwm`` has duty_u16, ``adc`` has read_uv (machine.PWM, machine.ADC); ``burst`` is the number
    of reads, at least 8. ``switch_pin`` (or None) takes the pilot off the vehicle while it is at
    ``off_level``; the pilot is on the vehicle once this object is made. From ``full_mv`` on at the
    ADC (None: never) the pilot counts as +12 V: where the ADC saturates below that, what it says
    there must not be taken for 9 V.
    """

    def __init__(
        self,
        pwm,
        adc,
        zero_mv: int,
        ratio_bp: int,
        burst: int = 64,
        switch_pin=None,
        off_level: int = 1,
        full_mv: int = None,
    ):
        if burst < _SHORTEST:
            raise ValueError("burst %d is too short to be trimmed, want 8 or more" % burst)
        self._pwm = pwm
        self._read_uv = adc.read_uv
        self._zero_uv = zero_mv * 1000
        self._ratio_bp = ratio_bp
        self._burst = burst
        self._switch_pin = switch_pin
        self._off_level = off_level
        self._full_uv = _ABOVE if full_mv is None else full_mv * 1000
        self.can_disconnect = switch_pin is not None
        self.connect(True)

    def connect(self, connected: bool) -> None:
        """Put the pilot on the vehicle or take it off; nothing without a switch."""
        if self._switch_pin is not None:
            self._switch_pin.value(1 - self._off_level if connected else self._off_level)

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
        # One pass: no buffer, no sorting. Each new one climbs from the fourth place by swaps of
        # two: an assignment of four names at once would build a tuple.
        read_uv = self._read_uv
        high1 = high2 = high3 = high4 = -1
        low1 = low2 = low3 = low4 = _ABOVE
        for _ in range(self._burst):
            uv = read_uv()
            if uv > high4:
                high4 = uv
                if uv > high3:
                    high4, high3 = high3, uv
                    if uv > high2:
                        high3, high2 = high2, uv
                        if uv > high1:
                            high2, high1 = high1, uv
            if uv < low4:
                low4 = uv
                if uv < low3:
                    low4, low3 = low3, uv
                    if uv < low2:
                        low3, low2 = low2, uv
                        if uv < low1:
                            low2, low1 = low1, uv
        self.high_mv = self._pilot_mv(high4)
        self.low_mv = self._pilot_mv(low4)

    def _pilot_mv(self, uv):
        if uv >= self._full_uv:
            return _FULL_MV
        # mV = uV / 1000 * 10000 / ratio, in an order that never leaves 30 bits.
        return ((uv - self._zero_uv) * 10 + self._ratio_bp // 2) // self._ratio_bp
