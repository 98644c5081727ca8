"""Before the back end accepts the station: what may be said, what is answered."""

from host_tests.harness.stage import CARD_TAG, IDENTITY


def boots(stage):
    return stage.csms.calls(IDENTITY, "BootNotification")


def started(make_stage, status, interval):
    stage = make_stage(start=False)
    stage.csms.boot_policy(status, interval=interval)
    stage.start()
    stage.until(lambda: boots(stage), 20, "a boot")
    stage.advance(2)
    return stage


def ask(stage, action, payload):
    call = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: call.done, 5, "an answer")
    return call.result


def test_rejected_station_says_and_answers_nothing_until_the_interval_is_over(make_stage):
    """OCPP 1.6 §4.2, errata 3.11, OCTT TC_001 with Rejected."""
    stage = started(make_stage, "Rejected", 20)
    call = stage.csms.call(IDENTITY, "GetConfiguration", {})
    stage.tap()
    stage.advance(12)
    heard = [raw for way, _, raw in stage.csms.frames(IDENTITY) if way == "received"]
    assert len(heard) == 1 and not call.done
    stage.csms.boot_policy("Accepted", interval=300)
    stage.until_status("Available", 20)
    assert len(boots(stage)) == 2


def test_interval_0_leaves_the_wait_to_the_station(make_stage):
    """OCPP 1.6 §4.2: it must not flood the back end."""
    stage = started(make_stage, "Rejected", 0)
    stage.advance(40)
    assert len(boots(stage)) == 1
    stage.csms.boot_policy("Accepted", interval=0)
    stage.until_status("Available", 60)
    asked = ask(stage, "GetConfiguration", {"key": ["HeartbeatInterval"]})
    assert int(asked["configurationKey"][0]["value"]) > 0


def test_pending_station_can_be_configured_but_not_started(make_stage):
    """OCPP 1.6 §4.2: answers, says what is triggered, starts nothing from afar."""
    stage = started(make_stage, "Pending", 300)
    wanted = {"key": "MeterValueSampleInterval", "value": "33"}
    assert ask(stage, "ChangeConfiguration", wanted) == {"status": "Accepted"}
    start = {"idTag": CARD_TAG, "connectorId": 1}
    assert ask(stage, "RemoteStartTransaction", start) == {"status": "Rejected"}
    trigger = {"requestedMessage": "StatusNotification", "connectorId": 1}
    assert ask(stage, "TriggerMessage", trigger) == {"status": "Accepted"}
    stage.until_status("Available", 5)
    stage.csms.boot_policy("Accepted", interval=300)
    trigger = {"requestedMessage": "BootNotification"}
    assert ask(stage, "TriggerMessage", trigger) == {"status": "Accepted"}
    stage.until(lambda: stage.facts()["registration"] == "accepted", 10, "accepted")
    stage.charge(5)
