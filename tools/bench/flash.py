"""Bytes of flash: each room of the application, compiled for the emulated Cortex-M3."""

from tools.bench.table import Table
from tools.build.image import compiled_files, pack
from tools.build.sizes import rooms

_BOARD = "qemu_mps2"
_NAMES = {"chargepoint": "station"}
_ORDER = ("core", "ocpp", "wire", "drivers", "station", "board")


def measure() -> Table:
    """One row a room, and the whole image."""
    files = compiled_files(_BOARD)
    compiled = _named(rooms(files, len))
    table = Table("Flash, bytes", ("room", ".mpy", "ROMFS"))
    for room in _ORDER:
        own = {place: data for place, data in files.items() if room_of(place) == room}
        table.rows.append((room, compiled[room], len(pack(own))))
    table.rows.append(("all", sum(compiled.values()), len(pack(files))))
    return table


def room_of(place: str) -> str:
    """The room of a file of the application."""
    (room,) = _named(rooms({place: b""}, len))
    return room


def _named(sizes):
    return {_NAMES.get(room, room): size for room, size in sizes.items()}
