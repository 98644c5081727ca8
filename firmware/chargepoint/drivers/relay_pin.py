"""Port Relay on an output pin and, where the board has one, an input that sees the contacts."""

from chargepoint.ports import Relay


class RelayPin(Relay):
    """``pin`` drives the coil, ``feedback_pin`` (or None) follows the mirror contact.

    The levels name what is true: ``coil_level`` energises, ``closed_level`` means that the mains
    contacts are closed. The coil is off once this object is made.
    Raises ValueError for a level that is none: its opposite could energise the coil.
    """

    def __init__(self, pin, feedback_pin=None, coil_level: int = 1, closed_level: int = 1):
        if coil_level not in (0, 1) or closed_level not in (0, 1):
            raise ValueError("levels %r and %r are not 0 or 1" % (coil_level, closed_level))
        self._pin = pin
        self._feedback_pin = feedback_pin
        self._coil_level = coil_level
        self._closed_level = closed_level
        self.set_closed(False)

    def set_closed(self, closed: bool) -> None:
        """Energise the coil or not."""
        self._pin.value(self._coil_level if closed else 1 - self._coil_level)

    def feedback(self) -> bool:
        """True: closed; False: open; None: not fitted."""
        if self._feedback_pin is None:
            return None
        return self._feedback_pin.value() == self._closed_level
