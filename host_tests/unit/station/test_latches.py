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


# -- counts, and the technician -----------------------------------------------------------------


def leak(drawer, times, start_ms=0):
    """``times`` residual currents, each of which ended by itself if it may."""
    station = [FaultBook(("safe_mode",)), FaultBook(("residual_current",))]
    latches = Latches(station, drawer)
    latches.restore(powered=True, reset=True)
    now_ms = start_ms
    for _ in range(times):
        for present, ms in ((True, 10), (False, 10), (False, 300_000)):
            now_ms += ms
            station[1].put("residual_current", present, now_ms)
            latches.keep()
    return station[1], latches, now_ms


def test_attempts_are_counted_over_restarts_and_power_cuts(drawer):
    """A power cycle gives a leaking installation no three more tries."""
    for times in (1, 2, 3):
        book, _, _ = leak(drawer, 1)
        assert not book.active
        assert drawer["latched"] == b"1:residual_current:%d:0" % times
    book, _, _ = leak(drawer, 1)
    assert book.active and drawer["latched"] == b"1:residual_current:4:1"
    book, _, _ = leak(drawer, 0)
    assert book.active == ["residual_current"]


def test_technician_ends_what_waits_for_one_and_the_count_begins_anew(drawer):
    book, latches, now_ms = leak(drawer, 4)
    assert book.active
    latches.technician()
    book.put("residual_current", False, now_ms + 10)
    latches.keep()
    assert not book.active and drawer["latched"] == b""
    book, _, _ = leak(drawer, 3)
    assert not book.active


def test_technician_ends_nothing_whose_cause_is_there(drawer):
    book, latches, now_ms = leak(drawer, 4)
    book.put("residual_current", True, now_ms + 10)
    latches.technician()
    latches.keep()
    assert book.active and drawer["latched"] == b"1:residual_current:0:1"
    book.put("residual_current", True, now_ms + 1_000_000)
    assert book.active


def test_technician_is_no_power_cycle(drawer):
    station, latches = weld(drawer)
    latches.technician()
    for now_ms in (10, 100_000):
        station[2].put("contactor_welded", False, now_ms)
    assert station[2].active == ["contactor_welded"]


def test_technician_with_nothing_to_do_writes_nothing(drawer):
    latches = Latches(books(), drawer)
    latches.keep()
    latches.technician()
    latches.keep()
    assert drawer == {} and drawer.writes == 0


@pytest.mark.parametrize("count", [b"999999999999", b"-1", b"1.5", b"", b"x", b"\xff"])
def test_count_that_can_not_be_is_bounded_or_passed_over(drawer, count):
    drawer["latched"] = b"1:residual_current:" + count + b":1"
    book = FaultBook(("residual_current",))
    Latches([FaultBook(()), book], drawer).restore(powered=True, reset=True)
    assert book.latched() in ([], [("residual_current", 99, True)])


def test_latched_fault_of_the_version_before_is_not_forgotten_by_an_update(drawer):
    """0.2.0 kept ``number:name``."""
    drawer["latched"] = b"2:contactor_welded"
    assert restarted(drawer) == [[], [], ["contactor_welded"]]
