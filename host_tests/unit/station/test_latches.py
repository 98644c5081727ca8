"""latches: what a restart must not forget, and what each kind of start is a remedy for."""

import pytest

from chargepoint.core.faults import FaultBook
from chargepoint.latches import Latches


class Drawer(dict):
    writes = 0

    def put(self, name, data):
        self.writes += 1
        self[name] = data


def books():
    names = ("contactor_welded", "diode")
    return [FaultBook(("safe_mode", "reader_silent")), FaultBook(names), FaultBook(names)]


@pytest.fixture
def drawer():
    return Drawer()


def weld(drawer):
    station = books()
    latches = Latches(station, drawer)
    station[2].put("contactor_welded", True, 0)
    latches.keep()
    return station, latches


def restarted(drawer, powered=False, reset=False):
    station = books()
    Latches(station, drawer).restore(powered, reset)
    for now_ms in (0, 40_000):
        station[2].put("contactor_welded", False, now_ms)
    return [book.active for book in station]


def test_latched_fault_is_there_again_after_a_crash_and_a_reset(drawer):
    weld(drawer)
    assert restarted(drawer) == [[], [], ["contactor_welded"]]
    assert restarted(drawer, reset=True) == [[], [], ["contactor_welded"]]


def test_latched_fault_may_end_after_the_power_was_off(drawer):
    weld(drawer)
    assert restarted(drawer, powered=True) == [[], [], []]


def test_fault_that_ended_is_not_kept(drawer):
    station, latches = weld(drawer)
    station[2].recover("power")
    station[2].put("contactor_welded", False, 100)
    station[2].put("contactor_welded", False, 40_000)
    latches.keep()
    assert drawer["latched"] == b"" and restarted(drawer) == [[], [], []]


def test_fault_that_does_not_latch_is_not_kept(drawer):
    station = books()
    latches = Latches(station, drawer)
    station[1].put("diode", True, 0)
    latches.keep()
    assert drawer == {}


def test_nothing_is_written_again_while_nothing_changes(drawer):
    _, latches = weld(drawer)
    for _ in range(5):
        latches.keep()
    assert drawer.writes == 1


@pytest.mark.parametrize(
    "saved", [b"9:contactor_welded", b"x:y", b"2", b"2:", b"2:no_such_fault", b"\xff\xfe 1 ::"]
)
def test_what_is_kept_of_another_station_or_version_does_no_harm(drawer, saved):
    drawer["latched"] = saved
    assert restarted(drawer) == [[], [], []]


@pytest.mark.parametrize(
    "kept", [b"1:\xff", b"\xff", b"9:diode", b":diode", b"1:no_such_fault", b"1"]
)
def test_what_another_program_kept_is_no_fault(drawer, kept):
    drawer["latched"] = kept
    assert restarted(drawer) == [[], [], []]
