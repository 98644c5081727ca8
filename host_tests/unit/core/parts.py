"""The ports of a connector's parts as plain values, and a clock that a test moves.

Physics and byte-exact parts are the harness's; here a test says what a port shows.
"""


class Monitor:
    """A residual-current monitor: ``fault`` trips it, its test input does unless it is ``dead``.

    It follows its test input ``lag_ms`` late; ``told`` (when not ``...``) is what it shows anyway.
    """

    def __init__(self, can_test=True, lag_ms=0):
        self.can_test, self.lag_ms = can_test, lag_ms
        self.fault = self.dead = False
        self.told = ...
        self.inputs, self.now_ms, self._changed_ms = [], 0, 0

    def test(self, on):
        self.inputs.append(on)
        self._changed_ms = self.now_ms

    def tripped(self):
        if self.told is not ...:
            return self.told
        on = bool(self.inputs and self.inputs[-1])
        if self.now_ms - self._changed_ms < self.lag_ms:
            on = not on
        return self.fault or (on and self.can_test and not self.dead)


class Value:
    """A port that shows ``value``, under whatever name it is asked."""

    def __init__(self, value):
        self.value = value

    def connected(self):
        return self.value

    read_ohm = pressed = connected


class Thermometer:
    """Shows ``celsius_mc`` and counts how often it was polled."""

    def __init__(self, celsius=20):
        self.celsius_mc = None if celsius is None else celsius * 1000
        self.polls = 0

    def poll(self, now_ms):
        self.polls += 1


class Bolt:
    """A bolt that moves at once when it is driven, unless ``stuck``.

    ``sense`` is "true" (it shows where it is), "blind" (None) or a value that it shows anyway.
    """

    def __init__(self, in_place=False, sense="true"):
        self.in_place, self.sense, self.stuck = in_place, sense, False
        self.drives = []

    def drive(self, direction):
        self.drives.append(direction)
        if direction and not self.stuck:
            self.in_place = direction == 1

    def locked(self):
        if self.sense == "true":
            return self.in_place
        return None if self.sense == "blind" else self.sense


class Reading:
    """What a meter said: amperes and volts of three phases, None where it does not tell."""

    def __init__(self, taken_ms, amps=(None, None, None), volts=(None, None, None)):
        self.taken_ms, self.energy_wh = taken_ms, 0
        self.current_ma = [None if each is None else int(each * 1000) for each in amps]
        self.voltage_mv = [None if each is None else int(each * 1000) for each in volts]


class Book:
    """A book of faults that remembers what it was told last."""

    def __init__(self):
        self.present = {}

    def put(self, name, present, now_ms):
        self.present[name] = bool(present)

    @property
    def active(self):
        return sorted(name for name, present in self.present.items() if present)


class Bench:
    """A part that is looked at every 10 ms, or ``every``."""

    def __init__(self, part, start_ms=1_000_000):
        self.part, self.now_ms, self.book = part, start_ms, Book()

    def step(self, ms=10):
        self.now_ms += ms
        self.part.look(self.now_ms)
        self.part.put(self.book, self.now_ms)

    def run(self, ms, every=10):
        for _ in range(ms // every):
            self.step(every)
        return self

    def until(self, holds, limit_ms=100_000, every=10):
        begun_ms = self.now_ms
        while self.now_ms - begun_ms < limit_ms:
            self.step(every)
            if holds():
                return self.now_ms - begun_ms
        raise AssertionError(f"not within {limit_ms} ms")

    @property
    def faults(self):
        return self.book.active


def assert_rows_lead_somewhere(rows, first):
    """Every row is reached from ``first``, is the only one of its pair, and leads to a state."""
    pairs = [row[:2] for row in rows]
    assert len(pairs) == len(set(pairs))
    reached, grown = {first}, True
    while grown:
        following = {row[2] for row in rows if row[0] in reached}
        grown = not following <= reached
        reached |= following
    assert reached == {row[0] for row in rows}
