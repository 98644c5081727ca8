"""What the rooms take that are loaded when someone asks: the service room, the page."""

from pathlib import Path

from host_tests.harness.pace import STEP_MS
from host_tests.harness.stage import Stage
from tools.bench.table import Table

_CALM_S = 30
_SHUT_S = 60


def measure(folder: Path, **frozen) -> Table:
    """``frozen``: Stage's words for the emulated microcontroller with the application in it."""
    table = Table(
        "Heap of what is loaded when it is asked for, bytes",
        ("room", "asked for", "afterwards"),
        note="Alive above a station that nobody asked. The page (with the service room, its radio"
        " and one who looks) is shut when the station is commissioned, and leaves the service room"
        " and names. The emulated microcontroller has no sockets for it.",
    )
    at = folder / "frozen"
    table.rows.append(("service room, Cortex-M3, frozen", *_service("qemu", at, frozen)))
    table.rows.append(("service room, 32-bit unix, ROMFS", *_service("unix", folder / "unix", {})))
    table.rows.append(("page, 32-bit unix, ROMFS", *_page(folder)))
    return table


def _service(target, folder, words):
    with Stage(target, folder, **words) as stage:
        before = _begun(stage)
        _sound(stage.console({"ask": "settings"}))
        asked = _alive(stage) - before
        stage.advance(_CALM_S)
        return asked, _alive(stage) - before


def _page(folder):
    with Stage("unix", folder / "closed") as stage:
        before = _begun(stage)
    with Stage("unix", folder / "page", portal=True) as stage:
        _begun(stage)
        session = stage.portal.login()
        is_open = _alive(stage) - before
        _sound(session.ask("commissioned"))
        stage.advance(_SHUT_S)
        if stage.facts()["portal"]:
            raise ValueError("the page is open: expected it to be shut once commissioned")
        return is_open, _alive(stage) - before


def _begun(stage):
    stage.start()
    stage.ready()
    stage.advance(_CALM_S)
    return _alive(stage)


def _alive(stage):
    return stage.step(stage.now_ms + STEP_MS, {"ask": 1, "heap": 1})["facts"]["heap"]["live"]


def _sound(answer):
    if not answer.get("ok"):
        raise ValueError(f"the service room: {answer}")
