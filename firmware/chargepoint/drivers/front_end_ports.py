"""The ports of a station whose pilot front end is on a serial line; see front_end.py."""

import hashlib

from chargepoint.ports import Clock, Guard, Log, Pilot, Random, Relay, Reset
from chargepoint.wire import tagged


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

    def __init__(self, front_end, at: int):
        self._front_end = front_end
        self._at = at

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
    """One output of connector ``at`` as a machine.Pin is: for a lamp's colours."""

    def __init__(self, front_end, at: int, bit: int):
        self._outputs = front_end.outputs
        self._at = at
        self._bit = bit

    def value(self, level: int) -> None:
        """Takes effect at the end of the step."""
        others = self._outputs[self._at] & ~self._bit
        self._outputs[self._at] = others | self._bit if level else others


class FrontEndRelay(Relay):
    """The relay and the contactor's mirror contact of connector ``at``."""

    def __init__(self, front_end, at: int):
        self._front_end = front_end
        self._at = at
        self._coil = FrontEndOutput(front_end, at, tagged.RELAY_CLOSED)

    def set_closed(self, closed: bool) -> None:
        """Takes effect at the end of the step."""
        self._coil.value(closed)

    def feedback(self) -> bool:
        """True closed, False open, None when this front end does not watch it."""
        seen = self._front_end.inputs[self._at] & tagged.FEEDBACK_BITS
        return None if seen == tagged.FEEDBACK_NONE else seen == tagged.FEEDBACK_CLOSED


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
