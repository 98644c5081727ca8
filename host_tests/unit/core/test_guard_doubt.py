"""core/safety: a guard that samples the pilot itself opens first; the readings then say why."""

import pytest

from host_tests.unit.core.electrics import Electrics

_HOLD_MS = 30_000


def active(electrics):
    return electrics.connector.faults.active


def trip(electrics, cause):
    """The guard acts in one step, and has seen the request withdrawn in the next."""
    electrics.keeper.cause = cause
    electrics.step()
    assert not electrics.coil.closed
    electrics.keeper.cause = None


@pytest.fixture
def charging():
    return Electrics().charge()


def test_guard_that_opened_for_a_vehicle_that_pauses_is_no_fault_and_keeps_the_offer(charging):
    """IEC 61851-1 row 8.1: a vehicle may open S2 and come back to the same offer."""
    charging.line.letter = "B"
    trip(charging, "high")
    assert charging.connector.offered_ma > 0
    charging.show("B", 1000)
    assert not active(charging) and charging.connector.offered_ma > 0
    charging.show("C", 10_000)
    assert charging.coil.closed


def test_guard_that_opened_for_a_lost_diode_leaves_the_word_to_the_diode(charging):
    charging.line.diode = False
    trip(charging, "diode")
    charging.show("C", 400)
    assert active(charging) == ["diode"]


@pytest.mark.parametrize("cause", ["high", "low", "diode", "residual"])
def test_guard_that_opened_for_what_no_reading_shows_is_a_fault(charging, cause):
    """The pilot says C all the while: interpreter and guard disagree."""
    trip(charging, cause)
    charging.show("C", 150)
    assert not active(charging) and not charging.coil.closed
    charging.show("C", 100)
    assert active(charging) == ["guard_trip"]
    charging.show("C", _HOLD_MS - 1000)
    assert active(charging) == ["guard_trip"] and not charging.coil.closed


def test_guard_that_missed_the_heartbeat_is_a_fault_whatever_the_pilot_says(charging):
    charging.line.letter = "B"
    trip(charging, "beat")
    assert active(charging) == ["guard_trip"]


def test_guard_that_acted_while_the_firmware_did_not_run_is_a_fault_of_the_start():
    electrics = Electrics()
    electrics.keeper.cause = "restart"
    electrics.step()
    assert active(electrics) == ["guard_trip"]
    electrics.keeper.cause = None
    electrics.show("A", _HOLD_MS + 1000)
    assert not active(electrics)


def test_guard_that_is_still_starting_is_no_fault():
    electrics = Electrics()
    electrics.keeper.cause = "counting"
    electrics.show("A", 1000)
    assert not active(electrics)
