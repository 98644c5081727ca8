"""A board's partitions.csv as the table that the ESP32's boot loader reads (ESP-IDF's format).

Entries of 32 bytes, then one with the MD5 of those before, then 0xFF up to 0xC00; it lies at
0x8000 (ESP-IDF, partition tables).
"""

import hashlib
import struct

from tools.boards.partitions import parse

AT = 0x8000
_SIZE = 0xC00
_MAGIC, _MD5_MAGIC = b"\xaa\x50", b"\xeb\xeb" + b"\xff" * 14
_TYPES = {"app": 0, "data": 1}
_SUBTYPES = {
    "app": {"factory": 0x00, "test": 0x20} | {f"ota_{n}": 0x10 + n for n in range(16)},
    "data": {
        "ota": 0, "phy": 1, "nvs": 2, "coredump": 3, "nvs_keys": 4, "efuse": 5,
        "fat": 0x81, "spiffs": 0x82, "littlefs": 0x83,
    },
}  # fmt: skip


def binary(text: str) -> bytes:
    """The table of a CSV; ValueError names what it can't be."""
    entries = b"".join(_entry(partition) for partition in parse(text))
    table = entries + _MD5_MAGIC + hashlib.md5(entries).digest()
    if len(table) > _SIZE:
        raise ValueError(f"{len(entries) // 32} partitions: at most {_SIZE // 32 - 1} fit")
    return table.ljust(_SIZE, b"\xff")


def _entry(partition) -> bytes:
    name = partition.name.encode()
    if len(name) > 15:
        raise ValueError(f"{partition.name}: at most 15 characters")
    kind = _number(partition.name, partition.kind, _TYPES)
    subtype = _number(partition.name, partition.subtype, _SUBTYPES.get(partition.kind, {}))
    place = struct.pack("<BBII", kind, subtype, partition.offset, partition.size)
    return _MAGIC + place + name.ljust(16, b"\0") + bytes(4)


def _number(name, word, known) -> int:
    if word in known:
        return known[word]
    try:
        number = int(word, 0)
    except ValueError:
        raise ValueError(f"{name}: {word!r}, expected one of {', '.join(known)}") from None
    if not 0 <= number <= 0xFE:
        raise ValueError(f"{name}: {word}, expected 0 to 0xFE")
    return number
