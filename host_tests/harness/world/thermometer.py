"""The temperature inside the charge point, and the MCP9700 that measures it."""

# Microchip DS20001942: 500 mV at 0 degrees, 10 mV a degree.
_ZERO_MV = 500
_MV_A_DEGREE = 10
_SUPPLY_MV = 3300


class Thermometer:
    """``celsius`` is the truth. ``open``: the line floats up to the supply; ``shorted``: 0 V."""

    def __init__(self) -> None:
        self.celsius = 25.0
        self.open = False
        self.shorted = False

    @property
    def level_mv(self) -> int:
        """The voltage on its line."""
        if self.shorted:
            return 0
        if self.open:
            return _SUPPLY_MV
        return max(0, min(_SUPPLY_MV, round(_ZERO_MV + self.celsius * _MV_A_DEGREE)))
