"""The way to the back end: who we are, and how a lost link is replaced."""

from host_tests.harness.stage import IDENTITY

KEY = "4F43415F4F4354545F61646D696E5F74657374"


def test_station_shows_its_raw_key_in_basic_auth(make_stage):
    """OCPP 1.6 security, profile 1: the hex key stands for bytes; user is the identity."""
    stage = make_stage(start=False, settings={"AuthorizationKey": KEY})
    stage.csms.add_charge_point(IDENTITY, bytes.fromhex(KEY))
    stage.start()
    stage.ready()


def test_station_with_a_wrong_key_stays_out_and_says_why(make_stage):
    """OCPP 1.6 security, profile 1: 401, tried again slowly."""
    stage = make_stage(start=False, settings={"AuthorizationKey": "wrong"})
    stage.csms.add_charge_point(IDENTITY, bytes.fromhex(KEY))
    stage.start()
    stage.until(lambda: "401" in stage.facts()["link"], 30, "the reason")
    assert not stage.csms.online(IDENTITY)


def test_link_is_replaced_after_each_way_of_ending(stage):
    """OCPP-J 1.6 §5: the station always comes back, and boots only once."""
    for how, code in (("abort", 0), ("close", 1000), ("close", 1002), ("close", 1011)):
        stage.csms.drop(IDENTITY, how, code)
        stage.until(lambda: not stage.csms.online(IDENTITY), 5, "a closed link")
        stage.until(lambda: stage.csms.online(IDENTITY), 60, "a new link")
        stage.advance(61)
    assert len(stage.csms.calls(IDENTITY, "BootNotification")) == 1


def test_heartbeats_follow_the_back_ends_interval(make_stage):
    """OCPP 1.6 §4.6, §9.1.9: the interval of BootNotification, then the one that is set."""
    stage = make_stage(start=False)
    stage.csms.heartbeat_interval_s = 20
    stage.start()
    stage.ready()
    stage.advance(65)
    assert len(stage.csms.calls(IDENTITY, "Heartbeat")) == 3
    change = {"key": "HeartbeatInterval", "value": "5"}
    stage.csms.call(IDENTITY, "ChangeConfiguration", change)
    stage.advance(21)
    assert len(stage.csms.calls(IDENTITY, "Heartbeat")) in (6, 7)


def test_triggered_messages_come_after_the_answer(stage):
    """OCPP 1.6 §5.17, OCTT TC_054: answer first, then what was asked for."""
    stage.advance(5)
    for message in ("Heartbeat", "StatusNotification", "MeterValues"):
        before = len(stage.csms.calls(IDENTITY, message))
        asked = stage.csms.call(IDENTITY, "TriggerMessage", {"requestedMessage": message})
        stage.until(lambda asked=asked: asked.done, 5, "an answer")
        assert asked.result == {"status": "Accepted"}
        stage.advance(2)
        assert len(stage.csms.calls(IDENTITY, message)) > before, message
    asked = stage.csms.call(
        IDENTITY, "TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}
    )
    stage.until(lambda: asked.done, 5, "an answer")
    # Where the board can't move files there is nothing to tell.
    stage.advance(2)
    told = stage.csms.calls(IDENTITY, "FirmwareStatusNotification")
    accepted = asked.result == {"status": "Accepted"}
    assert accepted or asked.result == {"status": "NotImplemented"}
    assert told == ([{"status": "Idle"}] if accepted else [])
