"""The link and what comes over it: addresses, refusals, closes in a loop, hostile messages."""

import json

import pytest

from host_tests.harness.stage import CARD_TAG, IDENTITY

HUGE = 2**63 - 1


def said(stage, kind):
    """The frames of a kind that the station sent."""
    frames = [json.loads(raw) for way, _, raw in stage.csms.frames(IDENTITY) if way == "received"]
    return [frame for frame in frames if frame[0] == kind]


def answers(stage, unique_id):
    return [frame for kind in (3, 4) for frame in said(stage, kind) if frame[1] == unique_id]


def call(stage, action, payload):
    answer = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: answer.done, 30, f"an answer to {action}")
    return answer


# -- the way there --------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["/a/proxy/path", "/path/", "/path?token=a%20b", ""])
def test_address_keeps_its_path_and_query(make_stage, suffix):
    """Proxies hand on by path; some back ends want their token in a query (back-ends.md §2.9)."""
    stage = make_stage(start=False)
    stage.target.provision_settings(
        {"CentralSystemUrl": f"ws://127.0.0.1:{stage.network.port}{suffix}"}
    )
    stage.start()
    stage.ready()


def test_second_address_serves_while_the_first_is_away(make_stage):
    """CentralSystemUrl2: a session is neither lost nor doubled on the way over."""
    stage = make_stage(start=False)
    there = f"ws://127.0.0.1:{stage.network.port}/ocpp"
    stage.target.provision_settings(
        {"CentralSystemUrl": "ws://127.0.0.1:9/ocpp", "CentralSystemUrl2": there}
    )
    stage.start()
    stage.until_status("Available", 120)
    stage.charge(10)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh


@pytest.mark.parametrize("code", [1000, 1002, 1011])
def test_closes_in_a_loop_are_not_answered_by_hammering(stage, code):
    """Home Assistant closes a station that it does not know with 1000 for hours."""
    dials = []
    for _ in range(6):
        stage.until(lambda: stage.csms.online(IDENTITY), 400, "a connection")
        dials.append(stage.now_ms)
        stage.csms.drop(IDENTITY, "close", code)
        stage.until(lambda: not stage.csms.online(IDENTITY), 10, "its end")
    gaps = [later - earlier for earlier, later in zip(dials, dials[1:], strict=False)]
    assert gaps[-1] >= 24_000 and all(gap >= 2_900 for gap in gaps)
    stage.until(lambda: stage.csms.online(IDENTITY), 400, "a connection that stays")
    assert len(stage.csms.calls(IDENTITY, "BootNotification")) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_station_comes_when_a_busy_back_end_asked_it_to(make_stage, status):
    """RFC 9110 §10.2.3: Retry-After, and up to as long again, for all the others come as well."""
    stage = make_stage(start=False)
    stage.csms.http_status, stage.csms.door.retry_after = status, 200
    stage.start()
    stage.until(lambda: str(status) in stage.facts()["link"], 30, "the reason")
    refused_ms = stage.now_ms
    stage.csms.http_status = None
    stage.until(lambda: stage.csms.online(IDENTITY), 420, "a connection")
    # Calm steps are a second long: the one that dials, and the one that finds it answered.
    assert 199_000 <= stage.now_ms - refused_ms <= 402_000


# -- calls of the back end ------------------------------------------------------------------------


def test_burst_of_calls_is_answered_while_ours_is_open(stage):
    """OCPP-J 1.6 §4.1.1, back-ends.md §2.13: twelve calls within 100 ms, each answered once."""
    stage.csms.answer("Authorize", delay_s=8)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.csms.calls(IDENTITY, "Authorize"), 10, "our open call")
    for number in range(12):
        payload = {"key": "HeartbeatInterval", "value": str(300 + number)}
        if number == 5:
            payload = {"key": "MeterValuesSampledData", "value": "Voltage," * 55}
        stage.csms.send_text(
            IDENTITY, json.dumps([2, f"burst-{number}", "ChangeConfiguration", payload])
        )
    stage.advance(5)
    assert [len(answers(stage, f"burst-{number}")) for number in range(12)] == [1] * 12
    stage.until_status("Charging", 60)


def test_call_with_the_id_of_one_that_was_answered_is_a_call_all_the_same(stage):
    """Some number every call "1": each is carried out and answered (back-ends.md §6.7)."""
    for value in ("100", "200", "200"):
        payload = {"key": "HeartbeatInterval", "value": value}
        stage.csms.send_text(IDENTITY, json.dumps([2, "1", "ChangeConfiguration", payload]))
        stage.advance(1)
    assert answers(stage, "1") == [[3, "1", {"status": "Accepted"}]] * 3
    told = call(stage, "GetConfiguration", {"key": ["HeartbeatInterval"]}).result
    assert told["configurationKey"][0]["value"] == "200"


def test_remote_start_that_comes_twice_starts_once(stage):
    """The same id and the same call, as a nervous back end sends it."""
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Preparing")
    text = json.dumps([2, "twice", "RemoteStartTransaction", {"idTag": CARD_TAG}])
    stage.csms.send_text(IDENTITY, text)
    stage.csms.send_text(IDENTITY, text)
    stage.until_status("Charging")
    assert [frame[2]["status"] for frame in answers(stage, "twice")] == ["Accepted", "Rejected"]
    assert len(stage.csms.calls(IDENTITY, "StartTransaction")) == 1


