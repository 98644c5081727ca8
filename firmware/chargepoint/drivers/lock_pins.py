"""Port Lock: a motor or two-coil solenoid on an H-bridge, or one coil against a spring."""

from chargepoint.ports import Lock


class LockPins(Lock):
    """``in_pin`` high and ``out_pin`` low drive the bolt in, the other way round out.

    ``rest_level`` on both is no current. ``sense_pin`` (or None) reads ``locked_level`` while the
    bolt is in. The bolt has no current once this object is made.

    With one of the pins None the lock is one coil against a spring, and the coil has current while
    its pin is not at ``rest_level``:

    - no ``out_pin``: current holds the bolt in, the spring draws it out (so a power cut unlocks).
      ``drive(0)`` then lets it stay, since taking the current away would unlock; the coil must
      bear holding current for as long as a session lasts.
    - no ``in_pin``: current draws the bolt out, the spring drives it in. The bolt is out only
      while ``drive(-1)`` lasts.
    """

    def __init__(
        self, in_pin, out_pin, sense_pin=None, locked_level: int = 1, rest_level: int = 0
    ):
        if in_pin is None and out_pin is None:
            raise ValueError("a lock without a pin, expected in_pin or out_pin or both")
        self._in_pin = in_pin
        self._out_pin = out_pin
        self._sense_pin = sense_pin
        self._locked_level = locked_level
        self._rest_level = rest_level
        self._set(rest_level, rest_level)

    def drive(self, direction: int) -> None:
        """1: in, -1: out, 0: no current (see above). ValueError for anything else."""
        if direction not in (-1, 0, 1):
            raise ValueError("direction %r of the lock is not -1, 0 or 1" % direction)
        rest = self._rest_level
        if self._out_pin is None:
            if direction:
                self._in_pin.value(1 - rest if direction > 0 else rest)
        elif self._in_pin is None:
            self._out_pin.value(1 - rest if direction < 0 else rest)
        elif direction:
            self._set(1 if direction > 0 else 0, 1 if direction < 0 else 0)
        else:
            self._set(rest, rest)

    def locked(self) -> bool:
        """True: the bolt is in; False: out; None: there is no sense pin."""
        if self._sense_pin is None:
            return None
        return self._sense_pin.value() == self._locked_level

    def _set(self, in_level, out_level):
        if self._in_pin is not None:
            self._in_pin.value(in_level)
        if self._out_pin is not None:
            self._out_pin.value(out_level)
