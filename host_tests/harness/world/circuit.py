"""The control pilot as a circuit (IEC 61851-1 annex A; values: reference/standards.md §1.1).

±12 V behind 1 kΩ at the station; a cable; in the vehicle a diode, 2.74 kΩ, and 1.3 kΩ (state C,
882 Ω together) or 270 Ω (state D, 246 Ω) that it switches in parallel to ask for power. Earth is
the way back.
"""

FULL_BP = 10_000


class VehicleLoad:
    """What the vehicle hangs on the pilot. ``s2`` asks for power, ``ventilation`` for air too."""

    def __init__(self) -> None:
        self.b_ohm = 2740.0
        self.c_ohm = 1300.0
        self.d_ohm = 270.0
        self.diode_mv = 700.0
        self.diode_shorted = False
        self.s2 = False
        self.ventilation = False

    def ohm(self) -> float:
        """The resistance behind the diode."""
        if not self.s2:
            return self.b_ohm
        switched_ohm = self.d_ohm if self.ventilation else self.c_ohm
        return 1 / (1 / self.b_ohm + 1 / switched_ohm)


class Circuit:
    """One connector's pilot. ``load`` is None while nothing is plugged in."""

    def __init__(self) -> None:
        self.plus_mv = 12_000.0
        self.minus_mv = -12_000.0
        self.source_ohm = 1000.0
        self.cable_ohm = 0.0
        self.noise_mv = 40
        # Samples in a burst of 64 that a radio spoils: far above or below what is there.
        self.spikes = 0
        # The station's converter fails.
        self.unreadable = False
        self.powered = True
        # The station's switch in the line: what it measures lies before it.
        self.connected = True
        self.load: VehicleLoad | None = None
        self.short_ohm: float | None = None
        self.earth_open = False
        self.diode_shorted = False

    @property
    def reaches_vehicle(self) -> bool:
        """The station's signal arrives at the vehicle."""
        whole = self.short_ohm is None and not self.earth_open
        return self.powered and self.connected and whole

    def level_mv(self, source_mv: float) -> int:
        """The pilot at the station's terminal for a steady source."""
        if not self.powered:
            return 0
        if not self.connected:
            return round(source_mv)
        branches = [(source_mv, self.source_ohm)]
        if self.short_ohm is not None:
            branches.append((0.0, max(self.short_ohm, 1e-3)))
        without = _node_mv(branches)
        if self.load is None or self.earth_open:
            return round(without)
        behind = self.load.ohm() + self.cable_ohm
        if self.diode_shorted or self.load.diode_shorted:
            return round(_node_mv([*branches, (0.0, behind)]))
        if without <= self.load.diode_mv:
            return round(without)
        return round(_node_mv([*branches, (self.load.diode_mv, behind)]))

    def levels_mv(self, duty_bp: int) -> tuple[int, int]:
        """The high and the low level for a duty in 1/100 percent; equal when it is steady."""
        high_mv = self.level_mv(self.plus_mv)
        low_mv = self.level_mv(self.minus_mv)
        if duty_bp >= FULL_BP:
            return high_mv, high_mv
        if duty_bp <= 0:
            return low_mv, low_mv
        return high_mv, low_mv

    def waveform(self, duty_bp: int, count: int, rng) -> list[int]:
        """``count`` voltages in mV, at instants that know nothing of the wave, with noise."""
        high_mv, low_mv = self.levels_mv(duty_bp)
        deviation_mv = self.noise_mv / 2
        samples = []
        for _ in range(count):
            level_mv = high_mv if rng.random() * FULL_BP < duty_bp else low_mv
            samples.append(round(level_mv + rng.gauss(0, deviation_mv)))
        return samples


def _node_mv(branches: list[tuple[float, float]]) -> float:
    """The voltage of a node that (source mV, ohm) branches meet in (Millman)."""
    siemens = sum(1 / ohm for _, ohm in branches)
    return sum(source_mv / ohm for source_mv, ohm in branches) / siemens
