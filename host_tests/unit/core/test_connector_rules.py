"""core/connector with its parts: rules that no part can keep alone."""

import pytest

from host_tests.unit.core.fitted import Fitted

X1_BP = 10000
HOUR_MS = 3_600_000


@pytest.fixture
def fitted():
    here = Fitted()
    here.run(6000)
    return here


def sleeping(fitted):
    """An offer that a vehicle sleeps through until the pilot is interrupted."""
    fitted.connector.wake_up.after_ms = 30_000
    fitted.show("B", 2000)
    fitted.permit()
    fitted.until(lambda: fitted.line.duty_bp != X1_BP, 5000)
    return fitted


@pytest.mark.parametrize(
    ("part", "name", "value", "why"),
    [
        ("monitor", "deaf", True, "fault"),
        ("monitor", "leak", True, "fault"),
        ("ground", "there", False, "fault"),
        ("warmth", "celsius_mc", None, "temperature"),
        ("warmth", "celsius_mc", 75_000, "fault"),
        ("plug", "ohm", 100_000, "cable"),
        ("plug", "ohm", None, "cable"),
        ("bolt", "says", False, "lock"),
    ],
)
def test_connector_offers_nothing_before_every_part_is_as_it_must_be(part, name, value, why):
    """Standards §1.4, §1.5."""
    fitted = Fitted()
    setattr(getattr(fitted, part), name, value)
    fitted.show("B", 800)
    fitted.permit()
    refusals = set()
    for _ in range(500):
        fitted.step()
        refusals.add(fitted.connector.refusal)
        assert fitted.line.duty_bp == X1_BP
    assert why in refusals


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [("monitor", "leak", True), ("ground", "there", False), ("plug", "ohm", 100_000),
     ("bolt", "says", False), ("coil", "stuck", False)],
)  # fmt: skip
def test_connector_opens_in_protect_by_itself_when_a_part_fails(part, name, value):
    """DESIGN.md §1.2: nothing of what comes later in a step is needed."""
    fitted = Fitted()
    fitted.run(6000)
    fitted.charge()
    setattr(getattr(fitted, part), name, value)
    for _ in range(200):
        fitted.now_ms += 10
        fitted.connector.protect(fitted.now_ms)
    assert not fitted.coil.closed and not fitted.second.closed


def test_connector_tests_the_monitor_in_each_session(fitted):
    """Standards §1.5."""
    for session in range(3):
        tests = fitted.monitor.tests
        fitted.charge()
        assert fitted.monitor.tests == tests + 1, session
        fitted.end()
        fitted.show("A", 8000)


def test_connector_tests_no_monitor_under_load(fitted):
    fitted.charge()
    tests = fitted.monitor.tests
    fitted.run(30 * HOUR_MS, 60_000)
    assert fitted.coil.closed and fitted.monitor.tests == tests


def test_connector_offers_what_the_cable_carries(fitted):
    """Standards §1.4: the lowest of all limits."""
    fitted.plug.ohm = 1500
    fitted.run(1000)
    fitted.charge(limit_ma=32000)
    assert fitted.connector.offered_ma == 13000
    fitted.plug.ohm = 220
    fitted.run(20_000)
    assert fitted.connector.offered_ma == 13000


def test_connector_offers_what_the_cable_still_carries_when_it_seems_to_change(fitted):
    fitted.charge(limit_ma=32000)
    assert fitted.connector.offered_ma == 32000
    fitted.plug.ohm = 680
    fitted.run(7000)
    assert fitted.connector.offered_ma == 20000


def test_connector_holds_the_plug_until_the_contactor_is_seen_open(fitted):
    """Standards §1.5: a plug that is pulled under load draws an arc."""
    fitted.charge().end()
    while fitted.coil.closed:
        fitted.step()
        assert fitted.bolt.place
    fitted.run(2000)
    assert not fitted.bolt.place


def test_connector_never_unlocks_behind_a_welded_contactor(fitted):
    fitted.charge()
    fitted.coil.stuck = True
    fitted.end()
    fitted.show("A", 20_000)
    assert not fitted.coil.closed and fitted.bolt.place


def test_connector_knows_a_welded_second_contactor_when_the_first_can_not_be_seen(fitted):
    """What is wrong with one is wrong with the pair."""
    fitted.charge()
    fitted.coil.stuck, fitted.second.stuck = "blind", True
    fitted.show("B", 2000)
    assert "contactor_welded" in fitted.connector.faults.active


def test_connector_changes_phases_after_the_offer_ended(fitted):
    """TF, EV, SE: a wrong switching can destroy a vehicle's charger."""
    fitted.line.can_disconnect = True
    moments = []
    was = fitted.line.connect

    def connect(connected):
        moments.append((connected, fitted.line.duty_bp))
        was(connected)

    fitted.line.connect = connect
    fitted.charge()
    fitted.show("B", 1000)
    assert fitted.line.duty_bp != X1_BP and not fitted.coil.closed
    fitted.connector.phases.wanted = 1
    fitted.run(70_000, 10)
    assert fitted.connector.phases.count == 1
    assert moments == [(False, X1_BP), (True, X1_BP)]


@pytest.mark.parametrize("can_disconnect", [False, True])
def test_connector_offers_nothing_while_the_pilot_is_interrupted(fitted, can_disconnect):
    """A.5.3."""
    fitted.line.can_disconnect = can_disconnect
    sleeping(fitted)
    gone_bp = X1_BP if can_disconnect else 0
    fitted.run(29_000)
    assert fitted.until(lambda: fitted.line.duty_bp == gone_bp, 2000) is not None
    took_ms = fitted.until(lambda: fitted.line.duty_bp != gone_bp, 20_000)
    assert took_ms >= 4000


def test_connector_ends_an_interruption_behind_contacts_that_are_seen_closed(fitted):
    """What may be live must be watched."""
    sleeping(fitted)
    fitted.until(lambda: fitted.line.duty_bp == 0, 40_000)
    fitted.coil.stuck = True
    fitted.run(30)
    assert fitted.line.duty_bp == X1_BP


def test_connector_believes_nothing_of_before_an_interruption(fitted):
    """Another vehicle may hang at the line."""
    fitted.charge()
    fitted.connector.phases.wanted = 1
    fitted.until(lambda: fitted.line.duty_bp == 0, 20_000)
    assert fitted.connector.state is None and not fitted.connector.ready
    fitted.until(lambda: fitted.line.duty_bp != 0, 100_000)
    assert fitted.until(lambda: fitted.connector.ready, 5000) >= 500


def test_connector_holds_a_fault_when_the_guard_took_a_closed_contactor_for_a_moment(fitted):
    """What made the guard act is not over because it let go again."""
    fitted.charge()
    fitted.keeper.cause = "heartbeat"
    fitted.step()
    fitted.keeper.cause = None
    assert not fitted.coil.closed and "guard_trip" in fitted.connector.faults.active
    assert fitted.until(lambda: fitted.coil.closed, 60_000) >= 30_000
