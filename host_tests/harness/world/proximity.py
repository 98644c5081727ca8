"""The resistor between PP and PE in a cable's plug, as the socket sees it.

Nominal values of IEC 61851-1 annex B as quoted in reference/standards.md §1.4.
"""

NOMINAL_OHM = {13: 1500, 20: 680, 32: 220, 63: 100}
# An open line as it is told: beyond every resistor that means something.
OPEN_OHM = 100_000
# A corroded contact: a cable for 32 A then reads as one for 20 A, one for 20 A as one for 13 A.
_CORRODED_OHM = 460


def divided(ohm: int, pins) -> int:
    """mV that the resistor leaves of the board's supply behind its series resistor (pins.py)."""
    return round(pins.PROXIMITY_SUPPLY_MV * ohm / (ohm + pins.PROXIMITY_SERIES_OHM))


def resistor_ohm(cable_a: int | None) -> int | None:
    """What stands in the plug of a cable for so many amperes; None: no resistor."""
    if cable_a is None:
        return None
    if cable_a not in NOMINAL_OHM:
        known = ", ".join(map(str, NOMINAL_OHM))
        raise ValueError(f"cables are for {known} A, not {cable_a}")
    return NOMINAL_OHM[cable_a]


class Proximity:
    """The socket's contact. Its faults: ``open``, ``corroded`` (has changed), ``shorted``."""

    def __init__(self) -> None:
        self.open = False
        self.corroded = False
        self.shorted = False

    def ohm(self, resistor: int | None) -> int:
        """What is there to be measured with ``resistor`` plugged, None without one."""
        if self.shorted:
            return 0
        if self.open or resistor is None:
            return OPEN_OHM
        return min(OPEN_OHM, resistor + (_CORRODED_OHM if self.corroded else 0))
