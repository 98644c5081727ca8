"""What one connector may offer: the lowest of its named limits, and whose it is.

name        from
hardware    the board: contactor, tracks, wiring
allowed     this connector's share of the supply
profile     the charging profiles (composition.py)
simplified  a vehicle without S2 (IEC 61851-1 A.2.3)
cable       the proximity resistor (cable.py)
temperature the derating curve (temperature.py)
"""

from chargepoint.core.pilot import LEAST_MA

# A.2.3: a vehicle with a simplified pilot draws 10 A at most.
SIMPLIFIED_MA = 10000


class Limits:
    """``lowest_ma`` is what may be offered, ``binding`` the name of the limit behind it."""

    def __init__(self, hardware_ma: int):
        if hardware_ma < LEAST_MA:
            raise ValueError("max_ma %d: expected at least %d" % (hardware_ma, LEAST_MA))
        self._limits = {"hardware": hardware_ma}
        self.lowest_ma = hardware_ma
        self.binding = "hardware"

    def put(self, name: str, limit_ma: int) -> None:
        """Set limit ``name`` in mA, or take it away with None."""
        if self._limits.get(name) == limit_ma:
            return
        if limit_ma is None:
            self._limits.pop(name)
        else:
            self._limits[name] = limit_ma
        # Of two that are equal, the one whose name tells more.
        self.binding = min(sorted(self._limits, reverse=True), key=self._limits.get)
        self.lowest_ma = self._limits[self.binding]

    @property
    def hardware_ma(self) -> int:
        """What the board carries."""
        return self._limits["hardware"]

    @property
    def enough(self) -> bool:
        """There is a duty that tells a vehicle this little: at least 6 A."""
        return self.lowest_ma >= LEAST_MA
