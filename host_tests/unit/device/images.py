"""A well-formed interpreter image that is none: headers and no code."""

from tools.device.interpreter_image import PLACES

CHIPS = {"esp32": 0, "esp32s2": 2, "esp32s3": 9}


def header(chip: str) -> bytes:
    """ESP-IDF's image without segments: 24 bytes of header, the checksum at a multiple of 16."""
    head = b"\xe9\x00\x02\x20" + bytes(4) + b"\xee" + bytes(3)
    head += CHIPS[chip].to_bytes(2, "little") + bytes(10)
    return head + bytes(7) + b"\xef"


def interpreter(chip: str, size: int = 0x20000, board: str = "") -> bytes:
    """Boot loader, another board's table, and an application at 0x10000 of the flash, in which
    the name of ``board`` lies as a frozen one does."""
    data = bytearray(b"\x10" * size)
    for at in (PLACES[chip], 0x10000):
        data[at - PLACES[chip] : at - PLACES[chip] + 32] = header(chip)
    data[0x8000 - PLACES[chip] :][:4] = b"\xaa\x50\x00\x00"
    name = board.encode() + b"\0"
    data[0x18000 : 0x18000 + len(name)] = name
    return bytes(data)
