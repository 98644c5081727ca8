"""What ``wait`` waits for: a small language over the state that ``state`` answers.

    {"status": "Charging", "connector": 1}      names of a connector (1 when none is told) or of
                                                the station; all must be equal
    "connectors.1.power_w>=3000"                a path, a comparison (= != >= <= > <), a value
    ["online=true", "sessions.-1.reason=Local"] all of a list

A value is JSON, or else text. A path is names and numbers with dots; -1 is the last of a list.
What is not there (yet) fulfils nothing but ``!=``.
"""

import json
import operator
import re

from tools.sim.errors import Refused

_COMPARISON = re.compile(r"(?P<path>[\w.-]+)\s*(?P<how>!=|>=|<=|=|>|<)\s*(?P<value>.*)")
_ORDERED = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
_EXPECTED = 'an object such as {"status": "Charging"}, "path=value", or a list of these'
_FROM_STATION = {"station", "online"}
_MISSING = object()


class Condition:
    """``wanted`` is what stands under "for"; ``state`` an example of what it will be asked of.

    Raises Refused for what is not of the language, and for a name that no state has.
    """

    def __init__(self, wanted, state: dict):
        self.tests = _tests(wanted, state)
        if not self.tests:
            raise Refused(f'"for": expected {_EXPECTED}, at least one condition')

    @property
    def asks_station(self) -> bool:
        """Whether the firmware's own word is needed, not only the world and the back end."""
        return any(not _FROM_STATION.isdisjoint(path) for path, _, _ in self.tests)

    def holds(self, state: dict) -> bool:
        """Whether all of it is true."""
        return all(_true(find(state, path), how, value) for path, how, value in self.tests)

    def found(self, state: dict) -> dict:
        """What is there instead, path by path; None for what is not there."""
        values = ((".".join(path), find(state, path)) for path, _, _ in self.tests)
        return {path: None if value is _MISSING else value for path, value in values}


def find(state, path: list[str]):
    """The value at the end of ``path``, or a mark that there is none."""
    for part in path:
        try:
            state = state[int(part)] if isinstance(state, list) else state[part]
        except (KeyError, IndexError, ValueError, TypeError):
            return _MISSING
    return state


def _tests(wanted, state) -> list:
    if isinstance(wanted, dict):
        return _of_object(wanted, state)
    if isinstance(wanted, str):
        return [_of_text(wanted, state)]
    if isinstance(wanted, list) and all(isinstance(part, dict | str) for part in wanted):
        return [test for part in wanted for test in _tests(part, state)]
    raise Refused(f'"for": expected {_EXPECTED}, not {json.dumps(wanted)[:80]}')


def _of_object(wanted: dict, state: dict) -> list:
    wanted = dict(wanted)
    connector = wanted.pop("connector", 1)
    if type(connector) is not int or str(connector) not in state["connectors"]:
        known = ", ".join(state["connectors"])
        raise Refused(f'"for": connector {connector!r}: one of {known} expected')
    return [([*_place(name, connector, state), name], "=", wanted[name]) for name in wanted]


def _place(name: str, connector: int, state: dict) -> list[str]:
    """Whose name it is: the connector's first, else the station's."""
    own = state["connectors"][str(connector)]
    if name in own:
        return ["connectors", str(connector)]
    if name in state:
        return []
    known = ", ".join([*own, *(key for key in state if key != "connectors")])
    raise Refused(f'"for": nothing is called {name!r}; there are {known}')


def _of_text(wanted: str, state: dict) -> tuple:
    found = _COMPARISON.fullmatch(wanted.strip())
    if found is None:
        raise Refused(f'"for": {wanted[:80]!r}: path=value expected (= != >= <= > <)')
    path = found["path"].split(".")
    if path[0] not in state:
        raise Refused(f'"for": nothing is called {path[0]!r}; there are {", ".join(state)}')
    if path[0] == "connectors" and (len(path) < 3 or path[1] not in state["connectors"]):
        known = ", ".join(state["connectors"])
        raise Refused(f'"for": {wanted[:80]!r}: connectors.N.name expected, N of {known}')
    return path, found["how"], _value(found["value"])


def _value(text: str):
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _true(value, how: str, wanted) -> bool:
    if how == "!=":
        return value is _MISSING or not _same(value, wanted)
    if value is _MISSING:
        return False
    if how == "=":
        return _same(value, wanted)
    return _is_number(value) and _is_number(wanted) and _ORDERED[how](value, wanted)


def _same(value, wanted) -> bool:
    """Equal as JSON is: true is not 1."""
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _is_number(value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
