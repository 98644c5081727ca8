"""The lines of scripts and of the control port, judged without a sim."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tests.harness.world.faults import FAULTS
from tools.sim.commands import COMMANDS, parse
from tools.sim.errors import Refused

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(), parts, max_size=3),
    max_leaves=6,
)
_NAMES = sorted({name for _, fields in COMMANDS.values() for name in fields})
_LIKE_COMMANDS = st.fixed_dictionaries(
    {"do": st.sampled_from(sorted(COMMANDS))},
    optional={name: _JSON for name in _NAMES},
)


def refusal(line, connectors=1):
    with pytest.raises(Refused) as told:
        parse(line if isinstance(line, str) else json.dumps(line), connectors)
    return str(told.value)


def test_command_gets_its_defaults():
    """Issue 2: a plain plug_in asks for power by itself."""
    command = parse('{"do": "plug_in"}', 1)
    assert command.do == "plug_in"
    vehicle = {"connector": 1, "amps": 32, "phases": 3, "asks": True}
    rest = {"cable_a": 32, "asleep": False, "ventilation": False}
    assert command.fields == {**vehicle, **rest}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "a JSON object expected"),
        ("nonsense", "a JSON object expected"),
        ("[" * 50_000, "not one so deep"),
        ("[]", 'with "do" expected'),
        ("{}", "expected one of plug_in, unplug"),
        ({"do": ["plug_in"]}, "expected one of plug_in, unplug"),
        ({"do": "plug_in", "volts": 230}, "expected connector, amps, phases, asks"),
        ({"do": "quit", "now": True}, "expected nothing"),
        ({"do": "plug_in", "connector": 3}, "a connector, 1 to 2"),
        ({"do": "plug_in", "connector": True}, "a connector, 1 to 2"),
        ({"do": "plug_in", "amps": -1}, "amperes from 0 to 80"),
        ('{"do": "plug_in", "amps": NaN}', "amperes from 0 to 80"),
        ({"do": "plug_in", "phases": 2}, "1 or 3"),
        ({"do": "plug_in", "cable_a": 25}, "13, 20, 32, 63 (amperes) or null"),
        ({"do": "voltage", "volts": 401}, "volts from 0 to 400"),
        ({"do": "temperature", "celsius": "hot"}, "degrees from -40 to 125"),
        ({"do": "network", "up": 1}, "true or false"),
        ({"do": "network"}, '"up" expected'),
        ({"do": "fault", "name": "gremlins"}, "one of diode_missing"),
        ({"do": "fault", "name": ["diode_missing"]}, "one of diode_missing"),
        ({"do": "present_card", "uid": "04A1"}, "4, 7 or 10 bytes"),
        ({"do": "present_card", "uid": "xyz"}, "4, 7 or 10 bytes"),
        ({"do": "present_card", "id_tag": "x" * 21}, "1 to 20 characters"),
        ({"do": "wait", "for": 7}, "a condition"),
        ({"do": "wait", "for": {}, "timeout_s": -1}, "seconds from 0"),
    ],
)
def test_command_is_refused_with_what_was_expected(line, expected):
    """Issue 2: unknown or malformed commands name what was expected."""
    assert expected in refusal(line, connectors=2)


@given(st.text() | _JSON.map(json.dumps) | _LIKE_COMMANDS.map(json.dumps))
def test_command_is_understood_or_refused_whatever_the_line(line):
    """Any text: a command with exactly its fields, or Refused; nothing else is raised."""
    try:
        command = parse(line, 1)
    except Refused as error:
        assert str(error)
        return
    assert set(command.fields) == set(COMMANDS[command.do][1])


@given(st.sampled_from(sorted(FAULTS)), st.integers(-3, 6), st.integers(1, 4))
def test_fault_is_taken_for_connectors_that_there_are(name, connector, connectors):
    line = json.dumps({"do": "fault", "name": name, "connector": connector})
    if 1 <= connector <= connectors:
        assert parse(line, connectors).fields == {"name": name, "connector": connector}
    else:
        refusal(line, connectors)
