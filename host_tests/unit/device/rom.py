"""The boot loader in an ESP32's ROM at the other end of a line, as far as its chip being told.

Espressif's serial protocol: SLIP frames; a request is 0, command, length, checksum, data; the
answer 1, command, length, value, data and a status of four bytes, 0 for success.
"""

import struct

_SYNC, _READ_REG, _SECURITY_INFO = 0x08, 0x0A, 0x14
_END, _ESCAPED = b"\xc0", ((b"\xdb\xdd", b"\xdb"), (b"\xdb\xdc", b"\xc0"))
_WHICH_CHIP = 0x40001000
_MAGIC = {"esp32": 0x00F01D83, "esp32s2": 0x000007C6}
_NUMBER = {"esp32s3": 9}
_REFUSED = b"\x01\x05\x00\x00"


class Rom:
    """Of a ``chip``; ``seen`` are the commands that came. Newer ones tell their number, older ones
    a word in a register."""

    def __init__(self, chip: str):
        self.seen = []
        self._chip = chip
        self._came = b""

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
        command = frame[1]
        self.seen.append(command)
        if command == _SYNC:
            return 8 * _framed(command, 0x20120707, bytes(4))
        if command == _READ_REG:
            known = struct.unpack_from("<I", frame, 8)[0] == _WHICH_CHIP
            value = _MAGIC.get(self._chip, 0x09) if known else 0
            return _framed(command, value, bytes(4))
        if command == _SECURITY_INFO and self._chip in _NUMBER:
            told = struct.pack("<I8sII", 0, bytes(8), _NUMBER[self._chip], 0)
            return _framed(command, 0, told + bytes(4))
        return _framed(command, 0, _REFUSED)


def _framed(command, value, data):
    frame = struct.pack("<BBHI", 1, command, len(data), value) + data
    for escape, plain in _ESCAPED:
        frame = frame.replace(plain, escape)
    return _END + frame + _END


def _plain(frame):
    for escape, plain in reversed(_ESCAPED):
        frame = frame.replace(escape, plain)
    return frame
