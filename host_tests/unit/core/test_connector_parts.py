"""core/connector with its parts: what each does to a session, and the pilot interrupted."""

import pytest

from chargepoint.core import lock, timing
from host_tests.unit.core.electrics import X1_BP, Coil, Electrics
from host_tests.unit.core.parts import Bolt, Monitor, Reading, Thermometer, Value

F_BP = 0


def metered(electrics, amps, volts=230):
    """A reading of this moment."""
    electrics.connector.reading = Reading(electrics.now_ms, (amps,) * 3, (volts,) * 3)


def socket(**parts):
    """A socket with a bolt and a 32 A cable, charging for a driver who holds the plug."""
    parts = {"proximity": Value(220), "lock": Bolt(), **parts}
    electrics = Electrics(parts=parts, socket=True)
    electrics.connector.holds_plug = True
    electrics.show("B", 2000)
    return electrics


# -- residual current ---------------------------------------------------------------------------


@pytest.mark.parametrize("every", [10, 100])
def test_connector_offers_only_after_the_self_test_of_this_session(every):
    """TF: in every state A; standards §1.5."""
    monitor = Monitor()
    electrics = Electrics(parts={"residual": monitor})
    assert monitor.inputs.count(True) == 1
    electrics.permit()
    monitor.dead = True
    electrics.show("B", 20_000, every)
    assert monitor.inputs.count(True) == 2
    assert electrics.line.duty_bp == X1_BP and electrics.connector.offered_ma == 0
    assert electrics.connector.faults.active == ["residual_test"]
    assert electrics.connector.verdicts()["residual current"] == "failed"


def test_connector_gives_no_offer_for_a_moment_to_a_vehicle_whose_test_is_due():
    """A transaction that outlived its plug: the test comes before the PWM, not after it."""
    monitor = Monitor()
    electrics = Electrics(parts={"residual": monitor})
    electrics.permit()
    for tests in (2, 3, 4):
        electrics.line.letter = "B"
        while electrics.line.duty_bp == X1_BP:
            electrics.step()
        assert monitor.inputs.count(True) == tests and monitor.inputs[-1] is False
        electrics.show("A", 1000)


def test_connector_opens_in_the_second_reading_of_a_residual_current():
    monitor = Monitor()
    electrics = Electrics(parts={"residual": monitor}).charge()
    monitor.fault = True
    electrics.step()
    assert electrics.coil.closed
    electrics.step()
    assert not electrics.coil.closed
    assert electrics.connector.faults.active == ["residual_current"]
    monitor.fault = False
    electrics.run(timing.RESIDUAL_HOLD_MS - 1000, every=100)
    assert electrics.connector.faults.active == ["residual_current"]
    electrics.run(10_000)
    assert electrics.coil.closed


def test_connector_never_tests_the_monitor_while_it_is_energised():
    monitor = Monitor()
    electrics = Electrics(parts={"residual": monitor}).charge()
    tests = monitor.inputs.count(True)
    electrics.run(timing.RESIDUAL_TEST_AGE_MS + 60_000, every=10_000)
    assert electrics.coil.closed and monitor.inputs.count(True) == tests


# -- earth and temperature ----------------------------------------------------------------------


def test_connector_opens_when_the_earth_is_lost():
    earth = Value(True)
    electrics = Electrics(parts={"earth": earth}).charge()
    earth.value = False
    took_ms = electrics.until(lambda: not electrics.coil.closed, 1000)
    assert took_ms == timing.EARTH_LOST_MS + 10
    assert electrics.connector.faults.worst[:2] == ("earth", "GroundFailure")


def test_connector_keeps_its_offer_while_the_earth_flickers():
    earth = Value(True)
    electrics = Electrics(parts={"earth": earth}).charge()
    duties = len(electrics.line.duties)
    for _ in range(20):
        earth.value = None
        electrics.run(200)
        earth.value = True
        electrics.run(50)
    assert electrics.coil.closed and len(electrics.line.duties) == duties


def test_connector_offers_less_when_it_is_hot_and_ends_orderly_at_the_cut():
    thermometer = Thermometer(20)
    electrics = Electrics(parts={"thermometer": thermometer}).charge(32_000)
    assert electrics.connector.offered_ma == 32_000
    thermometer.celsius_mc = 65_000
    electrics.run(6000)
    assert electrics.connector.offered_ma == 19_000
    assert electrics.connector.limits.binding == "temperature"
    thermometer.celsius_mc = 70_000
    electrics.step()
    assert electrics.line.duty_bp == X1_BP and electrics.coil.closed
    assert electrics.until(lambda: not electrics.coil.closed, 10_000) == timing.STOP_PATIENCE_MS


