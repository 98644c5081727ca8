"""The fields of commands: each name means one thing, whatever the command."""

import json
import math

from host_tests.harness.led_loop import FASTEST, SLOWEST
from host_tests.harness.world.faults import FAULTS
from host_tests.harness.world.proximity import NOMINAL_OHM
from tools.sim.errors import Refused

MOST_AMPS = 80
MOST_VOLTS = 400
LONGEST_S = 24 * 3600
# OCPP 1.6 §7.28: idTag is CiString20Type.
LONGEST_TAG = 20


def check(name: str, value, connectors: int):
    """``value`` as the command gets it; Refused saying what was expected."""
    expected, accept = _FIELDS[name]
    if not accept(value, connectors):
        expected = expected.format(most=connectors)
        raise Refused(f'"{name}": expected {expected}, not {json.dumps(value)[:80]}')
    return value


def _is_number(value, low, high) -> bool:
    real = isinstance(value, int | float) and not isinstance(value, bool)
    return real and math.isfinite(value) and low <= value <= high


def _is_connector(value, connectors):
    return type(value) is int and 1 <= value <= connectors


def _is_uid(value, connectors):
    try:
        return isinstance(value, str) and len(bytes.fromhex(value)) in (4, 7, 10)
    except ValueError:
        return False


def _is_tag(value, connectors):
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TAG and value.isprintable()


def _is_bool(value, connectors):
    return isinstance(value, bool)


def _is_seconds(value, connectors):
    return _is_number(value, 0, LONGEST_S)


_BOOL = ("true or false", _is_bool)
_SECONDS = (f"seconds from 0 to {LONGEST_S}", _is_seconds)
_FIELDS = {
    "connector": ("a connector, 1 to {most}", _is_connector),
    "amps": (f"amperes from 0 to {MOST_AMPS}", lambda value, _: _is_number(value, 0, MOST_AMPS)),
    "phases": ("1 or 3", lambda value, _: type(value) is int and value in (1, 3)),
    "asks": _BOOL,
    "asleep": _BOOL,
    "ventilation": _BOOL,
    "cable_a": (
        f"{', '.join(map(str, NOMINAL_OHM))} (amperes) or null",
        lambda value, _: value is None or type(value) is int and value in NOMINAL_OHM,
    ),
    "volts": (f"volts from 0 to {MOST_VOLTS}", lambda value, _: _is_number(value, 0, MOST_VOLTS)),
    "celsius": ("degrees from -40 to 125", lambda value, _: _is_number(value, -40, 125)),
    "times": (
        f"{SLOWEST} to {FASTEST} times as fast as a clock",
        lambda value, _: _is_number(value, SLOWEST, FASTEST),
    ),
    "up": _BOOL,
    "on": _BOOL,
    "vehicles": _BOOL,
    "uid": ("4, 7 or 10 bytes as hex digits", _is_uid),
    "id_tag": (f"a text of 1 to {LONGEST_TAG} characters", _is_tag),
    "name": (
        f"one of {', '.join(FAULTS)}",
        lambda value, _: isinstance(value, str) and value in FAULTS,
    ),
    # Looked at closely where the state is at hand: conditions.py.
    "for": (
        "a condition, see conditions.py",
        lambda value, _: isinstance(value, dict | str | list),
    ),
    "timeout_s": _SECONDS,
    "seconds": _SECONDS,
    "action": ("the name of an OCPP action", lambda value, _: isinstance(value, str) and value),
    "payload": ("an object", lambda value, _: isinstance(value, dict)),
    "request": ("an object", lambda value, _: isinstance(value, dict)),
}
