"""ocpp/v16/local_list and known: what is answered to SendLocalList, and what is learned."""

import pytest

from chargepoint.known import Known
from chargepoint.ocpp.errors import OcppError
from host_tests.unit.core.listing import NOW_S, Desk

ACCEPTED = {"status": "Accepted"}


class Station:
    """What Known needs of a station: settings, store, journal, clock."""

    def __init__(self, desk, **keys):
        self.keys = {
            "LocalAuthListEnabled": True,
            "AuthorizationCacheEnabled": True,
            "SendLocalListMaxLength": 5,
            "LocalAuthListMaxLength": 8,
            **keys,
        }
        self.settings = self.clock = self.ports = self.time = self.log = self
        self.said = []
        self.store, self.journal = desk.store, desk.journal
        self.floor_s = 0
        self.now_s = NOW_S

    def get(self, name):
        return self.keys[name]

    def utc_s(self):
        return self.now_s

    def write(self, level, text):
        self.said.append((level, text))


class Bench:
    """Known, and the calls of a back end about the list."""

    def __init__(self, **keys):
        self.desk = Desk()
        self.shortage = 0
        self.desk.journal.facts = lambda: {"shortage": self.shortage}
        self.station = Station(self.desk, **keys)
        self.known = Known(self.station)
        self.calls = self.known.actions()

    def settle(self, answer):
        """The payload that ``answer`` comes to, a step at a time."""
        for step in range(200):
            payload = answer(step * 10) if callable(answer) else answer
            if payload is not None:
                return payload
            self.known.local_list.tick()
            self.desk.journal.flush()
        raise AssertionError("no answer")

    def send(self, version, entries=None, kind="Full"):
        payload = {"listVersion": version, "updateType": kind}
        if entries is not None:
            payload["localAuthorizationList"] = entries
        return self.settle(self.calls["SendLocalList"](payload, 0))["status"]

    def version(self):
        return self.calls["GetLocalListVersion"]({}, 0)["listVersion"]


def listed(*tags, **info):
    return [{"idTag": tag, "idTagInfo": {**ACCEPTED, **info}} for tag in tags]


def test_answer_waits_until_the_list_counts_on_flash():
    """DESIGN.md §1: nothing is said before it is saved."""
    bench = Bench()
    payload = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": listed("A")}
    answer = bench.calls["SendLocalList"](payload, 0)
    assert answer(0) is None
    assert bench.known.find("A") is None
    assert bench.settle(answer) == {"status": "Accepted"}
    assert Desk(bench.desk.store).list.find("A", NOW_S) == ("Accepted", None)


@pytest.mark.parametrize("version", [0, -1, -(2**31)])
def test_version_that_is_none_is_refused(version):
    """OCPP 1.6 errata: versions are greater than 0."""
    bench = Bench()
    with pytest.raises(OcppError, match="PropertyConstraintViolation"):
        bench.send(version, listed("A"))
    assert bench.version() == 0


def test_version_may_be_the_largest_integer():
    bench = Bench()
    assert bench.send(2**31 - 1, listed("A")) == "Accepted"
    assert bench.version() == 2**31 - 1


def test_message_with_too_many_idtags_is_refused():
    """OCPP 1.6 §9.3.3 SendLocalListMaxLength."""
    bench = Bench()
    with pytest.raises(OcppError, match="OccurenceConstraintViolation"):
        bench.send(1, listed(*"ABCDEF"))
    assert bench.send(1, listed(*"ABCDE")) == "Accepted"


def test_list_that_would_become_too_long_fails_and_stays():
    """OCPP 1.6 §9.3.2 LocalAuthListMaxLength."""
    bench = Bench()
    bench.send(1, listed(*"ABCDE"))
    assert bench.send(2, listed(*"FGHI"), "Differential") == "Failed"
    assert bench.version() == 1 and bench.known.find("F") is None


def test_full_list_needs_the_status_of_every_idtag():
    """OCPP 1.6, AuthorizationData: idTagInfo is required when updateType is Full."""
    bench = Bench()
    bench.send(1, listed("A"))
    with pytest.raises(OcppError, match=r"OccurenceConstraintViolation.*\[1\].idTagInfo"):
        bench.send(2, [*listed("B"), {"idTag": "C"}])
    assert bench.version() == 1 and bench.known.find("A")


def test_second_update_waits_for_the_first():
    """Also for the removal of the files that do not count any more."""
    bench = Bench()
    first = {"listVersion": 1, "updateType": "Full", "localAuthorizationList": listed("A")}
    second = {"listVersion": 2, "updateType": "Differential"}
    second["localAuthorizationList"] = listed("B")
    answers = [bench.calls["SendLocalList"](payload, 0) for payload in (first, second)]
    assert [answer(0) for answer in answers] == [None, None]
    assert [bench.settle(answer)["status"] for answer in answers] == ["Accepted", "Accepted"]
    assert bench.version() == 2 and bench.known.find("A") and bench.known.find("B")