def test_empty_list_of_keys_means_all(stage):
    """back-ends.md §2.2."""
    told = call(stage, "GetConfiguration", {"key": []}).result
    assert len(told["configurationKey"]) > 60 and "unknownKey" not in told


@pytest.mark.parametrize("text", ["ä", "€uro", "日本語", "\U0001f50c", "‮rtl", "a\u0000b"])
def test_text_of_any_script_is_taken_or_refused_and_never_spoils_anything(stage, text):
    """Unicode in each text field of a call."""
    for action, payload in (
        ("DataTransfer", {"vendorId": text, "messageId": text, "data": text * 50}),
        ("ChangeConfiguration", {"key": text, "value": text}),
        ("ChangeConfiguration", {"key": "TariffText", "value": text}),
        ("GetConfiguration", {"key": [text, "TariffText"]}),
        ("RemoteStartTransaction", {"idTag": text, "connectorId": 1}),
        (text, {}),
    ):
        answer = call(stage, action, payload)
        assert answer.result is not None or answer.error[0] not in ("Timeout", "InternalError")
    taken = call(stage, "GetConfiguration", {"key": ["TariffText"]}).result
    value = taken["configurationKey"][0]["value"]
    assert value == (text if "\0" not in text else "")
    assert stage.restarts == 0


def test_long_message_that_is_valid_is_carried_out(stage):
    """8 kB of it; 65 kB are a matter of memory (transport/test_large.py)."""
    told = call(stage, "DataTransfer", {"vendorId": "x", "data": "€" * 2700})
    assert told.result == {"status": "UnknownVendorId"}


# -- answers of the back end ----------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, -1, 2**31 - 1, 2**31, 2**53 + 1, HUGE])
def test_transaction_id_of_any_size_comes_back_as_it_was(stage, number):
    """Alfen: 9223372036854775807 after an overflow; 0 and -1 are ids as well (back-ends.md §3)."""
    stage.csms.answer("StartTransaction", with_=lambda usual: {**usual, "transactionId": number})
    stage.charge(10)
    stage.advance(60)
    stage.tap()
    stage.until(lambda: stage.csms.calls(IDENTITY, "StopTransaction"), 60, "the stop")
    assert stage.csms.calls(IDENTITY, "StopTransaction")[0]["transactionId"] == number
    told = [at["transactionId"] for at in stage.csms.calls(IDENTITY, "MeterValues")]
    assert told and set(told) == {number}


@pytest.mark.parametrize("number", [2**31 - 1, HUGE])
def test_remote_stop_finds_a_transaction_with_a_large_id(stage, number):
    stage.csms.answer("StartTransaction", with_=lambda usual: {**usual, "transactionId": number})
    stage.charge(10)
    wrong = call(stage, "RemoteStopTransaction", {"transactionId": number - 1})
    assert wrong.result == {"status": "Rejected"}
    right = call(stage, "RemoteStopTransaction", {"transactionId": number})
    assert right.result == {"status": "Accepted"}
    stage.until(lambda: stage.csms.calls(IDENTITY, "StopTransaction"), 60, "the stop")


@pytest.mark.parametrize(
    "answer",
    [
        '[4,"-1","RpcFrameworkError","",{}]',
        '[4,"","RpcFrameworkError","",{}]',
        '[4,"$ID","RpcFrameworkError","",{}]',
        '[4,"$ID","NoSuchCode","what?",null]',
        '[4,"$ID","OccurrenceConstraintViolation"]',
        '[4,"$ID","FormatViolation","d",{},"more"]',
        '[4,"$ID",null,"",{}]',
        '[4,"$ID","ä","日本語",{}]',
        '[3,"$ID",{"transactionId":,"idTagInfo":{"status":"Accepted"}}]',
        '[3,"$ID",{"transactionId":"1","idTagInfo":{"status":"Accepted"}}]',
        '[3,"$ID",{"transactionId":1.5,"idTagInfo":{"status":"Accepted"}}]',
        '[3,"$ID",{"transactionId":null,"idTagInfo":null}]',
        '[3,"$ID",[]]',
        '[3,"$ID"]',
        '[3,"$ID",{}]]',
    ],
)
def test_start_that_is_answered_by_rubbish_is_sent_again_and_then_counts(make_stage, answer):
    """Unknown, misspelt and malformed CALLERRORs; answers that are none (back-ends.md §1, §3)."""
    settings = {"TransactionMessageRetryInterval": "5", "MessageTimeout": "10"}
    stage = make_stage(settings=settings).ready()
    stage.csms.answer("StartTransaction", raw=answer)
    stage.charge(40)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    assert len(stage.csms.calls(IDENTITY, "StartTransaction")) == 2


def test_answer_that_comes_twice_counts_once(stage):
    """back-ends.md §1: doubled answers."""
    for action in ("Authorize", "StartTransaction", "StopTransaction"):
        stage.csms.answer(action, twice=True)
    stage.charge(10)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    assert len(stage.csms.calls(IDENTITY, "StopTransaction")) == 1
