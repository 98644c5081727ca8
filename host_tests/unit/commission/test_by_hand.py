"""A person with an adapter is led through all of it by words alone."""

import pytest

from host_tests.commissioning.person import Person
from tools.commission.back_end import ByEye
from tools.commission.by_hand import ByHand
from tools.commission.device import Gone


@pytest.fixture
def by_hand(make):
    def begin(**words):
        acceptance = make(**words)
        person = Person(acceptance.stage)
        acceptance.person = person
        acceptance.trial.device = ByHand(person.tell, person.ask, "an adapter", "4711")
        acceptance.trial.device.patience_s = 10
        acceptance.trial.back_end = ByEye(person.ask)
        return acceptance

    return begin


def test_person_with_an_adapter_passes_a_good_station(by_hand):
    acceptance = by_hand()
    assert acceptance.go(), acceptance.failed()
    made = acceptance.report()
    assert made["verdict"] == "passed" and made["device"] == {
        "name": "an adapter",
        "serial": "4711",
    }
    assert made["recorded_by"] == "looked at by the technician"
    # What only a tester with a clock can measure is not claimed.
    measures = acceptance.record.results["contactor"]["measures"]
    timed = next(each for each in measures if each["what"] == "from leaving C to open")
    assert timed["verdict"] == "not done"
    # Not asked for what the station itself shows: no question of the kind "done?".
    assert len(acceptance.person.asked) <= 8


def test_switch_that_was_forgotten_is_asked_for_and_waited_for(by_hand):
    acceptance = by_hand()
    person, device = acceptance.person, acceptance.trial.device
    forgotten = []

    def tell(text):
        if "plug the adapter in" in text and not forgotten:
            forgotten.append(text)
        else:
            person.tell(text)

    def ask(question):
        if "does not show this yet" in question:
            person.asked.append(question)
            person.tell(forgotten[0])
            return "w"
        return person.ask(question)

    device._tell, device._ask = tell, ask
    acceptance.go("self_test", "pilot_at_rest")
    assert acceptance.verdicts()["pilot_at_rest"] == "passed"
    assert [question for question in person.asked if "state B" in question]


def test_person_who_gives_up_keeps_what_was_done(by_hand, again):
    acceptance = by_hand()
    acceptance.trial.device._tell = lambda text: None
    acceptance.trial.device._ask = lambda question: "q"
    with pytest.raises(Gone):
        acceptance.go()
    assert list(acceptance.record.results) == ["identity", "self_test", "temperature"]
    assert list(again(acceptance.stage).record.results) == ["identity", "self_test", "temperature"]


def test_load_of_unknown_power_is_told_and_not_judged(by_hand):
    acceptance = by_hand()
    acceptance.person.load_w = ""
    assert acceptance.go(), acceptance.failed()
    measures = acceptance.record.results["meter"]["measures"]
    assert next(each for each in measures if each["what"] == "energy against a load")


def test_session_that_the_person_does_not_find_fails(by_hand):
    acceptance = by_hand()
    acceptance.person.billed = lambda: ""
    assert not acceptance.go()
    assert "session in the back end" in acceptance.failed()["session"]


def test_session_with_another_energy_fails(by_hand):
    acceptance = by_hand()
    acceptance.person.billed = lambda: "7.5"
    assert not acceptance.go()
    assert acceptance.failed() == {"session": ["energy in the back end"]}


@pytest.mark.parametrize(
    ("said", "found"),
    [("53,3 %", 5330), (" 53.3", 5330), ("", None), ("abc", None), ("nan", None), ("200", None)],
)
def test_duty_as_people_type_it(said, found):
    assert ByHand(print, lambda question: said).duty_bp() == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("123", [True] * 3),
        ("0", [False] * 3),
        ("L1, L3", [True, False, True]),
        ("", None),
        ("yes", None),
    ],
)
def test_live_phases_as_people_type_them(said, found):
    assert ByHand(print, lambda question: said).live() == found
