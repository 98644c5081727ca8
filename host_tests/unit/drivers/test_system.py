"""drivers/system: random bytes, why the processor started, how it starts anew, log lines."""

import machine
import pytest

from chargepoint.drivers.system import MachineReset, OsRandom, PrintLog


@pytest.fixture
def bench():
    def started(cause):
        machine.use(machine.Bench(cause=cause))
        return machine.current

    return started


@pytest.mark.parametrize(
    ("cause", "word"),
    [
        (machine.PWRON_RESET, "power"),
        (machine.WDT_RESET, "watchdog"),
        (machine.HARD_RESET, "reset"),
        (machine.SOFT_RESET, "reset"),
        (machine.DEEPSLEEP_RESET, "reset"),
        (0, "reset"),  # the ESP32 does not know
    ],
)
def test_the_cause_of_a_start_is_one_of_three_words(bench, cause, word):
    bench(cause)
    assert MachineReset(machine).cause == word


@pytest.mark.parametrize(("hard", "kind"), [(True, "hard"), (False, "soft")])
def test_a_reset_is_hard_or_soft(bench, hard, kind):
    registers = bench(machine.PWRON_RESET)
    MachineReset(machine).now(hard)
    assert registers.take()["r"] == kind


def test_random_bytes_are_those_of_the_system():
    class System:
        def urandom(self, count):
            return bytes(range(count))

    assert OsRandom(System()).take(4) == b"\x00\x01\x02\x03"


def test_a_line_says_its_level(capsys):
    PrintLog().write("warning", "link closed: refused")
    assert capsys.readouterr().out == "warning: link closed: refused\n"


@pytest.mark.parametrize(
    ("least", "shown"),
    [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)],
)
def test_what_is_below_the_least_level_is_not_shown(capsys, least, shown):
    log = PrintLog(least)
    for level in ("debug", "info", "warning", "error"):
        log.write(level, "text")
    assert len(capsys.readouterr().out.splitlines()) == shown


def test_a_level_that_there_is_not_is_a_bug():
    with pytest.raises(ValueError):
        PrintLog().write("loud", "text")
