"""A 1-Wire bus on a pin, by the interpreter's own C module ``_onewire``.

A byte takes 0.6 ms with interrupts off for each bit, a reset 1 ms: who uses it makes one or two
of them in a step.
"""


class OneWirePin:
    """``pin`` is an open drain with a pull-up of 4.7 kohm outside; ``onewire`` is the C module."""

    def __init__(self, onewire, pin):
        self._onewire = onewire
        self._pin = pin

    def reset(self) -> bool:
        """Begin anew; True when something answers on the bus."""
        return bool(self._onewire.reset(self._pin))

    def readbyte(self) -> int:
        """The next byte; 255 from an empty bus."""
        return self._onewire.readbyte(self._pin)

    def writebyte(self, value: int) -> None:
        """Send one byte."""
        self._onewire.writebyte(self._pin, value)
