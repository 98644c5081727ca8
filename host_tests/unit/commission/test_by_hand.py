"""A person with an adapter is led through all of it by words alone."""

import re

import pytest

from tools.commission.back_end import ByEye
from tools.commission.by_hand import ByHand
from tools.commission.device import Gone
from tools.commission.emulated import Emulated, OnStage


class Person:
    """Does what the words say, in the world of a stage; reads off it what is asked."""

    def __init__(self, stage):
        self.stage = stage
        self.hands = Emulated(OnStage(stage))
        self.heard = []
        self.asked = []
        self.load_w = "11040"
        self.cable = 32

    def tell(self, text):
        self.heard.append(text)
        plugged = re.fullmatch(r"Set PP to (open.*|(\d+) A), CP to state B, and plug .*", text)
        if plugged:
            self.hands.plug(int(plugged[2]) if plugged[2] else None)
        elif text.startswith("Set CP to state A"):
            self.hands.unplug()
        elif text.startswith("Set CP to state"):
            self.hands.state(text[len("Set CP to state ")])
        elif text.startswith("Hold the test card"):
            self.hands.card()
        elif text.startswith("Switch the load"):
            self.hands.draw(16, 3)
        else:
            on = text.startswith("Press and hold")
            for word, switch in (
                ("CP error", self.hands.short),
                ("diode", self.hands.bridge_diode),
                ("PE error", self.hands.break_earth),
            ):
                if word in text:
                    switch(on)
                    return
            raise AssertionError(f"a person would not know what to do: {text}")

    def ask(self, question):
        self.asked.append(question)
        answers = (
            ("known load", lambda: self.draw()),
            ("residual current", lambda: self.hands.leak(True) and "y"),
            ("Duty", lambda: f"{self.hands.duty_bp() / 100:.1f} %"),
            ("have mains", lambda: self.live()),
            ("Pull", lambda: "y" if self.hands.held() else "n"),
            ("kWh", lambda: self.billed()),
        )  # fmt: skip
        for word, answer in answers:
            if word in question:
                return answer()
        raise AssertionError(f"a person would not know what to say: {question}")

    def live(self):
        live = zip("123", self.hands.live(), strict=True)
        return "".join(number for number, on in live if on) or "0"

    def draw(self):
        self.hands.draw(16, 3)
        return self.load_w

    def billed(self):
        row = self.stage.sessions()[-1]
        return f"{(row['meter_stop'] - row['meter_start']) / 1000:.3f}".replace(".", ",")


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
