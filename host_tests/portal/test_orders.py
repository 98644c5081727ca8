"""What is ordered, set on the station's own page: all of it, or nothing."""

import pytest

from chargepoint import portal as portal_room
from host_tests.harness.portal import Session
from host_tests.harness.stage import IDENTITY, Stage

# In each text field, and none of it may mean anything to anyone.
NASTY = (
    '<script>alert("1")</script><img src=x onerror=alert(1)>',
    "'; DROP TABLE charge_points; --",
    'Straße 5 \U0001f50c\u202e\u0000&amp;\\"%s{0}',
)
_GONE = (OSError, AssertionError)


def value(session, *names):
    rows = session.ask("settings", names=list(names))["settings"]
    return [row["value"] for row in rows]


def test_order_is_applied_and_tells_what_waits_for_a_restart(stage, portal):
    session = portal.login()
    order = {"SupplyLimit": "20", "WifiSsid": "Home", "FreeCharging": "true"}
    told = session.ask("apply", settings=order)
    assert told["ok"] and told["reboot"] == ["WifiSsid"]
    assert value(session, "SupplyLimit", "WifiSsid", "FreeCharging") == ["20", "Home", "true"]
    stage.power_cut()
    stage.start()
    stage.advance(5)
    assert value(portal.login(), "SupplyLimit", "WifiSsid") == ["20", "Home"]


def test_bad_value_has_a_message_and_nothing_is_half_applied(portal):
    session = portal.login()
    order = {"WifiSsid": "Home", "SupplyLimit": "99", "CentralSystemUrl": "http://x"}
    told = session.ask("apply", settings=order)
    assert told["ok"] is False and sorted(told["errors"]) == ["CentralSystemUrl", "SupplyLimit"]
    assert "6 to 80" in told["errors"]["SupplyLimit"]
    assert value(session, "WifiSsid", "SupplyLimit") == ["", "32"]


@pytest.mark.parametrize("text", NASTY, ids=["html", "sql", "unicode"])
def test_any_text_comes_back_as_it_is_or_is_refused(portal, text):
    """In every field that is text: one that takes it gives it back, letter for letter."""
    session = portal.login()
    at, taken = 0, 0
    while at is not None:
        page = session.ask("settings", at=at)
        at = page["next"]
        for row in page["settings"]:
            if row["kind"] in ("bool", "int") or not row["order"] or row["secret"]:
                continue
            told = session.ask("apply", settings={row["name"]: text[: row["high"] or None]})
            if told["ok"]:
                taken += 1
                assert value(session, row["name"]) == [text[: row["high"]]]
            else:
                assert "expected" in told["errors"][row["name"]], told
    assert taken >= 3 or "\0" in text


def test_power_that_goes_while_an_order_is_applied_leaves_all_of_it_or_nothing(make_stage):
    """The request is on its way, at work, just answered: a cut every few steps."""
    order = {"SupplyLimit": "16", "CpoName": "Ours", "FreeCharging": "true"}
    outcomes = []
    for steps in (1, 4, 7, 10, 13, 16, 19, 6000):
        stage = make_stage(f"cut {steps}", portal=True).ready()
        session = stage.portal.login()
        told = ask_until(stage, session, order, stage.now_ms + 10 * steps)
        stage.power_cut()
        stage.start()
        stage.advance(2)
        now = value(stage.portal.login(), *order)
        assert now in (list(order.values()), ["32", "", "false"])
        outcomes.append((told, now == list(order.values())))
    assert (True, False) not in outcomes, "what was said to be applied is"
    assert outcomes[0] == (False, False) and outcomes[-1] == (True, True)
    assert (False, True) in outcomes, "no cut fell between the record and the answer"


def ask_until(stage, session: Session, order: dict, cut_ms: int) -> bool:
    """Ask for the order, and stop listening at ``cut_ms``: whether it was said to be applied."""
    stage.portal.patience_ms = cut_ms - stage.now_ms
    try:
        return session.ask("apply", settings=order)["ok"]
    except _GONE:
        return False
    finally:
        stage.portal.patience_ms = None


