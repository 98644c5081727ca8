"""The tables, from a session on each 32-bit target."""

import statistics
import tempfile
from pathlib import Path

from tools.bench import asked, flash, images, lookups, messages, rooms, wear
from tools.bench.session import Session, record
from tools.bench.table import Table
from tools.build import interpreter

# 64 ns of virtual time each: what metered_main.py counts by.
_COUNTED = ("-icount", "shift=6")
STEPS = "Instructions of a step on the Cortex-M3"
GARBAGE = "garbage, bytes"
_PLACES = ("longest", "second", "third")


def tables() -> list:
    """All of them; Unavailable (of the harness or of set-up) when a target is missing."""
    with tempfile.TemporaryDirectory(prefix="pilotlight-bench-") as folder:
        place = Path(folder)
        unix = record("unix", place / "unix")
        romfs = record(
            "qemu", place / "romfs",
            image=images.romfs(), interpreter=interpreter.roomy(), more=_COUNTED,
        )  # fmt: skip
        frozen = record(
            "qemu", place / "frozen",
            image=images.no_application(), interpreter=interpreter.frozen(), more=_COUNTED,
        )  # fmt: skip
        told = messages.record(
            place / "messages",
            image=images.collecting(), interpreter=interpreter.frozen(), more=_COUNTED,
        )  # fmt: skip
        held = rooms.measure(place / "rooms")
        wanted = asked.measure(
            place / "asked",
            image=images.no_application(), interpreter=interpreter.frozen(), more=_COUNTED,
        )  # fmt: skip
        worn = wear.measure(place / "wear")
    heap = {
        "32-bit unix, ROMFS": unix,
        "Cortex-M3, ROMFS": romfs,
        "Cortex-M3, frozen": frozen,
    }
    steps = [_steps(frozen), _worst(frozen), told]
    return [flash.measure(), _heap(heap), held, wanted, *steps, lookups.measure(), worn]


def _heap(sessions: dict) -> Table:
    table = Table(
        "Heap, bytes",
        ("target", "imported", "idle", "charging", "peak in a session"),
        note="Alive after a collection; the peak includes garbage (collected each 8 KB)."
        " Frozen: compiled into the interpreter, as on a board with 160 KB; heap 163,840 bytes."
        " ROMFS: laid beside it, with a larger heap. The unix target carries its emulated hardware"
        " too.",
    )
    for name, of in sessions.items():
        table.rows.append((name, of.imported, of.idle_alive, of.charging_alive, of.peak))
    return table


def _steps(session: Session) -> Table:
    table = Table(
        STEPS,
        ("steps", "median", "mean", "most", GARBAGE),
        note="Of `station.step()` alone, counted by the emulator; a step comes every 10 ms. The"
        " garbage is that of most steps.",
    )
    for name, steps in (("idle", session.idle), ("charging", session.charging)):
        calm = [step for step in steps if step.grew >= 0]
        garbage = statistics.mode(step.grew for step in calm)
        table.rows.append((name, *_spread([step.instructions for step in calm]), garbage))
    table.rows.append(("a collection of garbage", *_spread(session.collections), ""))
    return table


def _worst(session: Session) -> Table:
    table = Table(
        "The longest steps of a session",
        ("step", "instructions", "in it"),
        note="Here SHA-1 (when a connection opens) and the flash below the file system are Python;"
        " on an ESP32 both are C.",
    )
    by_length = sorted(session.steps, key=lambda step: -step.instructions)
    kinds: dict = {}
    for step in by_length:
        kinds.setdefault(", ".join(step.causes) or "nothing in particular", step.instructions)
    for place, (causes, took) in zip(_PLACES, kinds.items()):
        table.rows.append((place, took, causes))
    return table


def _spread(figures):
    return round(statistics.median(figures)), round(statistics.mean(figures)), max(figures)
