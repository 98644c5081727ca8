"""A board's partitions.csv: what ESP-IDF would refuse, and what the station needs of it."""

from typing import NamedTuple

_ALIGNED = {"app": 0x10000, "data": 0x1000}
# The bootloader and the table itself lie before it.
_FIRST = 0x9000
# MicroPython finds the last two by their names.
_NEEDED = ("nvs", "romfs", "vfs")
# The interpreter is 1.6 MB, what is frozen 0.3 MB; a store of 512 KB.
_LEAST = {"app": 0x1D0000, "vfs": 0x80000}


class Partition(NamedTuple):
    name: str
    kind: str
    subtype: str
    offset: int
    size: int

    @property
    def end(self) -> int:
        return self.offset + self.size


def parse(text: str) -> list:
    """The partitions of a table; raises ValueError with the line's number."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition("#")[0]
        if not content.strip():
            continue
        fields = [field.strip() for field in content.split(",")]
        if len(fields) < 5:
            raise ValueError(f"line {number}: {len(fields)} fields, expected 5 or 6")
        try:
            offset, size = int(fields[3], 0), int(fields[4], 0)
        except ValueError:
            raise ValueError(f"line {number}: offset and size must be numbers") from None
        found.append(Partition(*fields[:3], offset, size))
    return found


def findings(text: str, flash_bytes: int, image_bytes: int) -> list:
    """What is wrong; ``image_bytes`` is the size of the application's ROMFS image."""
    try:
        table = parse(text)
    except ValueError as trouble:
        return [str(trouble)]
    found = []
    for partition in table:
        found += [f"{partition.name}: {wrong}" for wrong in _wrong(partition, flash_bytes)]
    ordered = sorted(table, key=lambda partition: partition.offset)
    for before, after in zip(ordered, ordered[1:]):
        if before.end > after.offset:
            found.append(f"{after.name}: begins inside {before.name}")
    return found + _missing(table, image_bytes)


def _wrong(partition: Partition, flash_bytes: int) -> list:
    if partition.kind not in _ALIGNED:
        return [f"type {partition.kind!r}, expected app or data"]
    found = []
    aligned = _ALIGNED[partition.kind]
    if partition.offset % aligned or partition.size % 0x1000:
        found.append(f"offset {partition.offset:#x} is not a multiple of {aligned:#x}")
    if partition.offset < _FIRST:
        found.append(f"begins at {partition.offset:#x}, before {_FIRST:#x}")
    if partition.end > flash_bytes:
        found.append(f"ends at {partition.end:#x}, after the flash ({flash_bytes:#x})")
    return found


def _missing(table: list, image_bytes: int) -> list:
    sizes = {partition.name: partition.size for partition in table}
    sizes["app"] = min((part.size for part in table if part.kind == "app"), default=0)
    found = [f"{name}: missing" for name in _NEEDED if name not in sizes]
    for name, least in (*_LEAST.items(), ("romfs", image_bytes)):
        if sizes.get(name, least) < least:
            found.append(f"{name}: {sizes[name]} bytes, at least {least} are needed")
    return found
