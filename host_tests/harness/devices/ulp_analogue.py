"""The converter ADC1 (SAR) of the emulated ULP coprocessor."""

from host_tests.harness.devices.ulp_signals import MOST, Signals

_BITS = (9, 10, 11, 12)
SEIZED = MOST  # what a conversion gives while another owner holds the converter


class Sar:
    """ADC1 as far as its registers decide what a conversion of the coprocessor gives.

    ``frozen``: the same counts for ever, if not None. ``hangs``: a conversion never ends; so it
    does, too, while the main processor holds the controller (START_FORCE or EN_PAD_FORCE of
    SENS_SAR_MEAS_START1, as machine.ADC leaves them).
    """

    READ_CTRL, MEAS_WAIT1, MEAS_WAIT2 = 0x3FF48800, 0x3FF48808, 0x3FF4880C
    START_FORCE, MEAS_START1 = 0x3FF4882C, 0x3FF48854
    # As machine.ADC leaves them: inverted, 12 bits, cycles 9 and 3, waits of 1; the processor's.
    AFTER_A_READ = {
        READ_CTRL: 1 << 28 | 3 << 16 | 9 << 8 | 2,
        MEAS_WAIT1: 1 << 16 | 1,
        MEAS_WAIT2: 1,
        START_FORCE: 3,
        MEAS_START1: 1 << 31 | 1 << 18,
    }
    # After power-on: nothing is inverted, and the amplifier's waits are long.
    AT_RESET = {READ_CTRL: 9 << 8 | 2, MEAS_WAIT1: 10 << 16 | 10, MEAS_WAIT2: 10}

    def __init__(self, clock, seed: int):
        self._clock = clock  # -> now_us
        self.signals = Signals(seed)
        self.frozen = None
        self.hangs = False
        self.seized_until_us = 0
        self.cycles = 0
        self.settle(self.AT_RESET)

    def settle(self, registers: dict) -> None:
        """The settings changed."""
        control = registers.get(self.READ_CTRL, 0)
        wait1 = registers.get(self.MEAS_WAIT1, 0)
        self.digital = control >> 27 & 1
        self.inverted = control >> 28 & 1
        self.short = 12 - _BITS[min(control >> 16 & 3, registers.get(self.START_FORCE, 0) & 3)]
        self.taken = registers.get(self.MEAS_START1, 0) & (1 << 31 | 1 << 18)
        waits = max(1, wait1 & 0xFFFF) + (wait1 >> 16)
        waits += registers.get(self.MEAS_WAIT2, 0) & 0xFFFF
        self.cycles = waits + (control >> 8 & 0xFF) + (control >> 16 & 3)

    def convert(self, channel: int):
        """Counts; None for a conversion that never ends."""
        if self.hangs or self.taken:
            return None
        now_us = self._clock()
        if self.digital or now_us < self.seized_until_us:
            return SEIZED
        if self.frozen is not None:
            return self.frozen
        counts = self.signals.at(channel, now_us)
        if not self.inverted:
            counts = MOST - counts
        return counts >> self.short

    @property
    def plain(self) -> bool:
        """A conversion ends and the processor gets it, as it mostly is."""
        return not (self.hangs or self.taken or self.digital)
