"""What sessions and idle days cost the flash: erases of a real littlefs, by the 32-bit target.

The whole station runs on a chip in a file (harness/flash.FlashFile), with the default settings; a
session is an hour with a reading a minute. The erases are those of the whole chip, which littlefs
spreads over all blocks, so the years are blocks x cycles / erases.
"""

from pathlib import Path

from host_tests.harness.flash import FlashFile
from host_tests.harness.stage import Stage
from tools.bench.table import Table

# The data partition of the 4 MB boards, 1.6 MB, and what its flash stands.
BLOCKS = 400
CYCLES = 100_000
SESSIONS = 4
HOUR_S = 3600
# A busy public station: eight sessions a day, one in ten without a back end.
_A_DAY = 8
_OFFLINE_PART = 10


def measure(folder: Path) -> Table:
    """One row for each doing. Erases are in hundredths: table cells are whole numbers."""
    online, written = sessions(folder / "online", False)
    offline, written_offline = sessions(folder / "offline", True)
    idle, written_idle = idle_day(folder / "idle")
    day = idle + _A_DAY * (online * (_OFFLINE_PART - 1) + offline) // _OFFLINE_PART
    years = BLOCKS * CYCLES * 100 // (day * 365)
    return Table(
        "Flash wear",
        ("doing", "erases, hundredths", "programs"),
        rows=[
            ("a session of an hour", online, written),
            ("the same without a back end, and its delivery", offline, written_offline),
            ("an idle day", idle, written_idle),
        ],
        note=f"Defaults: a reading a minute. With {_A_DAY} sessions a day, one in {_OFFLINE_PART}"
        f" without a back end, the {BLOCKS} blocks of a 4 MB part's data partition last"
        f" {years:,} years at {CYCLES:,} cycles each.",
    )


def sessions(folder: Path, offline: bool) -> tuple:
    """(hundredths of erases, programs) of one of SESSIONS sessions."""
    chip = FlashFile(folder / "chip", BLOCKS)
    settings = {"AllowOfflineTxForUnknownId": "true"}
    with Stage("unix", folder, settings=settings, flash=chip) as stage:
        stage.start()
        stage.ready()
        stage.advance(30)
        before = counts(chip)
        if offline:
            stage.csms.stop()
            stage.advance(5)
        for _ in range(SESSIONS):
            _session(stage)
        if offline:
            stage.csms.start()
        stage.until(lambda: stage.facts()["undelivered"] == 0, 3600, "delivery")
        stage.advance(10)
        after = counts(chip)
    return tuple(round((b - a) / SESSIONS) for a, b in zip(before, after))


def idle_day(folder: Path) -> tuple:
    """(hundredths of erases, programs) of a day without a driver, by an hour of one."""
    chip = FlashFile(folder / "chip", BLOCKS)
    with Stage("unix", folder, flash=chip) as stage:
        stage.start()
        stage.ready()
        stage.advance(30)
        before = counts(chip)
        stage.advance(HOUR_S)
        after = counts(chip)
    return tuple(24 * (b - a) for a, b in zip(before, after))


def _session(stage):
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy")
    stage.advance(HOUR_S)
    stage.tap()
    stage.until(lambda: not stage.contactor.closed, 30, "the end")
    stage.advance(20)
    stage.vehicle.unplug()
    stage.advance(20)


def counts(chip: FlashFile) -> tuple:
    """(hundredths of erases, programs) so far."""
    log = chip.log
    return 100 * log.count("e"), log.count("p")