def test_list_that_is_off_decides_nothing():
    """OCPP 1.6 §9.3.1 LocalAuthListEnabled."""
    bench = Bench()
    bench.send(3, listed("A"))
    bench.station.keys["LocalAuthListEnabled"] = False
    assert bench.known.find("A") is None and bench.version() == -1
    assert bench.send(4, listed("B")) == "NotSupported"
    bench.station.keys["LocalAuthListEnabled"] = True
    assert bench.known.find("A") and bench.version() == 3


def test_list_goes_before_the_cache_and_keeps_its_idtags_out_of_it():
    """OCPP 1.6 §3.5.3."""
    bench = Bench()
    bench.known.learn("A", {"status": "Blocked"})
    bench.send(1, listed("A", parentIdTag="P"))
    assert bench.known.find("a") == ("Accepted", "P")
    bench.known.learn("A", {"status": "Accepted"})
    while bench.known.local_list.busy:
        bench.known.local_list.tick()
        bench.desk.journal.flush()
    assert bench.known.cache.find("A", NOW_S) is None


def test_expiry_of_any_form_is_understood():
    """back-ends.md: times in all ISO forms."""
    bench = Bench()
    bench.send(1, listed("A", expiryDate="2026-09-21T16:13:20.000+02:00"))
    assert bench.known.find("A") == ("Expired", None)
    bench.station.now_s = NOW_S - 1
    assert bench.known.find("A") == ("Accepted", None)


def test_what_the_back_end_says_of_an_idtag_is_cached():
    """OCPP 1.6 §3.5.1: every status, with expiry and parent."""
    bench = Bench()
    bench.known.learn("A", {"status": "Accepted", "parentIdTag": "P"})
    bench.known.learn("B", {"status": "Blocked"})
    bench.known.learn("C", {"status": "Accepted", "expiryDate": "2020-01-01T00:00:00Z"})
    words = [bench.known.find(tag) for tag in "ABC"]
    assert words == [("Accepted", "P"), ("Blocked", None), ("Expired", None)]


@pytest.mark.parametrize(
    "info",
    [
        None,
        [],
        "Accepted",
        {},
        {"status": None},
        {"status": ["Accepted"]},
        {"status": "Fine"},
        {"status": "ConcurrentTx"},
    ],
)
def test_word_that_says_nothing_lasting_is_not_cached(info):
    """A late answer comes unchecked; ConcurrentTx is of its moment only."""
    bench = Bench()
    bench.known.learn("A", {"status": "Accepted"})
    bench.known.learn("A", info)
    assert bench.known.find("A") == ("Accepted", None)


@pytest.mark.parametrize("odd", [{"parentIdTag": 5}, {"expiryDate": "soon"}, {"expiryDate": 7}])
def test_odd_details_of_a_word_are_left_away(odd):
    bench = Bench()
    bench.known.learn("A", {"status": "Accepted", **odd})
    assert bench.known.find("A") == ("Accepted", None)


def test_store_that_is_short_of_room_is_left_to_the_journal():
    """core/room.py: what bills goes before what is only convenient."""
    bench = Bench()
    bench.shortage = 1
    bench.known.learn("A", ACCEPTED)
    bench.shortage = 0
    bench.desk.journal.trouble = "full"
    bench.known.learn("A", ACCEPTED)
    assert bench.known.find("A") is None and bench.desk.journal.pending == 0


def test_contradiction_of_the_list_is_noticed_once():
    """OCPP 1.6 §3.5.3, §7.6 LocalListConflict."""
    bench = Bench()
    bench.send(1, listed("A"))
    bench.known.learn("A", {"status": "Accepted"})
    bench.known.learn("A", {"status": "ConcurrentTx"})
    bench.known.learn("B", {"status": "Blocked"})
    assert not bench.known.take_conflict() and bench.station.said == []
    bench.known.learn("A", {"status": "Blocked"})
    assert bench.known.take_conflict() and not bench.known.take_conflict()
    assert bench.known.find("A") == ("Accepted", None)
    assert bench.station.said == [
        ("warning", "local list: A is Accepted, the back end says Blocked")
    ]
    assert bench.known.facts() == {"version": 1, "length": 1, "damaged": 0}


def test_cache_that_is_off_is_neither_asked_nor_filled_nor_cleared():
    """OCPP 1.6 §5.4, §9.1 AuthorizationCacheEnabled."""
    bench = Bench()
    bench.known.learn("A", ACCEPTED)
    bench.station.keys["AuthorizationCacheEnabled"] = False
    bench.known.learn("B", ACCEPTED)
    assert bench.known.find("A") is None
    assert not bench.known.clear_cache()
    bench.station.keys["AuthorizationCacheEnabled"] = True
    assert bench.known.find("A") and bench.known.find("B") is None
    assert bench.known.clear_cache() and bench.known.find("A") is None


def test_nothing_expires_before_the_last_known_time_or_without_one():
    """core/timekeeping.py: the floor, while no one has set the clock."""
    bench = Bench()
    bench.send(1, listed("A", expiryDate="2026-01-01T00:00:00Z"))
    bench.station.now_s = None
    assert bench.known.find("A") == ("Accepted", None)
    bench.station.floor_s = NOW_S
    assert bench.known.find("A") == ("Expired", None)
