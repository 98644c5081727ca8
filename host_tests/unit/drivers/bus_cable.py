"""A reader on an emulated bus, a part behind it, and time that only the test moves."""

import machine
import onewire

STEP_MS = 10
SELECT = 5


class BusCable:
    """``build(bus...)`` makes the driver on ``kind``: "spi", "i2c" or "onewire"."""

    def __init__(self, kind, build, part=None):
        self.bench = machine.Bench()
        machine.use(self.bench)
        self.part = part
        if part is not None:
            self.bench.attach(kind, 1, part, SELECT if kind == "spi" else None)
        if kind == "spi":
            self.driver = build(machine.SPI(1), machine.Pin(SELECT, machine.Pin.OUT, value=1))
        elif kind == "i2c":
            self.driver = build(machine.I2C(1))
        else:
            self.driver = build(onewire.OneWire(machine.Pin(1)))
        self.now_ms = 1000
        self.polled = []  # what poll answered, other than None

    def run(self, duration_ms: int) -> None:
        """Steps of 10 ms."""
        for _ in range(duration_ms // STEP_MS):
            self.step(STEP_MS)

    def step(self, later_ms: int) -> None:
        """One step, however much later."""
        self.now_ms += later_ms
        self.bench.load({"t": self.now_ms})
        answer = self.driver.poll(self.now_ms)
        if answer is not None:
            self.polled.append(answer)

    def lay(self, *uids: bytes) -> None:
        """These cards lie before the reader now."""
        self.bench.load({"c": [[self.part.name, [uid.hex() for uid in uids]]]})

    def fail(self, fault) -> None:
        """The part breaks, or is whole again (None)."""
        uids = [uid.hex() for uid in self.part.field]
        self.bench.load({"c": [[self.part.name, uids, fault]]})

    def hold(self, *uids: bytes, duration_ms: int = 500) -> list:
        """Hold cards to the reader and take them away; what the reader told meanwhile."""
        self.polled.clear()
        self.lay(*uids)
        self.run(duration_ms)
        self.lay()
        return list(self.polled)
