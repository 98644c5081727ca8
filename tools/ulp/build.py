"""guard_program.py: the guard's program of a board, made from guard.S in each build.

The module is written beside described.py and nowhere else, so the blob that ships is always the
one of the source in the tree. It has only constants:

- ``HEADER``, ``BLOB``, ``ENTRY``: for esp32.ULP: load_binary(0, HEADER + BLOB), run(ENTRY), in
  bytes; BLOB is what lies in memory then.
- ``SOURCE``: the start of guard.S's SHA-256: what a build, and `pilotlight guard-check`, compare.
- ``MAIL``: the names of the mailbox's words, in their order: word k is at 0x50000000 + 4 * k.
- ``REQUEST``, ``PROGRAM``: the word that asks for a relay, and the one that names the program.
- ``SAMPLES`` of a window, and ``WINDOW_CYCLES``: what a window takes while the wave is clean and
  nothing is asked (the shortest one), by the table of the instructions.
- ``CAUSES``: (number, name) of each.
- ``PILOT``, ``PROXIMITY``, ``TEMPERATURE``: channels of ADC1, ``RELAY``, ``SECOND``,
  ``RESIDUAL``: bits in RTC_IO's OUT, ENABLE and IN; -1 where the board has none.
- ``PADS``: (register, bits to clear, bits to set) that give each pad to the RTC domain, readable
  and pulled as the board is.

Each number fits a small integer of a 32-bit MicroPython.
"""

import hashlib
from pathlib import Path

from tools import whole
from tools.boards import catalogue, description, parts
from tools.ulp import pads
from tools.ulp.assembler import Program, assemble
from tools.ulp.budget import window
from tools.ulp.listing import SOURCE

MODULE = "guard_program.py"
_DIGITS = 16
# esp32.ULP.RESERVE_MEM of MicroPython's builds.
ROOM_BYTES = 2040
# Behind the program the driver keeps four words (guard_ulp._spare).
SPARE_BYTES = 16
# Whose coprocessor the emulated board of the desk has.
_LIKE = {"unix": "smartevse_v3@v3.0"}
# Role: (name in guard.S, name in pins.py).
_ANALOGUE = {
    "pilot": ("PILOT", "PILOT_ADC"),
    "proximity": ("PROXIMITY", "PROXIMITY_ADC"),
    "thermometer": ("TEMPERATURE", "THERMOMETER_ADC"),
}
_DIGITAL = {
    "relay": ("RELAY", "RELAY"),
    "second_relay": ("SECOND", "SECOND_RELAY"),
    "residual": ("RESIDUAL", "RESIDUAL"),
}


def given(described: dict, pins: dict) -> dict:
    """What guard.S wants to know of a board; KeyError for one that can't have a guard."""
    names = {"RESIDUAL_TRIPS": _residual_level(described)}
    for role, (name, pin) in _ANALOGUE.items():
        fitted = role in described["parts"] and pin in pins
        names[name] = pads.CHANNELS[pins[pin]] if fitted else -1
    for role, (name, pin) in _DIGITAL.items():
        fitted = role in described["parts"] and pin in pins
        names[name] = pads.PADS[pins[pin]].bit if fitted else -1
    return names


def program(board: str, root: Path) -> Program:
    """The program of ``board``; ValueError when it does not fit the room."""
    described, pins, _ = description.revision(_LIKE.get(board, board), root)
    made = assemble(SOURCE.read_text(encoding="utf-8"), given(described, pins))
    takes = len(made.image) + SPARE_BYTES
    if takes > ROOM_BYTES:
        raise ValueError(f"guard.S: {takes} bytes, at most {ROOM_BYTES} fit")
    return made


def text(board: str, root: Path) -> str:
    """The module."""
    described, pins, _ = description.revision(_LIKE.get(board, board), root)
    made = program(board, root)
    names = given(described, pins)
    del names["RESIDUAL_TRIPS"]
    causes = tuple(
        (value, name.removeprefix("CAUSE_").lower())
        for name, value in made.names.items()
        if name.startswith("CAUSE_")
    )
    constants = {
        "HEADER": made.header,
        "BLOB": made.blob,
        "ENTRY": 4 * made.entry,
        "SOURCE": source_digest(),
        "MAIL": " ".join(made.mail),
        "REQUEST": made.names["REQUEST"],
        "PROGRAM": made.names["PROGRAM"],
        "SAMPLES": made.names["SAMPLES"],
        "WINDOW_CYCLES": window(made).least,
        "CAUSES": causes,
        "PADS": _wirings(described, pins),
        **names,
    }
    lines = [f"{name} = {value!r}\n" for name, value in constants.items()]
    head = f'"""Made from guard.S and boards/{board} by tools.ulp.build: change those."""\n\n'
    return head + "".join(lines)


def source_digest() -> str:
    """Of guard.S as it is now."""
    return hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:_DIGITS]


def is_guarded(board: str, root: Path) -> bool:
    """Whether a board's image has the program: by its board.json, and that of the desk."""
    if board in _LIKE:
        return True
    folder = root / board.partition("@")[0]
    return description.is_described(folder) and description.content(folder)["guard"] == "ulp"


def written(board: str, root: Path, build: Path) -> list:
    """The module of a board that has one, written anew; of another board what lies there goes."""
    if is_guarded(board, root):
        return [write(board, root, build)]
    (build / board / MODULE).unlink(missing_ok=True)
    return []


def write(board: str, root: Path, build: Path) -> Path:
    """Write build/<board>/guard_program.py, where its content changed, and return its path."""
    path = build / board / MODULE
    whole.write(path, text(board, root).encode())
    return path


def _residual_level(described: dict) -> int:
    content = described["parts"].get("residual")
    if content is None:
        return 1
    return parts.with_defaults(catalogue.find(content["driver"], "residual"), content)[
        "tripped_level"
    ]


def _wirings(described: dict, pins: dict) -> tuple:
    return tuple(
        pads.PADS[pins[pin]].wiring(described["pulls"].get(pin, ""))
        for role, (_, pin) in _DIGITAL.items()
        if role in described["parts"] and pin in pins
    )
