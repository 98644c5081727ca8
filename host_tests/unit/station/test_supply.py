"""supply: profiles, the shared supply and what is offered, on whole stations."""

from pathlib import Path

import pytest

from host_tests.harness.stage import CARD, CARD_TAG, IDENTITY, Stage
from host_tests.scenarios.test_smart_charging import ask, clock, draws, install, profile

FRIEND = bytes.fromhex("AABBCCDD")


@pytest.fixture
def make():
    stages = []

    def make(**options):
        stage = Stage("in_process", Path("."), **options)
        stages.append(stage)
        stage.csms.add_card("AABBCCDD")
        stage.start()
        return stage.ready()

    yield make
    for stage in stages:
        stage.__exit__()


@pytest.fixture
def stage(make):
    return make()


@pytest.fixture
def two(make):
    """Two connectors on 32 A that both charge as much as they may."""
    stage = make(connectors=2)
    for number, uid in ((1, CARD), (2, FRIEND)):
        stage.world.connectors[number].vehicle.plug_in(amps=32)
        stage.tap(uid)
        stage.advance(15)
    return stage


def offered(stage):
    return [connector["offered_ma"] for connector in stage.facts()["connectors"]]


def drawn(stage):
    """Milliamperes on L1 of both together."""
    return sum(outlet.meter.current_ma[0] for outlet in stage.world.connectors.values())


def watched(stage, seconds, most_ma):
    """Let time pass, and see that all draw no more than this at any moment."""
    for _ in range(seconds * 10):
        stage.advance(0.1)
        assert drawn(stage) <= most_ma


def test_second_vehicle_waits_as_preparing_until_the_first_has_come_down(make):
    """IEC 61851-1 table A.6 row 6: a vehicle may take 5 s; never 32 A and 16 A together."""
    stage = make(connectors=2)
    stage.world.connectors[1].vehicle.plug_in(amps=32)
    stage.tap()
    stage.advance(15)
    assert offered(stage) == [32_000, 0]
    stage.world.connectors[2].vehicle.plug_in(amps=32)
    stage.advance(1)
    stage.tap(FRIEND)
    watched(stage, 15, 32_100)
    assert offered(stage) == [16_000, 16_000]
    assert stage.csms.statuses(IDENTITY, 2) == ["Available", "Preparing", "Charging"]


def test_vehicle_gets_what_the_other_leaves(two):
    assert offered(two) == [16_000, 16_000]
    two.tap(CARD)
    watched(two, 20, 32_100)
    assert offered(two) == [0, 32_000]


def test_maximum_of_the_station_is_shared(two):
    """OCPP 1.6 §3.13.1: ChargePointMaxProfile limits the sum."""
    install(two, profile(1, "ChargePointMaxProfile", [(0, 20)]))
    two.advance(15)
    assert offered(two) == [10_000, 10_000]
    install(two, profile(1, "ChargePointMaxProfile", [(0, 11)]))
    two.advance(20)
    # Not enough for two: one goes on, the other pauses (table A.7).
    assert offered(two) == [11_000, 0]
    assert two.status(2) == "SuspendedEVSE"


def test_pause_of_one_is_the_gain_of_the_other(two):
    """A TxDefaultProfile of connector 1 goes before that of connector 0."""
    install(two, profile(1, "TxDefaultProfile", [(0, 20)]))
    install(two, profile(2, "TxDefaultProfile", [(0, 0)]), connector=1)
    watched(two, 20, 32_100)
    assert offered(two) == [0, 20_000]


