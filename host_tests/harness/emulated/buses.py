"""SPI, I2C and 1-Wire of the emulated processor, and the parts that hang on them.

A transfer is over before the firmware's step goes on, so a part is an object beside the firmware,
on either interpreter (MicroPython's subset). ``Bench.attach(bus, id, part, select)`` connects it:

    "spi", id, part, select pin   part.select(selected, now_ms)   when the pin falls or rises
                                  part.transfer(byte, now_ms) -> byte
    "i2c", id, part               part.address; part.write(data, now_ms) -> bool: acknowledged
                                  part.read(count, now_ms) -> bytes; None: not acknowledged
    "onewire", pin, part          part.reset(now_ms) -> bool: a presence pulse
                                  part.write(byte, now_ms), part.read(now_ms) -> byte

In a step's inputs "c": [[part's name, ["uid hex", ...], fault or null]] tells what lies before a
part and what is wrong with it: it goes to part.lay(uids) and, when told, to part.fail(fault).
"""

from binascii import unhexlify

import machine

_ENODEV = 19


class Parts:
    """The parts of one bench."""

    def __init__(self):
        self._buses = {}
        self._named = {}
        self._early = {}
        self.selects = {}

    def attach(self, bus: str, id: int, part, select: int) -> None:
        """Connect ``part``. ValueError for a bus that there is not."""
        if bus not in ("spi", "i2c", "onewire"):
            raise ValueError("bus %r: spi, i2c or onewire expected" % bus)
        self.on(bus, id).append((part, select))
        self._named[part.name] = part
        if select is not None:
            self.selects[select] = part
        if part.name in self._early:
            self.load([self._early.pop(part.name)])

    def on(self, bus: str, id: int) -> list:
        """(part, select pin) of each part on a bus; always the same list."""
        return self._buses.setdefault((bus, id), [])

    def load(self, rows: list) -> None:
        """Take over the "c" of a step's inputs; what is told of a part too early waits."""
        for row in rows:
            if row[0] not in self._named:
                self._early[row[0]] = row
                continue
            part = self._named[row[0]]
            if len(row) > 2:
                part.fail(row[2])
            part.lay([unhexlify(uid) for uid in row[1]])


class SPI:
    """A bus of the processor. An input that nothing drives is pulled up: it reads as FF."""

    MSB = 0
    LSB = 1

    def __init__(self, id, baudrate=1000000, polarity=0, phase=0, **options):
        self._bench = machine.current
        self._parts = machine.current.parts.on("spi", id)

    def init(self, baudrate=1000000, polarity=0, phase=0, **options) -> None:
        """Nothing here depends on the bus's speed."""

    def write_readinto(self, source, target) -> None:
        """Send ``source`` while as many bytes come in to ``target``."""
        if len(source) != len(target):
            raise ValueError("buffers must be the same length")
        for index in range(len(source)):
            target[index] = self._transfer(source[index])

    def write(self, source) -> None:
        """Send; what comes in is lost."""
        for byte in source:
            self._transfer(byte)

    def readinto(self, target, write=0) -> None:
        """Fill ``target`` while sending ``write``."""
        for index in range(len(target)):
            target[index] = self._transfer(write)

    def _transfer(self, byte):
        answer = 0xFF
        for part, select in self._parts:
            if self._bench.levels.get(select, 1) == 0:
                answer &= part.transfer(byte, self._bench.now_ms)
        return answer


class I2C:
    """A bus of the processor. What no part acknowledges is OSError, as on the ESP32."""

    def __init__(self, id, scl=None, sda=None, freq=400000, timeout=50000):
        self._bench = machine.current
        self._parts = machine.current.parts.on("i2c", id)

    def readfrom_into(self, address, target, stop=True) -> None:
        """Fill ``target``."""
        part = self._part(address)
        data = part.read(len(target), self._bench.now_ms)
        if data is None:
            raise OSError(_ENODEV)
        for index in range(len(target)):
            target[index] = data[index]

    def writeto(self, address, source, stop=True) -> int:
        """Send ``source``; how many bytes were acknowledged."""
        if not self._part(address).write(bytes(source), self._bench.now_ms):
            raise OSError(_ENODEV)
        return len(source)

    def _part(self, address):
        for part, _ in self._parts:
            if part.address == address:
                return part
        raise OSError(_ENODEV)
