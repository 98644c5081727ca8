"""Where the heap goes: what importing each room takes, frozen and from a ROMFS.

Modules are imported one by one on the emulated board, the inner rooms first, and what each leaves
alive is added to its room. What a running station has besides is the difference to the heap table.
"""

import contextlib
import time
from pathlib import Path

from host_tests.harness.targets.qemu_machine import Machine, Silence
from tools.bench.flash import room_of
from tools.bench.table import Table
from tools.build import image, interpreter
from tools.paths import BUILD

_ORDER = ("core", "wire", "ocpp", "station", "drivers", "board")
# What a board or a station has not always, out of the rooms above: modules by the names they have.
_AMONG = {
    "guard driver": ("guard_ulp", "guard_ulp_ports"),
    "service room": ("service", "orders", "unit"),
    "page": ("portal", "portal_page", "portal_ports", "http_request", "dns"),
}
_PATIENCE_S = 120
_NAP_S = 0.2
# One line a module, so that the console tells which one failed.
_PROGRAM = """\
import gc
for name in {names!r}:
    gc.collect()
    before = gc.mem_alloc()
    try:
        __import__(name)
    except ImportError as error:
        print("without", name, error)
        continue
    gc.collect()
    print("took", name, gc.mem_alloc() - before)
print("end")
"""


def measure(folder: Path) -> Table:
    """Bytes alive after importing each room."""
    places = {place: room_of(place) for place in sorted(image.source_files(interpreter.BOARD))}
    places.pop("main.py")
    names = sorted(places, key=lambda place: (_ORDER.index(places[place]), place))
    frozen, without = _run(folder / "frozen", interpreter.frozen(), names, False)
    romfs, _ = _run(folder / "romfs", interpreter.roomy(), names, True)
    table = Table(
        "Heap that importing takes, bytes",
        ("room", "frozen", "ROMFS"),
        note="Every module of the board, also those that a station loads only when asked"
        " (firmware, diagnostics, service, portal). Not to be imported on the emulated board: "
        + "; ".join(f"{Path(place).stem} ({why})" for place, why in without.items())
        + ".",
    )
    for room in _ORDER:
        mine = [place for place in frozen if places[place] == room]
        table.rows.append((room, sum(map(frozen.get, mine)), sum(map(romfs.get, mine))))
    table.rows.append(("all", sum(frozen.values()), sum(romfs.values())))
    for name, stems in _AMONG.items():
        mine = [_place_of(stem, frozen) for stem in stems]
        row = "among them: " + name
        table.rows.append((row, sum(map(frozen.get, mine)), sum(map(romfs.get, mine))))
    return table


def _place_of(stem: str, places: dict) -> str:
    """Where the module lies; ValueError when there is not just one."""
    (place,) = [place for place in places if Path(place).stem == stem]
    return place


def _run(folder: Path, with_interpreter: Path, places: list, with_application: bool) -> tuple:
    """({place: bytes}, {place: why it can't be imported}), as the console told them."""
    folder.mkdir(parents=True)
    modules = {_module(place): place for place in places}
    source = BUILD / "bench" / "rooms_main.py"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(_PROGRAM.format(names=list(modules)))
    board = interpreter.BOARD
    files = image.compiled_files(board) if with_application else {}
    files["main.mpy"] = image.compile_module(source, "main.py", image.compiler_options(board))
    machine = Machine(folder, with_interpreter)
    machine.start(image.pack(files))
    try:
        said = _said(machine)
    finally:
        machine.stop()
    words = "took ", "without "
    lines = [line.split(" ", 2) for line in said.splitlines() if line.startswith(words)]
    took = {modules[name]: int(figure) for word, name, figure in lines if word == "took"}
    without = {modules[name]: why for word, name, why in lines if word == "without"}
    _judge(places, took, without)
    return took, without


def _judge(places, took, without):
    """Only a driver may lack what the emulated board has not; all others were measured."""
    for place in places:
        if place not in took and not (place in without and room_of(place) == "drivers"):
            raise RuntimeError(f"{place} was not imported: {without.get(place, 'no word of it')}")


def _said(machine: Machine) -> str:
    """What it said, until the program's last word.

    Taken from the line, not read in the console's file: a line that nobody takes from is full
    after some 300 bytes, the processor waits then, and the file has the byte it waits with twice.
    """
    until_s = time.monotonic() + _PATIENCE_S
    heard = bytearray()
    while time.monotonic() < until_s and b"Traceback" not in heard:
        with contextlib.suppress(Silence):
            heard += machine.receive(_NAP_S).get("console", b"")
        if b"\nend" in heard:
            return heard.decode(errors="replace")
    raise RuntimeError(f"the rooms were not all imported:\n{machine.last_words()}")


def _module(place: str) -> str:
    return place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
