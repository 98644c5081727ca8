"""Port Buzzer on a pin."""

from chargepoint.ports import Buzzer

# signal, sounding and silent ms in turn
_SIGNALS = (
    ("accepted", (80, 80, 80)),
    ("refused", (600,)),
    ("fault", (200, 150, 200, 150, 200)),
)


class BuzzerPin(Buzzer):
    """``pin`` drives a buzzer that makes its own tone; ``on_level`` lets it sound.

    For one without a tone of its own give a ``Tone`` as the pin. Silent once this object is made.
    """

    def __init__(self, pin, on_level: int = 1):
        self._pin = pin
        self._on_level = on_level
        self._signal = ()
        self._since_ms = 0
        self._sounds = True
        self._set(False)

    def sound(self, signal: str, now_ms: int) -> None:
        """Begin ``signal`` at once. ValueError for an unknown one; what sounds then goes on."""
        for name, parts_ms in _SIGNALS:
            if name == signal:
                self._signal = parts_ms
                self._since_ms = now_ms
                self._set(True)
                return
        raise ValueError("no signal %r, expected accepted, refused or fault" % signal)

    def poll(self, now_ms: int) -> None:
        """Go on with the signal; a late call finds its place in it."""
        if not self._signal:
            return
        at_ms = now_ms - self._since_ms
        sounds = True
        for part_ms in self._signal:
            if at_ms < part_ms:
                self._set(sounds)
                return
            at_ms -= part_ms
            sounds = not sounds
        self._signal = ()
        self._set(False)

    def _set(self, sounds):
        if sounds != self._sounds:
            self._sounds = sounds
            self._pin.value(self._on_level if sounds else 1 - self._on_level)


class Tone:
    """What looks like a pin and gives a tone: ``pwm`` is a machine.PWM at the tone's pitch."""

    def __init__(self, pwm):
        self._pwm = pwm

    def value(self, level: int) -> None:
        """1: half of each period high; 0: steadily low."""
        self._pwm.duty_u16(32768 if level else 0)
