"""Port ResidualCurrent on an input pin and, where the board has one, a test output."""

from chargepoint.ports import ResidualCurrent


class ResidualPin(ResidualCurrent):
    """``pin`` reads ``tripped_level`` when the monitor trips; ``test_pin`` (or None) tests it.

    HAZARD: the pin must be pulled to ``tripped_level``, so that a monitor that is unplugged, cut
    or without power reads as tripped. A monitor whose output is an open collector that conducts
    when it trips can't be told from a broken wire: such a board must turn the signal over first.
    The monitor has to hold its output until the next step at least, or to latch; it opens the
    contactor in hardware in any case. ``test_level`` makes it trip; some monitors are damaged by
    a test input that is driven both ways: see the board's page. The test is off once this object
    is made.
    """

    def __init__(self, pin, test_pin=None, tripped_level: int = 1, test_level: int = 1):
        self._pin = pin
        self._test_pin = test_pin
        self._tripped_level = tripped_level
        self._test_level = test_level
        self.can_test = test_pin is not None
        self.test(False)

    def tripped(self) -> bool:
        """True: it trips, or is not there; False: it does not."""
        return self._pin.value() == self._tripped_level

    def test(self, on: bool) -> None:
        """Drive the test input, or not; nothing where there is none."""
        if self._test_pin is not None:
            self._test_pin.value(self._test_level if on else 1 - self._test_level)