def test_composite_of_the_station_is_the_total(two):
    """OCPP 1.6 §5.7: connector 0."""
    install(two, profile(1, "TxDefaultProfile", [(0, 7)], stackLevel=1), connector=1)
    install(two, profile(2, "TxDefaultProfile", [(0, 8)], stackLevel=1), connector=2)

    def limit(connector, unit="A"):
        wanted = {"connectorId": connector, "duration": 60, "chargingRateUnit": unit}
        told = ask(two, "GetCompositeSchedule", wanted)["chargingSchedule"]
        return [each["limit"] for each in told["chargingSchedulePeriod"]]

    assert [limit(0), limit(1), limit(2)] == [[15], [7], [8]]
    assert limit(0, "W") == [15 * 230 * 3]
    install(two, profile(3, "ChargePointMaxProfile", [(0, 7.5)]))
    assert [limit(0), limit(1), limit(2)] == [[7.5], [7], [7.5]]


def test_rise_by_the_clock_waits_for_a_random_delay_and_a_fall_does_not(make):
    """RandomDelay: thousands of stations do not switch on in the same second."""
    stage = make(settings={"RandomDelay": "600"})
    wanted = profile(1, "TxDefaultProfile", [(0, 8), (60, 16), (900, 6)], kind="Absolute")
    wanted["chargingSchedule"]["startSchedule"] = clock(stage)
    begun_ms = stage.now_ms
    install(stage, wanted)
    stage.charge(1, amps=32)
    stage.until(lambda: offered(stage) == [16_000], 700, "the rise")
    risen_s = (stage.now_ms - begun_ms) / 1000
    assert 62 < risen_s < 670
    stage.until(lambda: offered(stage) == [6_000], 900, "the fall")
    assert (stage.now_ms - begun_ms) / 1000 < 910


def test_rise_that_the_back_end_asks_for_does_not_wait(make):
    stage = make(settings={"RandomDelay": "600"})
    install(stage, profile(1, "TxDefaultProfile", [(0, 8)]))
    stage.charge(1, amps=32)
    install(stage, profile(1, "TxDefaultProfile", [(0, 12)]))
    draws(stage, 12)


def test_profile_of_one_phase_switches_a_board_that_can(stage):
    """OCPP 1.6 §7.13 numberPhases; ConnectorSwitch3to1PhaseSupported."""
    wanted = profile(1, "TxDefaultProfile", [(0, 3680)], unit="W")
    wanted["chargingSchedule"]["chargingSchedulePeriod"][0]["numberPhases"] = 1
    install(stage, wanted)
    stage.advance(10)
    stage.charge(20, amps=32)
    current = stage.outlet.meter.current_ma
    assert 15_850 < current[0] <= 16_000 and current[1:] == [0, 0]
    told = ask(stage, "GetCompositeSchedule", {"connectorId": 1, "duration": 60})
    period = told["chargingSchedule"]["chargingSchedulePeriod"][0]
    assert period == {"startPeriod": 0, "limit": 16, "numberPhases": 1}


def test_watts_are_never_more_while_three_phases_are_still_connected(stage):
    """A board that can switch spreads watts over what is connected, not what is wished."""
    stage.charge(10, amps=32)
    wanted = profile(1, "TxDefaultProfile", [(0, 6000)], unit="W")
    wanted["chargingSchedule"]["chargingSchedulePeriod"][0]["numberPhases"] = 1
    install(stage, wanted)
    stage.advance(15)
    for _ in range(120):
        stage.advance(1)
        assert sum(stage.outlet.meter.current_ma) * 230 <= 6_010_000
    assert stage.outlet.meter.current_ma[1:] == [0, 0] < stage.outlet.meter.current_ma[:1]


def test_clock_that_is_set_in_a_session_counts_at_once(stage):
    """Standards §2.9: what is absolute follows the clock, what is relative does not."""
    stage.charge(5, amps=32)
    later = clock(stage, 7200)
    wanted = profile(1, "TxDefaultProfile", [(0, 9)], kind="Absolute", startSchedule=later)
    install(stage, wanted)
    stage.advance(15)
    assert offered(stage) == [32_000]
    set_clock(stage, clock(stage, 7300))
    stage.until(lambda: offered(stage) == [9_000], 15, "the limit")
    # Set back again: the limit is not yet.
    set_clock(stage, clock(stage, -7300))
    stage.until(lambda: offered(stage) == [32_000], 15, "no limit")


