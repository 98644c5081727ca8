"""A pilot line, a relay and a guard that are just values, and a clock that a test moves.

The physics (resistors, noise, delays) are the harness's world; here a letter is a level.
"""

from chargepoint.core.connector import Connector

HIGH_MV = {"A": 12000, "B": 9000, "C": 6000, "D": 3000, "E": 0, "F": -12000, "?": 14000}
X1_BP = 10000


class Line:
    """The pilot: ``letter`` is what the vehicle does, ``diode`` whether it has one."""

    def __init__(self):
        self.letter, self.diode, self.silent = "A", True, False
        self.high_mv = self.low_mv = 0
        self.duty_bp, self.duties = None, []

    can_disconnect = False
    connected = True

    def connect(self, connected):
        if self.can_disconnect:
            self.connected = connected

    def set_duty(self, duty_bp):
        self.duty_bp = duty_bp
        self.duties.append(duty_bp)

    def read(self):
        if self.silent:
            return False
        self.high_mv = self.low_mv = HIGH_MV[self.letter]
        if self.duty_bp == 0:
            self.high_mv = self.low_mv = -12000
        if self.duty_bp != X1_BP and self.letter in "ABCD":
            self.low_mv = -12000 if self.diode else -self.high_mv
        return True


class Coil:
    """The relay: ``contacts`` follow the coil unless ``stuck`` says True, False or "blind"."""

    def __init__(self):
        self.closed, self.stuck = False, None

    def set_closed(self, closed):
        self.closed = closed

    def feedback(self):
        if self.stuck == "blind":
            return None
        return self.closed if self.stuck is None else self.stuck


class Keeper:
    """The guard: ``cause`` is why it holds the contactor open."""

    cause = None

    def tripped(self):
        return self.cause


class Parts:
    """The ports of a connector; what is not given is not fitted."""

    def __init__(self, pilot, relay, guard, options, given):
        self.pilot, self.relay, self.guard, self.options = pilot, relay, guard, options
        self.second_relay = self.proximity = self.lock = None
        self.residual = self.earth = self.thermometer = None
        for name, port in given.items():
            assert hasattr(self, name), name
            setattr(self, name, port)


class Electrics:
    """A connector on these parts, booted and rested at ``now_ms``, nothing plugged."""

    def __init__(self, rest=True, parts=None, **options):
        self.line, self.coil, self.keeper = Line(), Coil(), Keeper()
        self.now_ms, self.events = 0, []
        options.setdefault("max_ma", 32000)
        given = parts or {}
        self.connector = Connector(1, Parts(self.line, self.coil, self.keeper, options, given))
        if rest:
            self.run(6000)

    def step(self, ms=10):
        self.now_ms += ms
        self.connector.protect(self.now_ms)
        self.connector.proceed(self.now_ms)
        for event in self.connector.take_events():
            self.events.append((self.now_ms, event))

    def run(self, ms, every=10):
        for _ in range(ms // every):
            self.step(every)

    def show(self, letter, ms=0, every=10):
        self.line.letter = letter
        self.run(ms, every)

    def permit(self, limit_ma=16000):
        self.connector.permitted, self.connector.limit_ma = True, limit_ma

    def charge(self, limit_ma=16000):
        """Plug, permit, offer, close."""
        self.show("B", 1000)
        self.permit(limit_ma)
        self.run(1000)
        self.show("C", 1000)
        assert self.coil.closed and self.connector.energised
        return self

    def until(self, holds, limit_ms, every=10):
        """Step until ``holds()``; the time it took, or None after ``limit_ms``."""
        begun_ms = self.now_ms
        while self.now_ms - begun_ms < limit_ms:
            self.step(every)
            if holds():
                return self.now_ms - begun_ms
        return None

    def words(self):
        return [event for _, event in self.events]
