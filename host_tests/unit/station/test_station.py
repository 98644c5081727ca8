"""station, exchange, run: what scenarios do not reach, on a whole station in this process."""

import json
from pathlib import Path

import pytest

from host_tests.harness.stage import CARD_TAG, IDENTITY, Stage


@pytest.fixture
def stage():
    with Stage("in_process", Path(".")) as stage:
        stage.start()
        yield stage.ready()


def call(stage, action, payload):
    asked = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: asked.done, 5, "an answer")
    return asked.result or asked.error


def station(stage):
    return stage.target.device.station


def test_bays_are_counted_from_one(stage):
    assert station(stage).bay(1).number == 1
    for number in (0, -1, 2):
        with pytest.raises(IndexError):
            station(stage).bay(number)


def test_second_reset_may_make_it_hard_but_does_not_put_it_off(stage):
    """OCPP 1.6 §5.14."""
    stage.charge(5)
    stage.world.fault("meter_silent")
    for at_s in range(25):
        if stage.restarts == 0:
            kind = "Hard" if at_s == 3 else "Soft"
            stage.csms.call(IDENTITY, "Reset", {"type": kind}, at_once=True)
            stage.advance(0.9)
    assert stage.restarts == 1
    assert stage.target.device.station.ports.reset.cause == "reset"


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
        ("Reset", {"type": "Soft"}),
    ],
)
def test_no_one_begins_after_the_answer_that_shuts_the_connector(stage, action, payload):
    """OCPP 1.6 §5.2, §5.14: also when it comes in the step in which a driver was accepted."""
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Preparing", 5)
    stage.advance(10)
    stage.csms.call(IDENTITY, "RemoteStartTransaction", {"idTag": CARD_TAG}, at_once=True)
    asked = stage.csms.call(IDENTITY, action, payload, at_once=True)
    stage.until(lambda: asked.done, 5, "an answer")
    assert asked.result == {"status": "Accepted"}
    stage.advance(40)
    assert stage.csms.calls(IDENTITY, "StartTransaction") == []


def test_transaction_messages_can_all_be_triggered_twice_in_a_row(stage):
    """More than the queue takes is Rejected, not forgotten silently."""
    stage.csms.answer("Heartbeat", never=True)
    asked = [
        stage.csms.call(
            IDENTITY, "TriggerMessage", {"requestedMessage": "Heartbeat"}, at_once=True
        )
        for _ in range(12)
    ]
    stage.advance(3)
    said = [each.result["status"] for each in asked]
    assert said.count("Accepted") >= 8 and said[-1] == "Rejected"


def test_triggered_readings_outside_a_transaction_name_none(stage):
    """OCPP 1.6 §5.17; back-ends.md §2.8: MeterValues without connectorId (evcc)."""
    stage.advance(3)
    assert call(stage, "TriggerMessage", {"requestedMessage": "MeterValues"}) == {
        "status": "Accepted"
    }
    stage.advance(2)
    told = stage.csms.calls(IDENTITY, "MeterValues")[-1]
    assert "transactionId" not in told
    assert told["meterValue"][0]["sampledValue"][0]["context"] == "Trigger"


def test_triggered_readings_are_refused_without_a_meter(stage):
    stage.world.fault("meter_silent")
    stage.advance(10)
    wanted = {"requestedMessage": "MeterValues", "connectorId": 1}
    assert call(stage, "TriggerMessage", wanted) == {"status": "Rejected"}


def test_boot_is_not_triggered_once_accepted(stage):
    """Errata 3.35: TriggerMessage(BootNotification) may be Rejected then."""
    wanted = {"requestedMessage": "BootNotification"}
    assert call(stage, "TriggerMessage", wanted) == {"status": "Rejected"}


def test_call_is_answered_while_our_own_is_open(stage):
    """OCPP-J 1.6 §4.1.1: one call open in each direction."""
    stage.csms.answer("Authorize", delay_s=5)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.advance(1)
    wanted = {"key": ["HeartbeatInterval"]}
    assert call(stage, "GetConfiguration", wanted)["configurationKey"][0]["value"] == "300"
    assert stage.sessions() == []
    stage.until_status("Charging", 30)


def test_new_key_leads_to_a_new_connection_after_the_answer(stage):
    """OCPP 1.6 security §3: the new key holds from the next connection on."""
    key = "00112233445566778899AABBCCDDEEFF"
    stage.csms.add_charge_point(IDENTITY, bytes.fromhex(key))
    wanted = {"key": "AuthorizationKey", "value": key}
    assert call(stage, "ChangeConfiguration", wanted) == {"status": "Accepted"}
    stage.until(lambda: not stage.csms.online(IDENTITY), 10, "the old connection closed")
    stage.until(lambda: stage.csms.online(IDENTITY), 60, "a new connection")


@pytest.mark.parametrize("tag", ["é" * 20, "\U0001f600" * 20, '"\\"\\', " ", "\x00"])
def test_any_id_tag_within_the_limit_is_kept_and_told_as_it_came(stage, tag):
    """OCPP 1.6 §7.28: a CiString20, whatever is in it."""
    stage.vehicle.plug_in(amps=16)
    stage.advance(2)
    call(stage, "RemoteStartTransaction", {"idTag": tag, "connectorId": 1})
    stage.until(lambda: stage.sessions(), 20, "a start")
    stage.power_cut()
    stage.start()
    assert stage.finished_session()["id_tag"] == tag


