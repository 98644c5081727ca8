"""The supply: on or off, a voltage per phase, a frequency."""

from collections.abc import Callable

# Half of the nominal: a contactor must hold at 85 % and has dropped out somewhere between 75 % and
# 20 % (IEC 60947-4-1 as makers quote it; unverified), and a vehicle has given up too.
_LEAST_MV = 115_000


class Mains:
    """``phases`` are those that the station is connected to, 1 or 3.

    ``before_change`` is called just before anything here changes, ``after_change`` after.
    """

    def __init__(self, phases: int = 3):
        if phases not in (1, 3):
            raise ValueError(f"mains has 1 or 3 phases, not {phases}")
        self.phases = phases
        self.on = True
        self.frequency_mhz = 50_000
        self.before_change: Callable[[], None] = lambda: None
        self.after_change: Callable[[], None] = lambda: None
        self._nominal_mv = [230_000] * phases + [0] * (3 - phases)

    @property
    def voltage_mv(self) -> list[int]:
        """What there is now on L1, L2, L3."""
        return list(self._nominal_mv) if self.on else [0, 0, 0]

    @property
    def sufficient(self) -> bool:
        """L1 is enough to hold a contactor's coil and for a vehicle to charge from."""
        return self.voltage_mv[0] >= _LEAST_MV

    def switch(self, on: bool) -> None:
        """The supply fails, or comes back."""
        self.before_change()
        self.on = on
        self.after_change()

    def set_voltage(self, voltage_mv: list[int]) -> None:
        """One value for each of L1, L2, L3."""
        if len(voltage_mv) != 3:
            raise ValueError(f"want the voltages of L1, L2, L3, not {voltage_mv}")
        self.before_change()
        self._nominal_mv = list(voltage_mv)
        self.after_change()
