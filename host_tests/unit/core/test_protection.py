"""core/protection: the parts that a board carries, and what it says of those it does not."""

import pytest

from chargepoint.core.faults import FAULTS, FaultBook
from chargepoint.core.limits import Limits
from chargepoint.core.protection import NOT_MONITORED, Protection
from chargepoint.core.rows import find
from host_tests.unit.core.parts import Bench, Bolt, Monitor, Reading, Thermometer, Value

ALL = ("residual current", "protective earth", "temperature", "cable rating", "cable lock")
ALL += ("over-current", "mains voltage")


class Fitted:
    """The ports of a board that has what is ``given``."""

    def __init__(self, **given):
        self.residual = self.earth = self.thermometer = self.proximity = self.lock = None
        vars(self).update(given)


def full(**changes):
    parts = {
        "residual": Monitor(),
        "earth": Value(True),
        "thermometer": Thermometer(),
        "proximity": Value(220),
        "lock": Bolt(in_place=True),
    }
    return Fitted(**{**parts, **changes})


def running(ports, socket=True, ms=2000):
    protection = Protection(ports, {"max_ma": 32_000, "socket": socket})
    if protection.residual is not None:
        protection.residual.idle = True
    if protection.lock is not None:
        protection.lock.wanted = True
    bench = Bench(protection)
    bench.book = FaultBook(protection.faults)
    return bench.run(ms)


def test_protection_of_a_bare_board_monitors_nothing_and_says_so():
    """Not monitored is never told as healthy."""
    bench = running(Fitted(), socket=False)
    assert bench.part.verdicts() == {name: NOT_MONITORED for name in ALL}
    assert bench.part.why is None
    assert bench.part.faults == ("overcurrent", "over_voltage", "under_voltage")


def test_protection_of_a_full_board_passes_and_says_so():
    bench = running(full())
    bench.part.currents.take(Reading(bench.now_ms, (1,), (230,)))
    assert bench.part.verdicts() == {name: "passed" for name in ALL}
    assert bench.part.why is None and bench.faults == []


def test_protection_knows_the_faults_of_its_parts_and_all_are_in_the_table():
    known = running(full()).part.faults
    assert len(set(known)) == len(known) == 10
    assert set(known) <= {row[0] for row in FAULTS}


@pytest.mark.parametrize(
    ("changes", "word", "part", "verdict"),
    [
        ({"residual": Monitor(can_test=True)}, None, "residual current", "passed"),
        ({"earth": Value(False)}, "protective earth", "protective earth", "failed"),
        ({"thermometer": Thermometer(80)}, "temperature", "temperature", "failed"),
        ({"thermometer": Thermometer(None)}, "temperature", "temperature", "unknown"),
        ({"proximity": Value(100_000)}, "cable", "cable rating", "passed"),
        ({"proximity": Value(None)}, "cable", "cable rating", "unknown"),
        ({"lock": Bolt(sense=False)}, "lock", "cable lock", "unknown"),
        ({"lock": Bolt(sense="blind")}, None, "cable lock", NOT_MONITORED),
    ],
)
def test_protection_tells_the_part_that_is_not_as_it_must_be(changes, word, part, verdict):
    protection = running(full(**changes)).part
    assert protection.why == word and protection.verdicts()[part] == verdict


def test_protection_names_the_first_of_several():
    ports = full(earth=Value(False), thermometer=Thermometer(80), proximity=Value(0))
    assert running(ports).part.why == "protective earth"


def test_protection_needs_every_part_before_its_first_reading():
    protection = Protection(full(), {"max_ma": 32_000, "socket": True})
    assert protection.why == "residual current"
    assert protection.verdicts()["residual current"] == "unknown"


def test_socket_without_proximity_is_refused():
    """The cable's rating would be a guess."""
    with pytest.raises(ValueError, match="a socket without proximity: expected"):
        Protection(Fitted(lock=Bolt()), {"max_ma": 32_000, "socket": True})


def test_fixed_cable_has_neither_proximity_nor_lock():
    bolt = Bolt()
    bench = running(full(lock=bolt), socket=False)
    assert bench.part.cable is None and bench.part.lock is None and bolt.drives == []
    assert bench.part.verdicts()["cable lock"] == NOT_MONITORED


def test_protection_tells_the_limits_of_cable_and_heat():
    bench = running(full(proximity=Value(680), thermometer=Thermometer(65)))
    limits = Limits(63_000)
    bench.part.limit(limits)
    assert (limits.lowest_ma, limits.binding) == (19_000, "temperature")
    bench.part.limit(limits)
    running(full(proximity=Value(1500))).part.limit(limits)
    assert (limits.lowest_ma, limits.binding) == (13_000, "cable")


def test_protection_without_cable_and_thermometer_limits_nothing():
    limits = Limits(63_000)
    running(Fitted(), socket=False).part.limit(limits)
    assert limits.lowest_ma == 63_000


@pytest.mark.parametrize(
    ("options", "expected"),
    [({"derate_c": 70, "cut_c": 60}, "expected 0 < derate_c"), ({"cut_c": 200}, "<= 90")],
)
def test_protection_refuses_a_curve_that_is_none(options, expected):
    with pytest.raises(ValueError, match=expected):
        Protection(full(), {"max_ma": 32_000, **options})


def test_row_is_found_and_an_event_without_one_is_a_bug():
    rows = (("idle", "plug", "busy", "close"), ("busy", "unplug", "idle", None))
    assert find(rows, "busy", "unplug") == ("busy", "unplug", "idle", None)
    with pytest.raises(ValueError, match="no row for unplug in state idle"):
        find(rows, "idle", "unplug")
    with pytest.raises(ValueError, match="no row for plug in state None"):
        find(rows, None, "plug")