# -- cable and lock -----------------------------------------------------------------------------


def test_connector_offers_what_the_cable_carries():
    electrics = socket(proximity=Value(1500))
    electrics.permit(32_000)
    electrics.run(1000)
    assert electrics.connector.offered_ma == 13_000
    assert electrics.connector.limits.binding == "cable"


def test_connector_offers_only_once_the_bolt_is_in():
    """Standards §1.5: locked before energising."""
    bolt = Bolt()
    electrics = Electrics(parts={"proximity": Value(220), "lock": bolt}, socket=True)
    bolt.stuck = True
    electrics.connector.holds_plug = True
    electrics.permit()
    electrics.show("B", 2000)
    assert electrics.line.duty_bp == X1_BP and electrics.connector.refusal == "lock"
    bolt.stuck = False
    electrics.run(3000)
    electrics.show("C", 1000)
    assert electrics.coil.closed and bolt.in_place


def test_connector_holds_the_plug_until_the_contactor_is_seen_open():
    """A plug is never let go under voltage."""
    bolt = Bolt()
    electrics = socket(lock=bolt)
    electrics.permit()
    electrics.run(1000)
    electrics.show("C", 1000)
    assert electrics.coil.closed and bolt.in_place
    electrics.connector.permitted = electrics.connector.holds_plug = False
    while electrics.coil.closed:
        electrics.step()
        assert bolt.in_place
    electrics.run(1000)
    assert not bolt.in_place


def test_connector_holds_the_plug_of_a_welded_contactor():
    bolt = Bolt()
    electrics = socket(lock=bolt)
    electrics.permit()
    electrics.run(1000)
    electrics.show("C", 1000)
    electrics.coil.stuck = True
    electrics.connector.permitted = electrics.connector.holds_plug = False
    electrics.show("B", 60_000)
    assert bolt.in_place and "contactor_welded" in electrics.connector.faults.active
    electrics.coil.stuck = None
    electrics.run(2000)
    assert not bolt.in_place


def test_connector_opens_when_the_bolt_is_lost():
    bolt = Bolt()
    electrics = socket(lock=bolt)
    electrics.permit()
    electrics.run(1000)
    electrics.show("C", 1000)
    bolt.in_place, bolt.stuck = False, True
    took_ms = electrics.until(lambda: not electrics.coil.closed, 2000)
    assert took_ms == timing.LOCK_LOST_MS + 10
    assert electrics.connector.faults.worst[1] == "ConnectorLockFailure"


def test_connector_drives_the_bolt_out_when_power_returns():
    bolt = Bolt(in_place=True)
    electrics = Electrics(parts={"proximity": Value(220), "lock": bolt}, socket=True)
    assert not bolt.in_place and electrics.connector.protection.lock.state == lock.OUT


# -- currents -----------------------------------------------------------------------------------


def test_connector_opens_when_the_vehicle_takes_more_than_it_was_offered():
    electrics = Electrics().charge(16_000)
    for _ in range(20):
        metered(electrics, 25)
        electrics.run(1000)
        if not electrics.coil.closed:
            break
    assert not electrics.coil.closed
    assert electrics.connector.faults.active == ["overcurrent"]


def test_connector_that_sees_no_contacts_finds_them_welded_by_their_current():
    """SE: more than an ampere, five seconds after the opening."""
    electrics = Electrics(rest=False)
    electrics.coil.stuck = "blind"
    electrics.run(6000)
    electrics.charge()
    electrics.show("B", 100)
    for _ in range(8):
        metered(electrics, 10)
        electrics.run(1000)
    assert electrics.connector.faults.active == ["contactor_welded"]
    assert electrics.connector.verdicts()["contactor"] == "not monitored"


# -- a pilot that is interrupted ----------------------------------------------------------------


def sleeping(can_disconnect=False):
    electrics = Electrics()
    electrics.line.can_disconnect = can_disconnect
    electrics.connector.wake_up.after_ms = 30_000
    electrics.show("B", 1000)
    electrics.permit()
    return electrics


