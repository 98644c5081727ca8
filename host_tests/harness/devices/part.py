"""A part on a bus of the processor (emulated/buses.py), and what can be wrong with it.

MicroPython's subset: a part runs beside the firmware, on either interpreter.
"""

DISAPPEARS = "disappears"  # without power; it starts anew afterwards
RUBBISH = "rubbish"  # what is read of it is noise
LOW = "low"  # its data line is shorted to ground: all that is read is 00
HIGH = "high"  # and to the supply: FF
TRUNCATED = "truncated"  # the end of each answer is missing

_ALL = (None, DISAPPEARS, RUBBISH, LOW, HIGH, TRUNCATED)


class Part:
    """``name`` is what a bench calls it; ``field`` are the UIDs of what lies before it."""

    name = "part"

    def __init__(self):
        self.field = []
        self.fault = None
        self._dice = 1
        self.power_up()

    def power_up(self):
        """As after the supply came."""

    def lay(self, uids):
        """These cards lie before it now."""
        self.field = uids

    def fail(self, fault):
        """From now on ``fault`` is wrong with it, or nothing (None)."""
        if fault not in _ALL:
            raise ValueError(f"fault {fault!r}: one of {_ALL!r} expected")
        if DISAPPEARS in (self.fault, fault) and fault != self.fault:
            self.power_up()
        self.fault = fault

    def spoil(self, byte):
        """What the processor reads in place of ``byte``."""
        if self.fault == LOW:
            return 0x00
        if self.fault in (HIGH, DISAPPEARS):
            return 0xFF
        if self.fault == RUBBISH:
            self._dice = (self._dice * 75 + 74) % 65537
            return self._dice >> 3 & 0xFF
        return byte
