"""core/authorisation: one question at a time, and a rule for silence."""

import pytest

from chargepoint.core import timing
from chargepoint.core.authorisation import Authorisation, same_tag


class Desk:
    """Plays settings, what is known here, the way to the back end, and whoever wants to know."""

    def __init__(self, online=True, known=None, **keys):
        self.online, self.known = online, known or {}
        self.keys = {
            "AllowOfflineTxForUnknownId": False,
            "LocalAuthorizeOffline": True,
            "LocalPreAuthorize": False,
            "OfflinePolicy": "Keys",
            **keys,
        }
        self.asked, self.decisions = [], []
        self.authorisation = Authorisation(self, self.ask, lambda: self.online, self.known.get)

    def get(self, name):
        return self.keys[name]

    def ask(self, tag, number):
        self.asked.append((tag, number))
        return self.online

    def request(self, tag, now_ms=0):
        return self.authorisation.request(tag, self.decide, now_ms)

    def decide(self, tag, status, parent, now_ms):
        self.decisions.append((tag, status, parent))


def test_authorisation_passes_the_back_ends_word_on():
    """OCPP 1.6 §4.1."""
    desk = Desk()
    assert desk.request("TAG")
    desk.authorisation.answered(1, "Blocked", "PARENT", 10)
    assert desk.decisions == [("TAG", "Blocked", "PARENT")]


@pytest.mark.parametrize("allowed, status", [(True, "Accepted"), (False, "Invalid")])
def test_authorisation_decides_by_the_offline_rule_when_no_one_can_be_asked(allowed, status):
    """OCPP 1.6 §3.5.2 AllowOfflineTxForUnknownId."""
    desk = Desk(online=False, AllowOfflineTxForUnknownId=allowed)
    desk.request("TAG")
    assert desk.decisions == [("TAG", status, None)]


def test_authorisation_decides_by_the_offline_rule_when_no_answer_comes():
    desk = Desk(AllowOfflineTxForUnknownId=True)
    desk.request("TAG")
    desk.authorisation.tick(timing.AUTHORISE_MS - 1)
    assert desk.decisions == []
    desk.authorisation.tick(timing.AUTHORISE_MS)
    assert desk.decisions == [("TAG", "Accepted", None)]


def test_authorisation_asks_for_one_idtag_at_a_time():
    desk = Desk()
    desk.request("TAG")
    assert not desk.request("OTHER")
    assert desk.asked == [("TAG", 1)]


def test_authorisation_drops_a_late_word_on_an_older_question_about_the_same_idtag():
    """The failure of a call that timed out must not refuse the card that is shown again."""
    desk = Desk()
    desk.request("TAG")
    desk.authorisation.tick(timing.AUTHORISE_MS)
    desk.request("TAG", timing.AUTHORISE_MS + 10)
    desk.authorisation.unanswered(1, timing.AUTHORISE_MS + 20)
    assert len(desk.decisions) == 1
    desk.authorisation.answered(2, "Accepted", None, timing.AUTHORISE_MS + 30)
    assert desk.decisions[1] == ("TAG", "Accepted", None)


GOOD, BAD = ("Accepted", "P"), ("Blocked", "P")


def offline_word(known, **keys):
    """What is decided about an idTag of which ``known`` is known, with no back end."""
    desk = Desk(online=False, known={} if known is None else {"TAG": known}, **keys)
    desk.request("TAG")
    return desk.decisions[0][1]


@pytest.mark.parametrize("local", [True, False])
@pytest.mark.parametrize("unknown", [True, False])
def test_offline_rules_by_the_keys(local, unknown):
    """OCPP 1.6 §3.5.2, §4.1, §9.1: every combination of the two keys."""
    keys = {"LocalAuthorizeOffline": local, "AllowOfflineTxForUnknownId": unknown}
    assert offline_word(None, **keys) == ("Accepted" if unknown else "Invalid")
    assert offline_word(GOOD, **keys) == ("Accepted" if local or unknown else "Invalid")
    assert offline_word(BAD, **keys) == "Blocked"
    assert offline_word(("Expired", None), **keys) == "Expired"


@pytest.mark.parametrize("known", [None, GOOD, BAD])
def test_offline_policy_goes_before_the_keys(known):
    """The vendor key OfflinePolicy."""
    keys = {"LocalAuthorizeOffline": False, "AllowOfflineTxForUnknownId": False}
    assert offline_word(known, OfflinePolicy="AcceptAll", **keys) == "Accepted"
    keys = {"LocalAuthorizeOffline": True, "AllowOfflineTxForUnknownId": True}
    assert offline_word(known, OfflinePolicy="RefuseAll", **keys) == "Invalid"


def test_known_idtag_is_not_asked_about_where_it_may_begin_before():
    """OCPP 1.6 §9.1 LocalPreAuthorize: without waiting for or asking the back end."""
    desk = Desk(known={"TAG": GOOD}, LocalPreAuthorize=True)
    desk.request("TAG")
    assert desk.decisions == [("TAG", "Accepted", "P")] and desk.asked == []


@pytest.mark.parametrize("known, early", [(GOOD, False), (BAD, True), (None, True)])
def test_back_end_is_asked_about_every_other_idtag(known, early):
    """OCPP 1.6 §4.1: also about one that is remembered as not accepted."""
    desk = Desk(known={} if known is None else {"TAG": known}, LocalPreAuthorize=early)
    desk.request("TAG")
    assert desk.decisions == [] and desk.asked == [("TAG", 1)]


def test_early_start_needs_the_back_end_to_be_there():
    """OCPP 1.6 §9.1: LocalPreAuthorize is for on line; off line LocalAuthorizeOffline decides."""
    keys = {"LocalPreAuthorize": True, "LocalAuthorizeOffline": False}
    assert offline_word(GOOD, **keys) == "Invalid"


def test_silence_is_decided_by_what_is_known_then():
    """The cache may have learned in between."""
    desk = Desk()
    desk.request("TAG")
    desk.known["TAG"] = GOOD
    desk.authorisation.unanswered(1, 5)
    assert desk.decisions == [("TAG", "Accepted", "P")]


def test_idtags_are_compared_without_regard_to_case():
    """OCPP 1.6 §7.28 CiString; None is no idTag."""
    assert same_tag("abCD", "ABcd")
    assert not same_tag(None, None) and not same_tag("A", "B")