@pytest.mark.parametrize("every", [10, 100])
def test_connector_wakes_a_vehicle_with_4_s_of_state_f(every):
    """A.5.3; 12 V follows at once, PWM within its interval, and no fault is seen in it."""
    electrics = sleeping()
    took_ms = electrics.until(lambda: electrics.line.duty_bp == F_BP, 60_000, every)
    assert abs(took_ms - 30_000) <= 2 * every
    took_ms = electrics.until(lambda: electrics.line.duty_bp != F_BP, 10_000, every)
    assert took_ms == timing.WAKE_PULSE_MS and electrics.line.duty_bp == X1_BP
    took_ms = electrics.until(lambda: electrics.connector.offered_ma, 10_000, every)
    assert took_ms <= timing.DUTY_INTERVAL_MS - timing.WAKE_PULSE_MS + every
    assert electrics.connector.faults.active == [] and electrics.connector.plugged
    electrics.show("C", 2000, every)
    assert electrics.coil.closed
    assert "unplugged" not in electrics.words()


def test_connector_takes_the_pilot_off_where_it_can():
    electrics = sleeping(can_disconnect=True)
    electrics.until(lambda: not electrics.line.connected, 60_000)
    assert electrics.line.duty_bp == X1_BP
    assert electrics.until(lambda: electrics.line.connected, 10_000) == timing.WAKE_PULSE_MS
    electrics.run(2000)
    electrics.show("C", 2000)
    assert electrics.coil.closed


@pytest.mark.parametrize("letter", ["A", "C", "E"])
def test_connector_closes_nothing_on_what_the_line_shows_in_the_pulse(letter):
    electrics = sleeping(can_disconnect=True)
    electrics.until(lambda: not electrics.line.connected, 60_000)
    electrics.line.letter = letter
    while not electrics.line.connected:
        assert not electrics.coil.closed and electrics.connector.state is None
        electrics.step()
    electrics.run(100)
    assert electrics.connector.plugged == (letter != "A")


def test_connector_ends_the_pulse_when_the_offer_is_withdrawn():
    electrics = sleeping()
    electrics.until(lambda: electrics.line.duty_bp == F_BP, 60_000)
    electrics.connector.permitted = False
    electrics.run(20)
    assert electrics.line.duty_bp == X1_BP and electrics.connector.session == "plugged"


def test_cable_that_is_pulled_from_the_socket_in_the_pulse_ends_it():
    """The pilot can't tell then; the proximity resistor can."""
    proximity = Value(220)
    electrics = socket(proximity=proximity)
    electrics.connector.wake_up.after_ms = 30_000
    electrics.permit()
    electrics.until(lambda: electrics.line.duty_bp == F_BP, 60_000)
    proximity.value, electrics.line.letter = 100_000, "A"
    took_ms = electrics.until(lambda: not electrics.connector.plugged, 4000)
    assert took_ms <= timing.CABLE_SETTLE_MS + 200
    assert electrics.words()[-1] == "unplugged"


# -- one and three phases -----------------------------------------------------------------------


def switching():
    second = Coil()
    electrics = Electrics(parts={"second_relay": second})
    electrics.second = second
    return electrics.charge()


def test_connector_closes_both_contactors_for_three_phases():
    electrics = switching()
    assert electrics.coil.closed and electrics.second.closed
    electrics.line.letter = "B"
    assert electrics.until(lambda: not electrics.coil.closed, 1000) <= 50
    assert not electrics.second.closed


def test_connector_changes_to_one_phase_without_load_and_after_a_minute_without_pilot():
    """TF, EV, SE: a wrong switching destroys chargers."""
    electrics = switching()
    electrics.connector.phases.wanted = 1
    electrics.run(20)
    assert electrics.connector.refusal == "phases" and electrics.line.duty_bp == X1_BP
    electrics.line.letter = "B"
    electrics.until(lambda: electrics.line.duty_bp == F_BP, 1000)
    assert not electrics.coil.closed and not electrics.second.closed
    took_ms = electrics.until(lambda: electrics.line.duty_bp != F_BP, 100_000)
    assert took_ms == timing.PHASE_CUT_MS
    electrics.run(6000)
    electrics.show("C", 2000)
    assert electrics.coil.closed and not electrics.second.closed
    assert electrics.connector.energised and electrics.connector.faults.active == []


@pytest.mark.parametrize("name", ["coil", "second"])
def test_connector_with_one_welded_contactor_of_two_closes_neither(name):
    electrics = switching()
    getattr(electrics, name).stuck = True
    electrics.show("B", 2000)
    assert electrics.connector.faults.worst[0] == "contactor_welded"
    electrics.show("C", 60_000)
    assert not electrics.coil.closed and not electrics.second.closed


def test_connector_without_a_second_contactor_never_interrupts_for_phases():
    electrics = Electrics().charge()
    electrics.connector.phases.wanted = 1
    electrics.run(10_000)
    assert electrics.coil.closed and electrics.connector.phases.count == 3
