"""A driver on the emulated UART, a device behind it, and time that only the test moves."""

from binascii import hexlify

import machine

STEP_MS = 10


class Cable:
    """``build(uart)`` makes the driver; ``device`` may be None: an open line."""

    def __init__(self, build, device=None):
        self.bench = machine.Bench()
        machine.use(self.bench)
        self.device = device
        self.driver = build(machine.UART(0))
        self.now_ms = 1000
        self.sent = b""  # by the driver, since the last look
        self.polled = []  # what poll answered, other than None

    def run(self, duration_ms: int) -> None:
        """Steps of 10 ms."""
        for _ in range(duration_ms // STEP_MS):
            self.step(STEP_MS)

    def step(self, later_ms: int) -> None:
        """One step, however much later."""
        self.now_ms += later_ms
        if self.device is not None:
            self.inject(self.device.take(self.now_ms))
        answer = self.driver.poll(self.now_ms)
        if answer is not None:
            self.polled.append(answer)
        out = b"".join(bytes.fromhex(data) for _, data in self.bench.take().get("u", ()))
        self.sent += out
        if out and self.device is not None:
            self.device.receive(out, self.now_ms)

    def inject(self, data: bytes) -> None:
        """Bytes from nowhere."""
        if data:
            self.bench.load({"u": [[0, hexlify(data).decode()]]})

    def take_sent(self) -> bytes:
        """What the driver sent since the last look."""
        sent, self.sent = self.sent, b""
        return sent
