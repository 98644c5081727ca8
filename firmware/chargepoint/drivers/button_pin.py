"""Port Button on an input pin."""

from chargepoint.ports import Button


class ButtonPin(Button):
    """``pin`` is an input that is pulled to the level that is not ``pressed_level``.

    The level of this moment, bounces and all: who asks decides how long a press must last.
    """

    def __init__(self, pin, pressed_level: int = 0):
        self._pin = pin
        self._pressed_level = pressed_level

    def pressed(self) -> bool:
        """It is held down now."""
        return self._pin.value() == self._pressed_level