@pytest.mark.parametrize("year", ["1969", "1970", "0001", "9999"])
def test_time_that_can_not_be_is_not_believed(year):
    """A clock that was never set, with a zone that leads before its beginning."""
    with Stage("in_process", Path(".")) as stage:
        told = f"{year}-01-01T00:00:00+05:00"
        stage.csms.answer("BootNotification", with_=lambda u: {**u, "currentTime": told})
        stage.start()
        stage.ready()
        stage.charge(5)
        stage.tap()
        assert stage.finished_session()["meter_stop"] == stage.meter_wh
        assert stage.facts()["utc_s"] is None and stage.restarts == 0


def crash(stage):
    def fail(now_ms):
        raise RuntimeError("a bug")

    station(stage).bays[0].measure = fail
    stage.step(stage.now_ms + 10)


def test_crash_opens_keeps_the_trace_and_starts_anew(stage):
    """DESIGN.md §2: our own faults reach the last handler."""
    stage.charge(5)
    crash(stage)
    assert not stage.contactor.coil and stage.restarts == 1
    assert b"a bug" in stage.target.store.read("trace")
    session = stage.finished_session()
    assert session["reason"] == "Reboot" and session["meter_stop"] == stage.meter_wh


def test_station_that_crashes_again_and_again_talks_but_does_not_charge(stage):
    """DESIGN.md §2: a crash loop ends in a safe mode."""
    for _ in range(4):
        crash(stage)
    stage.until(lambda: stage.facts()["safe_mode"], 5, "the safe mode")
    stage.until(lambda: stage.status(0) == stage.status(1) == "Faulted", 30, "Faulted")
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.advance(20)
    assert not stage.contactor.coil and stage.sessions() == []
    stage.advance(180)
    call(stage, "Reset", {"type": "Hard"})
    stage.until(lambda: not stage.facts()["safe_mode"], 20, "no safe mode")
    stage.until(lambda: stage.status(0) == "Available", 30, "Available")
    stage.tap()
    stage.until_status("Charging", 30)


def test_store_that_is_full_takes_no_session_until_there_is_room(stage):
    """DESIGN.md idea 3: no energy before the start is on the medium."""
    stage.target.store.full = True
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.advance(20)
    assert not stage.contactor.coil and stage.sessions() == []
    assert "store_full" in stage.facts()["faults"] and stage.status() == "Faulted"
    stage.target.store.full = False
    stage.until_status("Preparing", 30)
    stage.tap()
    stage.until_status("Charging", 30)


def test_stored_rubbish_is_said_and_the_default_taken():
    """A corrupt store is no reason not to start."""
    with Stage("in_process", Path("."), settings={"SupplyLimit": "16"}) as stage:
        stage.start()
        stage.ready()
        call(stage, "ChangeConfiguration", {"key": "SupplyLimit", "value": "10"})
        stage.advance(1)
        stage.power_cut()
        for name in list(stage.target.store.files):
            if name not in ("factory", "board"):
                stage.target.store.files[name] = b"rubbish"
        stage.start()
        stage.until(lambda: stage.facts()["registration"] == "accepted", 30, "accepted")
        assert stage.facts()["journal"]["damaged"] > 0
        stage.charge(5)
        assert stage.facts()["connectors"][0]["offered_ma"] == 16_000


def test_facts_are_fit_for_json(stage):
    stage.charge(5)
    facts = json.loads(json.dumps(stage.facts()))
    assert facts["connectors"][0]["tag"] == CARD_TAG
    assert facts["statuses"][1]["status"] == "Charging"


def test_cut_after_a_reading_without_the_register_bills_from_the_start():
    """The last event knows no register, and the meter is silent afterwards."""
    wanted = {"MeterValuesSampledData": "Voltage", "MeterValueSampleInterval": "5"}
    with Stage("in_process", Path("."), settings=wanted) as stage:
        stage.start()
        stage.ready().charge(1)
        # Off line, so that the readings wait in the journal.
        stage.network.up = False
        stage.network.cut()
        stage.advance(20)
        stage.power_cut()
        stage.world.fault("meter_silent")
        stage.network.up = True
        stage.start()
        session = stage.finished_session()
        assert session["reason"] == "PowerLoss" and stage.restarts == 0
        assert session["meter_stop"] == session["meter_start"]


def test_facts_tell_the_meters_last_answer_and_the_card_that_was_shown(stage):
    """What a technician's acceptance is measured by (tools/commission)."""
    stage.vehicle.plug_in(amps=16)
    before = stage.facts()
    assert before["card"] == [None, None] and before["connectors"][0]["meter"]["trouble"] is None
    stage.tap()
    stage.until_status("Charging")
    stage.advance(20)
    facts = stage.facts()
    tag, shown_ms = facts["card"]
    assert tag == CARD_TAG and 19_000 < facts["now_ms"] - shown_ms < 40_000
    meter = facts["connectors"][0]["meter"]
    assert meter["power_w"] == 11_040 and meter["current_ma"] == [16_000] * 3
    assert meter["voltage_mv"] == [230_000] * 3 and meter["age_ms"] < 15_000
    assert 0 <= stage.meter_wh - meter["energy_wh"] < 100
    assert facts["connectors"][0]["parts"]["contactor_ms"][0] <= 50
