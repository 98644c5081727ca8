"""What hangs on a guard in the coprocessor (guard_ulp.py): pilot, relays, and what ADC1 sees.

The program tells counts of the converter. ``line`` turns them into volts: two points that the
ADC's own driver gave of the same levels, before the hand-over. On an ESP32 that line is straight
up to some 2.4 V at 11 dB; `pilotlight guard-check` shows what a board makes of it.
"""

from micropython import const

from chargepoint.ports import Pilot, Relay
from chargepoint.wire.adc_esp32 import along, points_of

_FULL = const(65535)
_BP = const(10000)
_FULL_MV = const(12000)
_OFF = const(0xFFFF)
# 7 to 8 %: "no charging" by IEC 61851-1, table A.7; a tenth of the samples see the high level.
_PROBE_BP = const(750)
_PROBES = const(160)
# Fewer counts between the two levels are no wave.
_LEAST_SPAN = const(800)
# Half way between the nominal levels, as core/pilot.py has it; the sign of the diode.
_B_TO_C_MV = const(7500)
_C_TO_D_MV = const(4500)
_D_TO_E_MV = const(1500)
_LOW_MV = const(-10000)
_KEPT = const(9)


class UlpPilot(Pilot):
    """``pwm`` (duty_u16) makes the pilot; ``adc`` (read, read_uv) sees it until the hand-over.

    The other options are those of drivers/pilot_adc. ``read`` gives the highest and the lowest
    sample of the last window: the extremes by which the guard itself judges.
    """

    def __init__(
        self, guard, pwm, adc, zero_mv: int, ratio_bp: int, switch_pin=None, off_level: int = 1,
        full_mv: int = None,
    ):  # fmt: skip
        self._guard = guard
        self._pwm = pwm
        self._adc = adc
        self._zero = zero_mv * 10
        self._ratio_bp = ratio_bp
        self._full = None if full_mv is None else full_mv * 10
        self._switch_pin = switch_pin
        self._off_level = off_level
        self._duty_bp = _BP
        # Counts and tenths of a millivolt: how they belong together (wire/adc_esp32).
        self._line = None
        self.can_disconnect = switch_pin is not None
        self.connect(True)
        guard.pilot = self

    def connect(self, connected: bool) -> None:
        """Put the pilot on the vehicle or take it off; nothing without a switch."""
        if self._switch_pin is not None:
            self._switch_pin.value(1 - self._off_level if connected else self._off_level)

    def set_duty(self, duty_bp: int) -> None:
        """Set the duty; 0 and 10000 are steady levels. Raises ValueError outside 0..10000."""
        if not 0 <= duty_bp <= _BP:
            raise ValueError("duty %d is not in 0..10000" % duty_bp)
        # A steady pilot has no negative half: the guard must know it before it is so.
        self._duty_bp = duty_bp
        if not self.is_wave:
            self._guard.mail.low_most = _OFF
        self._drive(duty_bp)
        if self.is_wave and self._line is not None:
            self._guard.mail.low_most = self._counts(_LOW_MV)

    def read(self) -> bool:
        """The extremes of the last window; False while there is none of now."""
        if not self._guard.look():
            return False
        mail = self._guard.mail
        self.high_mv = self._pilot_mv(mail.high)
        self.low_mv = self._pilot_mv(mail.low)
        return True

    # -- for the guard --------------------------------------------------------------------------

    @property
    def is_wave(self) -> bool:
        """Both half waves are there."""
        return 0 < self._duty_bp < _BP

    def probe(self, on: bool) -> None:
        """A wave that offers nothing, or what was asked for last."""
        self._drive(_PROBE_BP if on else self._duty_bp)

    def line(self):
        """Read both levels of the wave with the ADC's own driver; None when it is none."""
        try:
            low, high = _levels(self._adc.read)
            low_uv, high_uv = _levels(self._adc.read_uv)
        except OSError:
            return None
        if high - low < _LEAST_SPAN or high_uv <= low_uv:
            return None
        line = [low, low_uv // 100, high, high_uv // 100]
        self.take_line(line)
        return line

    def take_line(self, line: list) -> None:
        """The line of the last run. A board whose ADC ends below +12 V has its upper level where
        the ADC bends."""
        low, low_tenths, high, high_tenths = line
        self._line = points_of(low, low_tenths, high, high_tenths, self._full is not None)

    def set_thresholds(self) -> None:
        """The windows in which the pilot has to lie."""
        guard = self._guard
        least_mv = _D_TO_E_MV if guard.ventilated else _C_TO_D_MV
        guard.mail.high_most = self._counts(_B_TO_C_MV)
        guard.mail.high_least = self._counts(least_mv)
        guard.mail.low_most = self._counts(_LOW_MV) if self.is_wave else _OFF

    def tenths(self, counts: int) -> int:
        """0.1 mV at the ADC."""
        return along(self._line, counts, 0, 1)

    # -- inside ---------------------------------------------------------------------------------

    def _drive(self, duty_bp):
        self._pwm.duty_u16((duty_bp * _FULL + _BP // 2) // _BP)

    def _counts(self, pilot_mv):
        tenths = self._zero + pilot_mv * self._ratio_bp // 1000
        # HAZARD: below nothing it would be a large word, and every sample would prove a diode.
        return max(along(self._line, tenths, 1, 0), 0)

    def _pilot_mv(self, counts):
        tenths = self.tenths(counts)
        if self._full is not None and tenths >= self._full:
            return _FULL_MV
        return ((tenths - self._zero) * 1000 + self._ratio_bp // 2) // self._ratio_bp


class UlpRelay(Relay):
    """A relay that the guard holds; ``second`` is the one of L2 and L3.

    ``feedback_pin`` (or None) follows the mirror contact: ``closed_level`` means closed.
    """

    def __init__(self, guard, feedback_pin=None, closed_level: int = 1, second: bool = False):
        self._guard = guard
        self._feedback_pin = feedback_pin
        self._closed_level = closed_level
        self._second = second
        self.set_closed(False)

    def set_closed(self, closed: bool) -> None:
        """Ask the guard for it, or let go at once."""
        if closed:
            self._guard.ask(self._second)
        else:
            self._guard.release(self._second)

    def feedback(self) -> bool:
        """True: closed; False: open; None: not fitted."""
        if self._feedback_pin is None:
            return None
        return self._feedback_pin.value() == self._closed_level


class UlpLevel:
    """What stands for a machine.ADC: a level that the guard samples once a window, ``name`` in
    its mailbox ("proximity", "temperature"). ``adc`` sets pad and attenuation up, those of the
    pilot, and is read no more after the hand-over.

    ``read_uv`` walks through the samples of the last nine steps; OSError before there are so many.
    """

    def __init__(self, guard, adc, name: str):
        self._guard = guard
        self._adc = adc
        self._name = name
        self._kept = [None] * _KEPT
        self._next = 0
        guard.levels.append(self)

    def open(self) -> None:
        """For the guard, before the hand-over: the driver sets the channel up."""
        self._adc.read()

    def note(self) -> None:
        """For the guard, once a step."""
        mail = self._guard.mail
        counts = mail.proximity if self._name == "proximity" else mail.temperature
        self._next = (self._next + 1) % _KEPT
        self._kept[self._next] = counts

    def read_uv(self) -> int:
        """A sample in microvolts."""
        self._next = (self._next + 1) % _KEPT
        counts = self._kept[self._next]
        if counts is None or not self._guard.runs:
            raise OSError(5)
        return self._guard.pilot.tenths(counts) * 100


class UlpInput:
    """What stands for the machine.Pin of the residual-current monitor, whose pad is RTC's.

    ``level`` is read before the first window: the one that means a trip.
    """

    def __init__(self, guard, level: int = 1):
        self._guard = guard
        self._level = level

    def value(self) -> int:
        """The level in the last window; that the guard stopped since then is a fault by itself."""
        guard = self._guard
        if guard.runs:
            self._level = guard.mail.residual
        return self._level


def _levels(read):
    """The medians of the lower and of the upper samples of a wave."""
    samples = sorted([read() for _ in range(_PROBES)])
    middle = (samples[0] + samples[-1]) // 2
    count = 0
    while samples[count] < middle:
        count += 1
    return samples[count // 2], samples[(count + len(samples)) // 2]
