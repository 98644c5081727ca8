"""The energy meter as physics: it adds up exactly what flows and never forgets.

What a real instrument says over its bus, with its rounding and its faults, is the business of
host_tests/harness/devices; it reads the quantities here.
"""

from collections.abc import Callable

# mV * mA * ms is 1e-9 J; areas come doubled.
_DOUBLE_NJ_PER_WH = 2 * 3600 * 10**9
# Far enough that an instrument's rounding can't hide it.
_LEAP_BACK_WH = 1000


class EnergyMeter:
    """``energy_wh`` is the truth and only grows: over power cuts, restarts and sessions.

    ``import_wh`` is the register as the instrument shows it: the same, unless it is ``backwards``.

    It sits before the contactor, so it sees the mains whenever there is mains. ``settle`` brings
    the register up to this moment; ``probe`` returns what there is now: voltages (mV) and currents
    (mA) of L1, L2, L3, and the frequency (mHz).
    """

    def __init__(
        self,
        settle: Callable[[], None],
        probe: Callable[[], tuple[list[int], list[int], int]],
        start_wh: int = 1_234_567,
    ):
        self._settle = settle
        self._probe = probe
        self._double_nj = start_wh * _DOUBLE_NJ_PER_WH
        self.backwards = False

    def add(self, voltage_mv: list[int], double_areas: list[int]) -> None:
        """Each phase carried ``double_areas`` / 2 mA·ms at a steady voltage."""
        for millivolts, area in zip(voltage_mv, double_areas, strict=True):
            self._double_nj += millivolts * area

    @property
    def energy_mws(self) -> int:
        """What was ever counted, in whole mWs."""
        self._settle()
        return self._double_nj // 2_000_000

    @property
    def energy_wh(self) -> int:
        """What was ever counted, in whole Wh."""
        self._settle()
        return self._double_nj // _DOUBLE_NJ_PER_WH

    @property
    def import_wh(self) -> int:
        """What the register shows, in whole Wh."""
        return self.energy_wh - (_LEAP_BACK_WH if self.backwards else 0)

    @property
    def voltage_mv(self) -> list[int]:
        """L1, L2, L3 against N."""
        return self._probe()[0]

    @property
    def current_ma(self) -> list[int]:
        """L1, L2, L3."""
        return self._probe()[1]

    @property
    def frequency_mhz(self) -> int:
        """0 without mains."""
        return self._probe()[2]

    @property
    def power_w(self) -> int:
        """The sum of the phases, to the nearest W."""
        voltage_mv, current_ma, _ = self._probe()
        pairs = zip(voltage_mv, current_ma, strict=True)
        return round(sum(millivolts * ma for millivolts, ma in pairs) / 1_000_000)
