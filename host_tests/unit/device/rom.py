"""The boot loader in an ESP32's ROM, and esptool's stub, at the other end of a line: with a flash.

Espressif's serial protocol: SLIP frames; a request is 0, command, length, checksum, data; the
answer 1, command, length, value, data and a status, 0 for success. Registers that do not matter
here read as 0.
"""

import hashlib
import struct
import zlib

SYNC, READ_REG, SECURITY_INFO, MEM_END = 0x08, 0x0A, 0x14, 0x06
DEFLATE_BEGIN, DEFLATE_DATA, MD5, ERASE_FLASH = 0x10, 0x11, 0x13, 0xD0
_END, _ESCAPED = b"\xc0", ((b"\xdb\xdd", b"\xdb"), (b"\xdb\xdc", b"\xc0"))
# Which chip; what an SPI command to the flash brought (ESP32): 4 MB, Winbond.
_WHICH, _FLASH_ID = 0x40001000, 0x3FF42080
_MAGIC = {"esp32": 0x00F01D83, "esp32s2": 0x000007C6}
_NUMBER = {"esp32s3": 9}
_REFUSED = b"\x01\x05\x00\x00"
_DONE = bytes(4)


class Rom:
    """Of a ``chip``. Newer ones tell their number, older ones a word in a register. ``seen`` are
    the commands that came, ``flash`` what was written; ``worn`` a place whose lowest bit
    stays set."""

    def __init__(self, chip: str):
        self.seen = []
        self.worn = None
        self.flash = bytearray(b"\x55" * 0x400000)
        self._registers = {_WHICH: _MAGIC.get(chip, 0x09), _FLASH_ID: 0x164020}
        self._number = _NUMBER.get(chip)
        self._came = b""
        self._at, self._inflating = 0, None

    def take(self, data: bytes) -> bytes:
        """The answers to what came."""
        self._came += data
        said = b""
        while self._came.count(_END) >= 2:
            _, frame, self._came = self._came.split(_END, 2)
            said += self._answers(_plain(frame))
        return said

    def _answers(self, frame):
        if len(frame) < 8 or frame[0]:
            return b""
        command, data = frame[1], frame[8:]
        self.seen.append(command)
        if command == SYNC:
            return 8 * _framed(command, _DONE, 0x20120707)
        if command == READ_REG:
            where = struct.unpack_from("<I", data)[0]
            return _framed(command, _DONE, self._registers.get(where, 0))
        if command == SECURITY_INFO:
            if self._number is None:
                return _framed(command, _REFUSED)
            return _framed(command, struct.pack("<I8sII", 0, bytes(8), self._number, 0) + _DONE)
        if command == MD5:
            at, size = struct.unpack_from("<II", data)
            return _framed(command, hashlib.md5(self.flash[at : at + size]).digest() + _DONE)
        self._write(command, data)
        # The stub says so when it runs.
        return _framed(command, _DONE) + (_slip(b"OHAI") if command == MEM_END else b"")

    def _write(self, command, data):
        if command == ERASE_FLASH:
            self.flash[:] = b"\xff" * len(self.flash)
        elif command == DEFLATE_BEGIN:
            self._at, self._inflating = struct.unpack_from("<I", data, 12)[0], zlib.decompressobj()
        elif command == DEFLATE_DATA:
            plain = self._inflating.decompress(data[16:])
            self.flash[self._at : self._at + len(plain)] = plain
            self._at += len(plain)
            if self.worn is not None:
                self.flash[self.worn] |= 1


def _framed(command, data, value=0):
    return _slip(struct.pack("<BBHI", 1, command, len(data), value) + data)


def _slip(frame):
    for escape, plain in _ESCAPED:
        frame = frame.replace(plain, escape)
    return _END + frame + _END


def _plain(frame):
    for escape, plain in reversed(_ESCAPED):
        frame = frame.replace(escape, plain)
    return frame
