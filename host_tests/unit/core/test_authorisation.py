"""core/authorisation: one question at a time, and a rule for silence."""

import pytest

from chargepoint.core import timing
from chargepoint.core.authorisation import Authorisation, same_tag


class Desk:
    """Plays the settings, the way to the back end, and whoever wants to know."""

    def __init__(self, online=True, unknown_allowed=False):
        self.online, self.unknown_allowed = online, unknown_allowed
        self.asked, self.decisions = [], []
        self.authorisation = Authorisation(self, self.ask)

    def get(self, name):
        assert name == "AllowOfflineTxForUnknownId"
        return self.unknown_allowed

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
    desk = Desk(online=False, unknown_allowed=allowed)
    desk.request("TAG")
    assert desk.decisions == [("TAG", status, None)]


def test_authorisation_decides_by_the_offline_rule_when_no_answer_comes():
    desk = Desk(unknown_allowed=True)
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


def test_idtags_are_compared_without_regard_to_case():
    """OCPP 1.6 §7.28 CiString; None is no idTag."""
    assert same_tag("abCD", "ABcd")
    assert not same_tag(None, None) and not same_tag("A", "B")