def test_order_of_more_than_there_is_is_refused_as_a_whole(portal):
    """What is wrong of each would only fill the heap."""
    told = portal.login().ask("check", settings={f"k{number}": "v" for number in range(200)})
    assert told["errors"] == {"settings": "settings: expected at most 100 at a time"}


def test_one_large_request_at_a_time(portal):
    """The second one is told to come again; small ones pass."""
    session = portal.login()
    head = "".join(f"{name}: {value}\r\n" for name, value in session.headers.items())
    head = f"POST /api HTTP/1.1\r\nHost: 127.0.0.1:{portal.port}\r\n{head}"
    head += "Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n"
    with portal.connect() as first:
        first.send(head.encode() + b" " * 100)
        for _ in range(20):
            first.step()
        order = {"TariffText": "x" * 200, "CpoName": "y" * 1200}
        response = portal.request(
            "POST", "/api", {"ask": "check", "settings": order}, session.headers
        )
        assert response.status == 503
        assert session.ask("unit")["ok"]
    portal.live()
    portal.live()
    response = portal.request("POST", "/api", {"ask": "check", "settings": order}, session.headers)
    assert response.status == 200


def test_technician_code_guards_the_current(portal):
    session = portal.login()
    assert session.ask("apply", new_code="4711-x")["ok"]
    assert session.ask("unit")["code"] is True
    told = session.ask("apply", settings={"SupplyLimit": "25"})
    assert list(told["errors"]) == ["code"]
    assert session.ask("apply", settings={"SupplyLimit": "25"}, code="4711-x")["ok"]


def test_order_waits_while_a_transaction_runs_which_goes_on(stage, portal):
    session = portal.login()
    stage.charge(10)
    told = session.ask("apply", settings={"SupplyLimit": "10"})
    assert told["ok"] is False and "transaction" in str(told["errors"])
    assert stage.contactor.closed and stage.status() == "Charging"


def test_two_technicians_at_once_never_mix(stage, portal):
    """Two requests on their way at the same time: each order is whole, the later one stands."""
    both = portal.login(), portal.login()
    orders = [{"SupplyLimit": amps, "CpoName": f"{amps} A"} for amps in ("10", "20")]
    sent = [portal.send_api(who, "apply", settings=of) for who, of in zip(both, orders)]
    told = [connection.response().json["ok"] for connection in sent]
    assert told == [True, True]
    assert value(both[0], "SupplyLimit", "CpoName") in [list(order.values()) for order in orders]
    for connection in sent:
        connection.close()


def test_new_back_end_is_reached_after_the_restart(stage, portal):
    """From the phone to the first BootNotification as whom it is ordered."""
    stage.csms.add_charge_point("PL-NEW")
    session = portal.login()
    assert session.ask("apply", settings={"Identity": "PL-NEW"})["reboot"] == ["Identity"]
    assert session.ask("restart")["ok"]
    stage.until(lambda: stage.csms.statuses("PL-NEW", 1) == ["Available"], 120)
    assert stage.csms.statuses(IDENTITY, 1)


def test_failure_of_the_page_never_hurts_a_session(tmp_path, monkeypatch):
    """Its own bug, or no memory: it closes, says so, and opens again later."""
    with Stage("in_process", tmp_path, portal=True) as stage:
        stage.start()
        stage.ready()
        stage.charge(5)
        monkeypatch.setattr(portal_room.Portal, "_receive", lambda self, visit: 1 // 0)
        with pytest.raises(_GONE):
            stage.portal.login()
        assert [text for _, _, text in stage.log if text.startswith("portal: ZeroDivisionError")]
        stage.advance(5)
        assert stage.contactor.closed and stage.status() == "Charging"
        assert stage.facts()["portal"] is False
        monkeypatch.undo()
        stage.vehicle.unplug()
        stage.advance(70)
        assert stage.portal.login().ask("unit")["ok"]
