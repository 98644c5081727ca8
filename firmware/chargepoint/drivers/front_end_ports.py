"""The ports of a station whose pilot front end is on a serial line; see front_end.py."""

import hashlib

from micropython import const

from chargepoint import ports
from chargepoint.ports import Clock, Guard, Log, Pilot, Random, Relay, Reset
from chargepoint.wire import tagged

_OPEN_OHM = const(100000)


class FrontEndClock(Clock):
    """Time as the front end tells it: it stands still within a step."""

    def __init__(self, front_end):
        self._front_end = front_end

    def now_ms(self) -> int:
        """Milliseconds since the first STATUS."""
        return self._front_end.now_ms

    def utc_s(self) -> int:
        """Seconds since 1970, or None while the front end's clock was never set."""
        return self._front_end.utc_s

    def set_utc_s(self, utc_s: int) -> None:
        """Let the front end keep the time; a difference of a second is not worth a jump."""
        known = self._front_end.utc_s
        if known is not None and abs(known - utc_s) <= 1:
            return
        self._front_end.utc_s = utc_s
        self._front_end.send(tagged.clock(utc_s))

    def wait_until_ms(self, due_ms: int) -> None:
        """Close the step: hand its outputs over, wait for the next inputs."""
        self._front_end.exchange(due_ms - self._front_end.now_ms)


class FrontEndPilot(Pilot):
    """The pilot of connector ``at`` (from 0)."""

    can_disconnect = True

    def __init__(self, front_end, at: int):
        self._front_end = front_end
        self._at = at
        self._off = FrontEndOutput(front_end, at, tagged.PILOT_OFF)

    def connect(self, connected: bool) -> None:
        """Takes effect at the end of the step."""
        self._off.value(not connected)

    def set_duty(self, duty_bp: int) -> None:
        """Takes effect at the end of the step. Raises ValueError outside 0..10000."""
        if not 0 <= duty_bp <= 10000:
            raise ValueError("duty %d is not in 0..10000" % duty_bp)
        self._front_end.duty_bp[self._at] = duty_bp

    def read(self) -> bool:
        """The extremes that this step's STATUS brought; False when it had none."""
        if not self._front_end.inputs[self._at] & tagged.PILOT_READ:
            return False
        self.high_mv = self._front_end.high_mv[self._at]
        self.low_mv = self._front_end.low_mv[self._at]
        return True


class FrontEndOutput:
    """One output of connector ``at`` as a machine.Pin is: for a lamp's colours, a buzzer."""

    def __init__(self, front_end, at: int, bit: int):
        self._outputs = front_end.outputs
        self._at = at
        self._bit = bit

    def value(self, level: int) -> None:
        """Takes effect at the end of the step."""
        others = self._outputs[self._at] & ~self._bit
        self._outputs[self._at] = others | self._bit if level else others


class FrontEndRelay(Relay):
    """A relay of connector ``at`` and the mirror contact of its contactor.

    ``coil`` and ``mirror`` are its places in outputs and inputs (wire/tagged.py).
    """

    def __init__(
        self,
        front_end,
        at: int,
        coil: int = tagged.RELAY_CLOSED,
        mirror: int = tagged.FEEDBACK_AT,
    ):
        self._inputs = front_end.inputs
        self._at = at
        self._coil = FrontEndOutput(front_end, at, coil)
        self._mirror = mirror

    def set_closed(self, closed: bool) -> None:
        """Takes effect at the end of the step."""
        self._coil.value(closed)

    def feedback(self) -> bool:
        """True closed, False open, None when this front end does not watch it."""
        return tagged.watched(self._inputs[self._at], self._mirror)


class FrontEndParts(
    ports.Proximity,
    ports.Lock,
    ports.ResidualCurrent,
    ports.Earth,
    ports.Thermometer,
    ports.Button,
):
    """All else that the front end has at connector ``at``, one object for each of these ports.

    One class, since each costs RAM. What it is told takes effect at the end of the step.
    """

    can_test = True

    def __init__(self, front_end, at: int):
        self._front_end = front_end
        self._at = at
        self._lock_in = FrontEndOutput(front_end, at, tagged.LOCK_IN)
        self._lock_out = FrontEndOutput(front_end, at, tagged.LOCK_OUT)
        self._test = FrontEndOutput(front_end, at, tagged.RESIDUAL_TEST)

    def read_ohm(self) -> int:
        """The cable's resistor; 100000 for an open line."""
        ohm = self._front_end.proximity_ohm[self._at]
        return _OPEN_OHM if ohm == tagged.OHM_OPEN else ohm

    def drive(self, direction: int) -> None:
        """The lock's motor: 1 in, -1 out, 0 no current. ValueError for anything else."""
        if direction not in (-1, 0, 1):
            raise ValueError("direction %r of the lock is not -1, 0 or 1" % direction)
        self._lock_in.value(direction > 0)
        self._lock_out.value(direction < 0)

    def locked(self) -> bool:
        """True: the bolt is in; False: out; None: not watched."""
        return self._watched(tagged.LOCK_AT)

    def tripped(self) -> bool:
        """True: the monitor trips, or is not there."""
        return self._watched(tagged.RESIDUAL_AT) is not False

    def test(self, on: bool) -> None:
        """The monitor's test input."""
        self._test.value(on)

    def connected(self) -> bool:
        """Protective earth; None: not watched."""
        return self._watched(tagged.EARTH_AT)

    def poll(self, now_ms: int) -> None:
        """Take the temperature of this step's STATUS."""
        tenths_c = self._front_end.tenths_c[self._at]
        self.celsius_mc = None if tenths_c == tagged.TENTHS_NONE else tenths_c * 100

    def pressed(self) -> bool:
        """The technician's button."""
        return bool(self._front_end.inputs[self._at] & tagged.BUTTON)

    def _watched(self, at):
        return tagged.watched(self._front_end.inputs[self._at], at)


class FrontEndGuard(Guard):
    """The front end opens the contactor when a step's answer stays out or has no beat."""

    kind = "front end"

    def __init__(self, front_end, at: int):
        self._front_end = front_end
        self._at = at

    def beat(self, now_ms: int) -> None:
        """Let this step's answer hold the contactor for another while."""
        self._front_end.beaten[self._at] = True

    def tripped(self) -> str:
        """ "silence" while the front end holds the contactor open by itself, or None."""
        tripped = self._front_end.inputs[self._at] & tagged.GUARD_TRIPPED
        return "silence" if tripped else None


class FrontEndReset(Reset):
    """The front end holds the reset line, so it knows why the processor was started."""

    def __init__(self, front_end):
        self._front_end = front_end
        self.cause = front_end.cause

    def now(self, hard: bool) -> None:
        """Ask for it and wait; does not return."""
        self._front_end.restart(hard)


class FrontEndLog(Log):
    """Lines for people leave by the front end."""

    def __init__(self, front_end):
        self._front_end = front_end

    def write(self, level: str, text: str) -> None:
        """Raises ValueError for an unknown level; the text is cut at 511 bytes."""
        self._front_end.send(tagged.log(level, text))


class FrontEndRandom(Random):
    """Bytes drawn from the entropy of START by counting through SHA-256.

    For the emulator, where the entropy follows from the seed of the test: a processor has a
    source of its own.
    """

    def __init__(self, front_end):
        self._seed = front_end.entropy
        self._count = 0

    def take(self, count: int) -> bytes:
        """``count`` bytes."""
        drawn = b""
        while len(drawn) < count:
            self._count += 1
            drawn += hashlib.sha256(self._seed + self._count.to_bytes(4, "little")).digest()
        return drawn[:count]
