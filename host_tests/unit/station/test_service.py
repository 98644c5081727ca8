"""chargepoint/service and orders where a scenario can't look: stores, bugs, two who ask."""

import json

import pytest

from chargepoint import orders
from chargepoint.core.record import seal
from chargepoint.service import Service
from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore

CODE = "hutzli-77"


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def stage(store, tmp_path):
    with Stage("in_process", tmp_path, store=store) as stage:
        stage.start()
        yield stage.ready()


def station_of(stage):
    return stage.target.device.station


def value(stage, name):
    (row,) = stage.console({"ask": "settings", "names": [name]})["settings"]
    return row["value"]


def test_right_code_counts_again_when_the_hour_is_over(stage):
    """Ten wrong ones, an hour, the right one: and the count begins anew."""
    assert stage.console({"ask": "lock", "new": CODE})["ok"]
    station_of(stage).journal.put("tries", b"9")
    wrong = {"ask": "apply", "settings": {"SupplyLimit": "6"}, "code": "guess"}
    assert "wrong, 10 in a row; the next after 3600 s" in stage.console(wrong)["errors"]["code"]
    for _ in range(359):
        # Nothing moves meanwhile.
        stage.step(stage.now_ms + 10000)
    right = {**wrong, "code": CODE}
    assert "within" in stage.console(right)["errors"]["code"]
    stage.advance(10)
    assert stage.console(right)["ok"]
    other = {**wrong, "settings": {"SupplyLimit": "7"}}
    assert "wrong, 1 in a row" in stage.console(other)["errors"]["code"]


def test_code_is_kept_as_a_hash_only(stage, store):
    """Neither the code nor a password that was set lies readable behind it or comes back out."""
    assert stage.console({"ask": "lock", "new": CODE})["ok"]
    key = "a-very-secret-key"
    order = {"AuthorizationKey": key, "WifiPassword": key}
    assert stage.console({"ask": "apply", "settings": order})["ok"]
    stage.advance(2)
    assert not any(CODE.encode() in data for data in store.files.values())
    told = json.dumps([stage.console({"ask": name}) for name in ("facts", "unit", "log")])
    at = 0
    while at is not None:
        page = stage.console({"ask": "settings", "at": at})
        told += json.dumps(page)
        at = page["next"]
    assert key not in told and CODE not in told
    (row,) = stage.console({"ask": "settings", "names": ["WifiPassword"]})["settings"]
    assert row["value"] == "***" and row["secret"]


def test_store_that_refuses_leaves_everything_as_it_was(stage, store):
    """Told as such; and when there is room again nothing of it comes after all."""
    store.full = True
    answer = stage.console({"ask": "apply", "settings": {"SupplyLimit": "10", "TariffText": "x"}})
    assert list(answer["errors"]) == ["store"]
    assert value(stage, "SupplyLimit") == "32"
    store.full = False
    stage.advance(10)
    stage.power_cut()
    stage.start()
    stage.advance(5)
    assert value(stage, "SupplyLimit") == "32" and value(stage, "TariffText") == ""
    assert stage.console({"ask": "apply", "settings": {"SupplyLimit": "10"}})["ok"]


def test_wrong_code_is_not_judged_while_tries_can_not_be_counted(stage, store):
    """Else a full store would make tries free."""
    assert stage.console({"ask": "lock", "new": CODE})["ok"]
    store.full = True
    for code in ("guess", CODE):
        request = {"ask": "apply", "settings": {"SupplyLimit": "6"}, "code": code}
        answer = stage.console(request)
        assert "refuses to count" in answer["errors"]["code"]


def test_two_who_ask_at_once_are_served_one_after_the_other(stage):
    """Two browsers: each order is wholly there, and the later one counts."""
    service = station_of(stage).attend()
    one = service.ask({"ask": "apply", "settings": {"SupplyLimit": "10", "TariffText": "one"}})
    two = service.ask({"ask": "apply", "settings": {"SupplyLimit": "12", "TariffText": "two"}})
    seen = []

    def both():
        told = (value_of("SupplyLimit"), value_of("TariffText"))
        if told not in seen:
            seen.append(told)
        stage.pace.wake()
        return one(0) and two(0)

    value_of = station_of(stage).settings.text
    stage.until(both, 10, "answers")
    assert one(0)["ok"] and two(0)["ok"]
    assert seen == [("32", ""), ("10", "one"), ("12", "two")]


def test_too_many_at_once_are_refused_at_once(stage):
    service = station_of(stage).attend()
    answers = [service.ask({"ask": "facts"}) for _ in range(6)]
    assert [answer(0) is None for answer in answers] == [True] * 4 + [False] * 2
    assert "one request at a time" in answers[-1](0)["errors"]["ask"]


