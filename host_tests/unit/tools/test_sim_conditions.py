"""What ``wait`` waits for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sim.conditions import Condition
from tools.sim.errors import Refused

STATE = {
    "online": True,
    "network": True,
    "station": {"undelivered": 3},
    "connectors": {
        "1": {"status": "Available", "power_w": 0, "closed": False, "error_code": None},
        "2": {"status": "Charging", "power_w": 11040, "closed": True, "error_code": None},
    },
    "sessions": [{"reason": "Local"}, {"reason": None}],
}


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": "Available"},
        {"status": "Charging", "connector": 2, "closed": True},
        {"online": True, "status": "Charging", "connector": 2},
        {"error_code": None},
        "online=true",
        "connectors.2.power_w >= 11000",
        "connectors.2.power_w<11041",
        "connectors.1.status=Available",
        "connectors.1.status != Charging",
        "station.undelivered>2",
        "sessions.0.reason=Local",
        "sessions.-1.reason=null",
        "sessions.7.reason!=Local",
        ["online=true", {"status": "Available"}],
    ],
)
def test_condition_holds(wanted):
    assert Condition(wanted, STATE).holds(STATE)


@pytest.mark.parametrize(
    "wanted",
    [
        {"status": "Charging"},
        {"status": "Charging", "connector": 2, "closed": False},
        "online=1",
        "online=True",
        "connectors.2.power_w>11040",
        "connectors.1.status>A",
        "sessions.7.reason=Local",
        "sessions.x.reason=Local",
        "station.undelivered.deeper=3",
        ["online=true", "network=false"],
    ],
)
def test_condition_does_not_hold(wanted):
    """What is not there, of another kind, or only partly true."""
    assert not Condition(wanted, STATE).holds(STATE)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, "at least one condition"),
        ([], "at least one condition"),
        ({"connector": 1}, "at least one condition"),
        ({"status": "Charging", "connector": 3}, "one of 1, 2 expected"),
        ({"status": "Charging", "connector": "1"}, "one of 1, 2 expected"),
        ({"staus": "Charging"}, "there are status"),
        ("online", "path=value expected"),
        ("on line=1", "path=value expected"),
        ("__class__.x=1", "there are online"),
        ("connectors.3.status=Available", "N of 1, 2"),
        ([["online=true"]], "a list of these"),
    ],
)
def test_condition_is_refused_with_what_was_expected(wanted, expected):
    """A misspelt condition would never come true: it is told at once."""
    with pytest.raises(Refused, match=expected):
        Condition(wanted, STATE)


def test_condition_tells_what_is_there_instead():
    condition = Condition(["connectors.1.status=Charging", "sessions.7.reason=Local"], STATE)
    assert condition.found(STATE) == {
        "connectors.1.status": "Available",
        "sessions.7.reason": None,
    }


def test_condition_knows_when_the_firmware_must_be_asked():
    assert Condition({"online": True}, STATE).asks_station
    assert not Condition({"status": "Available"}, STATE).asks_station


@given(st.text())
def test_condition_of_any_text_is_judged_or_refused(text):
    try:
        condition = Condition(text, STATE)
    except Refused:
        return
    assert condition.holds(STATE) in (True, False)
