"""Port Slots on the OTA partitions of an ESP32: esp32.Partition and ESP-IDF's boot loader.

The boot loader must be built with CONFIG_BOOTLOADER_APP_ROLLBACK_ENABLE: an image that was chosen
is started once, and again only after it was marked valid. MicroPython does not tell whether that
has happened, so each start counts as a trial; to mark an image again that is valid does nothing.
Not run on hardware yet.
"""

from micropython import const

from chargepoint.file_ports import Slots

_BLOCK = const(4096)


class OtaSlots(Slots):
    """``partitions`` is esp32.Partition, ``board`` the name that an image bears. Raises OSError
    where the flash has no second partition."""

    def __init__(self, partitions, board):
        self._partitions = partitions
        running = partitions(partitions.RUNNING)
        self._other = running.get_next_update()
        self.running = running.info()[4]
        self.other = self._other.info()[4]
        self.on_trial = True
        self.board = board
        self._block = None

    def begin(self, size: int) -> bool:
        """Each block is erased when it is written."""
        self._block = bytearray(_BLOCK)
        self._filled = self._number = 0
        return size <= self._other.info()[3]

    def write(self, data: bytes) -> bool:
        """Collects a sector, then erases and programs it: 50 ms, at most 400 (data sheets)."""
        room = min(len(data), _BLOCK - self._filled)
        self._block[self._filled : self._filled + room] = data[:room]
        self._filled += room
        if self._filled < _BLOCK:
            return True
        kept = self._keep()
        self._filled = len(data) - room
        self._block[: self._filled] = data[room:]
        return kept

    def finish(self) -> bool:
        """The last sector, filled up with ones."""
        for at in range(self._filled, _BLOCK):
            self._block[at] = 255
        kept = not self._filled or self._keep()
        self._block = None
        return kept

    def read(self, at: int, count: int) -> bytes:
        """From the flash itself."""
        data = bytearray(count)
        number, offset = at // _BLOCK, at % _BLOCK
        first = min(count, _BLOCK - offset)
        view = memoryview(data)
        try:
            self._other.readblocks(number, view[:first], offset)
            if first < count:
                self._other.readblocks(number + 1, view[first:], 0)
        except OSError:
            return b""
        return data

    def activate(self) -> bool:
        """ESP-IDF checks the image once more, which takes it a second."""
        return _done(self._other.set_boot)

    def confirm(self) -> bool:
        """No way back from here on."""
        self.on_trial = not _done(self._partitions.mark_app_valid_cancel_rollback)
        return not self.on_trial

    def _keep(self):
        number = self._number
        self._number += 1
        return _done(lambda: self._other.writeblocks(number, self._block))


def _done(action):
    try:
        action()
    except OSError:
        return False
    return True