def test_bug_in_the_room_is_told_and_no_session_suffers_from_it(stage, monkeypatch):
    """The step goes on: what is asked at the console never opens a contactor."""
    stage.charge(5)
    monkeypatch.setattr(Service, "_log", lambda self, request, near: 1 // 0)
    answer = stage.console({"ask": "log"})
    assert "ZeroDivisionError" in answer["errors"]["ask"]
    stage.advance(2)
    assert stage.contactor.closed and stage.restarts == 0


def test_record_of_an_order_that_no_one_wrote_is_passed_over(stage, store):
    """Foreign bytes under our name: the station starts, and says what it is."""
    stage.power_cut()
    for foreign in (b"{", b"[]", b'{"settings": 1, "files": {}}', b"\xff"):
        store.files["redo.a"] = seal(b"\1" + foreign)
        store.files.pop("redo.b", None)
        stage.start()
        stage.advance(2)
        assert stage.console({"ask": "unit"})["ok"], foreign
        assert not station_of(stage).journal.get(orders.REDO)
        stage.power_cut()
    assert stage.restarts == 0


def test_unit_without_a_record_makes_one_and_keeps_it(stage, store):
    """A board that was not flashed by our tools: told, with no secret in the log."""
    stage.power_cut()
    store.files["unit"] = b"damaged"
    stage.start()
    stage.advance(2)
    unit = stage.console({"ask": "unit"})
    told = [text for _, level, text in stage.log if level == "warning" and "unit:" in text]
    assert len(told) == 1 and unit["serial"] in told[0]
    assert unit["secret"] not in told[0] and unit["password"] not in told[0]
    assert json.loads(store.files["unit"])["secret"] == unit["secret"]
    stage.power_cut()
    stage.start()
    stage.advance(2)
    assert stage.console({"ask": "unit"}) == unit


def test_credentials_of_an_order_are_not_on_trial_and_are_dialled_at_once(stage):
    """Without anything that waits for a restart, the next connection shows the new key."""
    stage.csms.add_charge_point(IDENTITY, "the-ordered-key")
    order = {"AuthorizationKey": "the-ordered-key", "SecurityProfile": "1"}
    answer = stage.console({"ask": "apply", "settings": order})
    assert answer == {"ok": True, "reboot": []}
    stage.advance(10)
    stage.until(lambda: stage.facts()["online"], 60, "a connection")
    assert station_of(stage).journal.get("access") in (None, b"")


def test_idle_service_room_and_console_make_no_work(stage):
    """Nothing is written, and no request is under way, when no one asks."""
    stage.console({"ask": "facts"})
    station = station_of(stage)
    assert station.service._jobs == [] and station.service._asked is None
    assert station.journal.get(orders.REDO) in (None, b"")


@pytest.mark.parametrize("where", ["take", "_facts"])
def test_room_without_memory_says_so_and_the_station_goes_on(stage, monkeypatch, where):
    """Neither the room itself nor an answer may cost a start anew."""

    def full(self, *given):
        raise MemoryError

    stage.charge(5)
    with monkeypatch.context() as patch:
        patch.setattr(Service, where, full)
        stage.wiring.console.send(b'{"ask": "facts", "id": 1}\n')
        stage.advance(1)
    assert stage.contactor.closed and stage.restarts == 0
    assert stage.console({"ask": "unit"})["ok"]


@pytest.mark.parametrize("names", [[5], [None], [["SupplyLimit"]], [{}]])
def test_names_that_are_none_get_a_message_and_no_bug(stage, names):
    answer = stage.console({"ask": "settings", "names": names})
    assert list(answer["errors"]) == ["names"]


@pytest.mark.parametrize("ask", ["unit facts", " ", "", "_page", "facts "])
def test_ask_that_is_two_words_is_none(stage, ask):
    assert "expected one of" in stage.console({"ask": ask})["errors"]["ask"]


def test_store_that_refuses_is_told_before_the_station_counts_as_commissioned(stage, store):
    """What the next start would not know is not said to be done."""
    store.full = True
    answer = stage.console({"ask": "commissioned"})
    assert list(answer["errors"]) == ["store"]
    assert stage.console({"ask": "facts"})["ok"]
    assert not station_of(stage).doorway.commissioned
    store.full = False
    stage.advance(10)
    assert stage.console({"ask": "commissioned"})["commissioned"] is True


def test_every_setting_in_one_check_is_looked_at_in_steps(stage):
    """A step of a charging station does not get longer the more is asked."""
    station, seen = station_of(stage), []
    examine = station.settings.examine
    station.settings.examine = lambda name, text: seen.append(name) or examine(name, text)
    at, wanted = 0, {}
    while at is not None:
        page = stage.console({"ask": "settings", "at": at})
        rows = [row for row in page["settings"] if row["order"] and not row["secret"]]
        wanted.update({row["name"]: row["value"] for row in rows})
        at = page["next"]
    asked = station.service.ask({"ask": "check", "settings": wanted})
    most = 0
    while asked(stage.now_ms) is None:
        before = len(seen)
        stage.step(stage.now_ms + 10)
        most = max(most, len(seen) - before)
    assert asked(stage.now_ms) == {"ok": True}
    assert len(wanted) > 50 and len(seen) >= len(wanted) and most <= 1


def test_order_whose_file_was_refused_goes_on_at_the_next_start_and_undoes_nothing(stage, store):
    """What the back end changes meanwhile stays; the file comes when the store takes it."""
    pem = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
    write, refused = store.write, []

    def poor(name, data):
        if name == "tls_ca":
            refused.append(name)
            return False
        return write(name, data)

    store.write = poor
    order = {"settings": {"TariffText": "ordered"}, "files": {"tls_ca": pem}}
    answer = stage.console({"ask": "apply", **order})
    assert "the next start goes on" in answer["errors"]["store"] and refused
    change = {"key": "TariffText", "value": "changed"}
    asked = stage.csms.call(IDENTITY, "ChangeConfiguration", change)
    stage.until(lambda: asked.done, 20, "an answer")
    assert asked.result == {"status": "Accepted"}
    stage.advance(5)
    stage.power_cut()
    store.write = write
    stage.start()
    stage.advance(5)
    assert store.files["tls_ca"] == pem.encode()
    assert value(stage, "TariffText") == "changed"
    assert not station_of(stage).journal.get(orders.REDO)
