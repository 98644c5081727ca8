"""A CMSDK UART (ARM DDI0479) as machine.UART is: any, read, readinto, write. Nothing waits.

The hardware holds one byte; ``fill`` takes it into a buffer and must be called often. A full
buffer leaves bytes on the line, where the emulator keeps them: none is lost.
"""

import micropython

_CTRL_C = b"\x03"

# Registers in words: 0 DATA, 1 STATE (bit 0 TXFULL, bit 1 RXFULL), 2 CTRL, 4 BAUDDIV.
# Viper, because an address is no small integer here: mem32 would make garbage for every byte.


@micropython.viper
def _enable(base: int):
    register = ptr32(base)  # noqa: F821
    register[4] = 16
    register[2] = 3
    # QEMU asks its peer for bytes after a read only: without this one it may take a second.
    register[0]


@micropython.viper
def _receive(base: int, buffer: ptr8, count: int, room: int) -> int:  # noqa: F821
    register = ptr32(base)  # noqa: F821
    while count < room and register[1] & 2:
        buffer[count] = register[0]
        count += 1
    return count


@micropython.viper
def _send(base: int, data: ptr8, count: int):  # noqa: F821
    register = ptr32(base)  # noqa: F821
    at = 0
    while at < count:
        while register[1] & 1:
            pass
        register[0] = int(data[at])
        at += 1


class Uart:
    """``base`` is the address of the registers, ``room`` the size of the receive buffer."""

    def __init__(self, base: int, room: int = 256):
        self._base = base
        self._buffer = bytearray(room)
        self._count = 0
        _enable(base)

    def fill(self) -> None:
        """Take what the hardware holds."""
        self._count = _receive(self._base, self._buffer, self._count, len(self._buffer))

    def any(self) -> int:
        """How many bytes wait to be read."""
        self.fill()
        return self._count

    def read(self, count: int = -1) -> bytes:
        """Up to ``count`` bytes, all of them when negative; None when there are none."""
        waiting = self.any()
        if not waiting or count == 0:
            return None
        end = waiting if count < 0 else min(count, waiting)
        taken = bytes(memoryview(self._buffer)[:end])
        self._buffer[: waiting - end] = memoryview(self._buffer)[end:waiting]
        self._count = waiting - end
        return taken

    def readinto(self, target: bytearray) -> int:
        """Read into ``target``; the number of bytes, None when there are none."""
        data = self.read(len(target))
        if data is None:
            return None
        target[: len(data)] = data
        return len(data)

    def write(self, data: bytes) -> int:
        """Send ``data``; all of it is taken at once."""
        _send(self._base, data, len(data))
        return len(data)


class ConsoleUart(Uart):
    """A console at which a person's Ctrl-C interrupts the program, as the ESP32's does by itself:
    ``fill`` raises KeyboardInterrupt."""

    def fill(self) -> None:
        """Take what the hardware holds."""
        before = self._count
        Uart.fill(self)
        if self._count != before and _CTRL_C in self._buffer[before : self._count]:
            self._count = 0
            raise KeyboardInterrupt
