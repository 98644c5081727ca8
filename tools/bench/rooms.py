"""Where the heap goes: what importing each room takes, frozen and from a ROMFS.

Modules are imported one by one on the emulated board, the inner rooms first, and what each leaves
alive is added to its room. What a running station has besides is the difference to the heap table.
"""

import time
from pathlib import Path

from host_tests.harness.targets.qemu_machine import Machine
from tools.bench.flash import room_of
from tools.bench.table import Table
from tools.build import image, interpreter
from tools.paths import BUILD

_ORDER = ("core", "wire", "ocpp", "station", "drivers", "board")
_PATIENCE_S = 120
# One line a module, so that the console tells which one failed.
_PROGRAM = """\
import gc
for name in {names!r}:
    gc.collect()
    before = gc.mem_alloc()
    try:
        __import__(name)
    except ImportError:
        print("without", name)
    gc.collect()
    print("took", name, gc.mem_alloc() - before)
print("end")
"""


def measure(folder: Path) -> Table:
    """Bytes alive after importing each room."""
    places = {place: room_of(place) for place in sorted(image.source_files(interpreter.BOARD))}
    places.pop("main.py")
    names = sorted(places, key=lambda place: (_ORDER.index(places[place]), place))
    frozen = _run(folder / "frozen", interpreter.frozen(), names, False)
    romfs = _run(folder / "romfs", interpreter.roomy(), names, True)
    table = Table(
        "Heap that importing takes, bytes",
        ("room", "frozen", "ROMFS"),
        note="Every module of the board, also those that a station loads only when asked"
        " (firmware, diagnostics); without those for hardware that the emulated board lacks.",
    )
    for room in _ORDER:
        mine = [place for place in names if places[place] == room]
        table.rows.append((room, sum(map(frozen.get, mine)), sum(map(romfs.get, mine))))
    table.rows.append(("all", sum(frozen.values()), sum(romfs.values())))
    return table


def _run(folder: Path, with_interpreter: Path, places: list, with_application: bool) -> dict:
    """{place: bytes}, as the console told them."""
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
    lines = [line.split() for line in said.splitlines() if line.startswith("took ")]
    return {modules[name]: int(figure) for _, name, figure in lines}


def _said(machine: Machine) -> str:
    until_s = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until_s:
        said = machine.console.read_text(errors="replace")
        if "\nend" in said:
            return said
        if "Traceback" in said:
            break
        time.sleep(0.2)
    raise RuntimeError(f"the rooms were not all imported:\n{machine.last_words()}")


def _module(place: str) -> str:
    return place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