def set_clock(stage, told):
    stage.csms.answer("Heartbeat", with_=lambda usual: {"currentTime": told})
    ask(stage, "TriggerMessage", {"requestedMessage": "Heartbeat"})


def test_remote_start_profile_waits_for_its_own_transaction(stage):
    """OCPP 1.6 §5.11: another card's transaction is not limited by it."""
    wanted = {"idTag": CARD_TAG, "connectorId": 1}
    wanted["chargingProfile"] = profile(1, "TxProfile", [(0, 6)])
    assert ask(stage, "RemoteStartTransaction", wanted) == {"status": "Accepted"}
    # The driver does not come in time; later a friend does.
    stage.until_status("Available", 90)
    stage.advance(60)
    stage.vehicle.plug_in(amps=32)
    stage.tap(FRIEND)
    draws(stage, 32)
    stage.tap(FRIEND)


def test_remote_start_profile_holds_after_the_back_end_was_asked(stage):
    """AuthorizeRemoteTxRequests: the Authorize in between takes nothing away."""
    key = {"key": "AuthorizeRemoteTxRequests", "value": "true"}
    assert ask(stage, "ChangeConfiguration", key) == {"status": "Accepted"}
    wanted = {"idTag": CARD_TAG, "connectorId": 1}
    wanted["chargingProfile"] = profile(1, "TxProfile", [(0, 6)])
    assert ask(stage, "RemoteStartTransaction", wanted) == {"status": "Accepted"}
    stage.vehicle.plug_in(amps=32)
    draws(stage, 6)
    assert len(stage.csms.calls(IDENTITY, "Authorize")) == 1


def test_profiles_keep_running_off_line(stage):
    """OCPP 1.6 §3.13.5."""
    wanted = profile(1, "TxDefaultProfile", [(0, 10), (60, 8)])
    install(stage, wanted)
    stage.charge(1, amps=32)
    stage.csms.stop()
    draws(stage, 10)
    stage.advance(60)
    draws(stage, 8)
    stage.csms.start()
    stage.until(lambda: stage.csms.online(IDENTITY), 240, "the back end")


@pytest.mark.parametrize("lacks, told", [((), "true"), (("second_relay",), "false")])
def test_back_end_is_told_whether_phases_can_be_switched(make, lacks, told):
    """OCPP 1.6 §9.4.5: the board tells."""
    stage = make(lacks=lacks)
    asked = ask(stage, "GetConfiguration", {"key": ["ConnectorSwitch3to1PhaseSupported"]})
    assert asked["configurationKey"][0]["value"] == told


def test_remote_start_profile_that_makes_no_sense_starts_nothing(stage):
    """Errata 3.41."""
    wanted = {"idTag": CARD_TAG, "connectorId": 1}
    wanted["chargingProfile"] = profile(1, "TxProfile", [(5, 6)])
    asked = stage.csms.call(IDENTITY, "RemoteStartTransaction", wanted)
    stage.until(lambda: asked.done, 5, "an answer")
    assert asked.error[0] == "PropertyConstraintViolation"
    stage.vehicle.plug_in(amps=16)
    stage.advance(10)
    assert stage.sessions() == []


def test_full_store_refuses_a_profile_and_the_old_one_goes_on(stage):
    """DESIGN: nothing is said before it is saved."""
    install(stage, profile(1, "TxDefaultProfile", [(0, 10)]))
    stage.target.store.full = True
    payload = {"connectorId": 0, "csChargingProfiles": profile(1, "TxDefaultProfile", [(0, 20)])}
    assert ask(stage, "SetChargingProfile", payload) == {"status": "Rejected"}
    stage.target.store.full = False
    stage.until_status("Available")
    stage.charge(1, amps=32)
    draws(stage, 10)
