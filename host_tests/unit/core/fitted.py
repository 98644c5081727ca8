"""A connector with every part that a charge point can have, each a value that a test moves."""

from host_tests.unit.core.electrics import Coil, Electrics

GOOD_OHM = 220  # a 32 A cable
RATINGS_MA = {100: 63000, 220: 32000, 680: 20000, 1500: 13000, 100_000: 0, 20: 0, None: 0}


class Monitor:
    """Residual current: ``leak`` trips it; ``deaf`` does not answer its test; ``absent``."""

    can_test = True

    def __init__(self):
        self.leak = self.deaf = self.absent = self.testing = False
        self.tests = 0

    def tripped(self):
        return self.leak or self.absent or (self.testing and not self.deaf)

    def test(self, on):
        self.tests += on
        self.testing = on


class Ground:
    """The protective earth: ``there`` is True, False or None for a reading that is none."""

    there = True

    def connected(self):
        return self.there


class Warmth:
    """The thermometer."""

    celsius_mc = 20_000

    def poll(self, now_ms):
        pass


class Plug:
    """The proximity resistor."""

    ohm = GOOD_OHM

    def read_ohm(self):
        return self.ohm


class Bolt:
    """The lock: moves at once unless ``jammed``; ``says`` is a switch that lies, or None."""

    def __init__(self):
        self.place, self.jammed, self.says = True, False, None
        self.on_drive = lambda direction: None
        self.drives = []

    def drive(self, direction):
        self.on_drive(direction)
        self.drives.append(direction)
        if direction and not self.jammed:
            self.place = direction > 0

    def locked(self):
        if self.says == "blind":
            return None
        return self.place if self.says is None else self.says


class SecondCoil(Coil):
    """The contactor for L2 and L3; ``on_move`` is called before it moves."""

    def __init__(self):
        super().__init__()
        self.on_move = lambda closed: None

    def set_closed(self, closed):
        if closed != self.closed:
            self.on_move(closed)
        self.closed = closed


class Reading:
    """What the meter says: the same on all phases."""

    def __init__(self, taken_ms, current_ma, voltage_mv):
        self.taken_ms = taken_ms
        self.current_ma = [current_ma] * 3
        self.voltage_mv = [voltage_mv] * 3


class Fitted(Electrics):
    """``lacks``: names of the parts that it does without. Its meter answers each second."""

    def __init__(self, lacks=(), **options):
        self.monitor, self.ground, self.warmth = Monitor(), Ground(), Warmth()
        self.plug, self.bolt, self.second = Plug(), Bolt(), SecondCoil()
        self.voltage_mv, self.overdraw_ma, self.stray_ma = 230_000, None, 0
        self.watch = None
        self.duties, self.shown = [], ()
        parts = {
            "residual": self.monitor,
            "earth": self.ground,
            "thermometer": self.warmth,
            "proximity": self.plug,
            "lock": self.bolt,
            "second_relay": self.second,
        }
        for name in lacks:
            del parts[name]
        self.parts = parts
        options.setdefault("socket", "proximity" in parts)
        options.setdefault("max_ma", 32000)
        self.options = options
        super().__init__(rest=False, parts=parts, **options)

    def step(self, ms=10):
        before_ms = self.now_ms
        # What the contacts show before this step moves them.
        self.shown = (self.coil.feedback(), self.second.feedback())
        super().step(ms)
        if self.now_ms // 1000 != before_ms // 1000:
            self.connector.reading = self._read()
        if not self.duties or self.duties[-1][1] != self.line.duty_bp:
            self.duties.append((self.now_ms, self.line.duty_bp))
        if self.watch is not None:
            self.watch()

    def permit(self, limit_ma=16000):
        super().permit(limit_ma)
        self.connector.holds_plug = True

    def end(self):
        """The transaction is over."""
        self.connector.permitted = self.connector.holds_plug = False

    def _read(self):
        current_ma = self.stray_ma
        if self.coil.closed:
            offered_ma = self.connector.offered_ma
            current_ma = offered_ma if self.overdraw_ma is None else self.overdraw_ma
        return Reading(self.now_ms, current_ma, self.voltage_mv)
