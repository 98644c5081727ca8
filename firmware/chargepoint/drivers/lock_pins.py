"""Port Lock: a motor or two-coil solenoid on an H-bridge, or one coil against a spring."""

from chargepoint.ports import Lock


class LockPins(Lock):
    """``in_pin`` high and ``out_pin`` low drive the bolt in, the other way round out.

    ``rest_level`` on both is no current. ``sense_pin`` (or None) reads ``locked_level`` while the
    bolt is in. The bolt has no current once this object is made.

    With one of the pins None the lock is one coil against a spring: current at that pin (the level
    that is not ``rest_level``) moves the bolt, and the spring takes it back without. ``drive(0)``
    then changes nothing, since taking the current away would move the bolt; the coil must bear
    current for as long as the bolt stays. HAZARD: without ``out_pin`` a power cut unlocks; without
    ``in_pin`` it locks, and the cable needs an emergency release. Raises ValueError for no pin.
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
        """1: in, -1: out, 0: no current (one coil: as it is). ValueError for anything else."""
        if direction not in (-1, 0, 1):
            raise ValueError("direction %r of the lock is not -1, 0 or 1" % direction)
        rest = self._rest_level
        if self._in_pin is None or self._out_pin is None:
            if direction:
                self._set(rest ^ (direction > 0), rest ^ (direction < 0))
        elif direction:
            self._set(int(direction > 0), int(direction < 0))
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
