"""What the sim's page shows, without a page: differences, the board, advice, what is sent."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tools.sim.page
from host_tests.harness.world.faults import FAULTS
from tools.sim.page.board import ALL, KEPT_FRAMES, Board, Look
from tools.sim.page.difference import SAME, between, merge
from tools.sim.page.guide import advice
from tools.sim.page.shown import letter

STATIC = Path(tools.sim.page.__file__).parent / "static"
_STATES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab", max_size=2),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.sampled_from("abcd"), parts),
    max_leaves=12,
)


@given(_STATES, _STATES)
def test_difference_leads_from_any_state_to_any_other(old, new):
    change = between(old, new)
    if change is SAME:
        assert json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)
    else:
        assert merge(old, json.loads(json.dumps(change))) == new


def test_difference_tells_only_what_changed():
    old = {"power": True, "connectors": {"1": {"lamp": [0, 1, 0], "power_w": 0}}}
    new = {"power": True, "connectors": {"1": {"lamp": [0, 1, 0], "power_w": 11040}}}
    assert between(old, new) == {"connectors": {"1": {"power_w": 11040}}}
    assert between(new, new) is SAME
    assert between({"on": True}, {"on": 1}) == {"on": 1}
    assert between({"on": [False]}, {"on": [0]}) == {"on": [0]}


def news(**told):
    empty = {"clock": {}, "rows": {}, "stations": {}, "frames": {}, "log": {}, "samples": {}}
    return {**empty, **told}


def test_look_begins_with_everything_and_goes_on_with_what_is_new():
    board = Board(["one", "two"])
    look = Look(board)
    board.take(news(clock={"now_ms": 1}, stations={"one": {"power": True}}, log={"one": ["a"]}))
    assert look.news() == {}
    look.watch("one")
    first = look.news()
    assert first["watching"] == "one" and first["log"] == ["a"]
    assert merge(None, first["station"]) == {"power": True}
    assert look.news() == {}
    board.take(news(clock={"now_ms": 2}, stations={"one": {"power": True}}, log={"two": ["b"]}))
    assert look.news() == {"clock": {"now_ms": 2}}
    look.watch(ALL)
    assert look.news()["watching"] is None


def test_look_that_was_away_gets_the_last_entries_once_and_the_board_stays_small():
    board = Board(["one"])
    slow, quick = Look(board), Look(board)
    for look in (slow, quick):
        look.watch("one")
    seen = []
    for number in range(2 * KEPT_FRAMES):
        board.take(news(stations={"one": {}}, frames={"one": [number]}))
        seen += quick.news()["frames"]
    assert seen == list(range(2 * KEPT_FRAMES))
    assert slow.news()["frames"] == seen[-KEPT_FRAMES:]
    assert "frames" not in slow.news()


@pytest.mark.parametrize(
    ("high_mv", "name"),
    [(12_000, "A"), (9_000, "B"), (6_000, "C"), (3_000, "D"), (0, "E"), (-12_000, "F")],
)
def test_pilot_reads_as_its_level(high_mv, name):
    """IEC 61851-1 table A.4."""
    assert letter((high_mv, -12_000)) == name
    assert letter((high_mv - 900, -12_000)) == name


def station(**told):
    connector = {
        "status": "Available",
        "error_code": "NoError",
        "plugged": False,
        "wants": False,
        "transaction": "free",
        "refusal": "unplugged",
        "faults": [],
        "said_faults": [],
    }
    connector.update({name: told.pop(name) for name in list(told) if name in connector})
    whole = {"power": True, "network": True, "online": True, "mains": True, "link": ""}
    return {**whole, "faults": [], "said_faults": [], **told, "connectors": {"1": connector}}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "Plug a vehicle in"),
        ({"power": False}, "no power"),
        ({"online": False, "link": "refused"}, r"looks for its back end: refused \(does anyone"),
        ({"online": False, "network": False}, "told to the back end later"),
        ({"mains": False}, "mains is gone"),
        ({"status": "Preparing", "plugged": True, "transaction": "plugged"}, "Show a card"),
        (
            {"status": "Preparing", "plugged": True, "transaction": "starting", "refusal": "lock"},
            "not locked",
        ),
        ({"status": "Charging", "plugged": True, "transaction": "active"}, "It charges"),
        (
            {"status": "SuspendedEV", "plugged": True, "transaction": "active"},
            "Let it draw power again",
        ),
        (
            {
                "status": "SuspendedEVSE",
                "plugged": True,
                "wants": True,
                "transaction": "active",
                "refusal": "limit",
            },
            "Less than 6 A",
        ),
        ({"status": "Finishing", "plugged": True, "transaction": "finished"}, "Unplug"),
        ({"status": "Reserved"}, "reserved"),
        ({"status": "Unavailable", "plugged": True}, "out of service"),
        (
            {"status": "Faulted", "error_code": "GroundFailure", "faults": ["residual_current"]},
            r"\(GroundFailure\).* Mend: residual current",
        ),
        (
            {"status": "Faulted", "said_faults": ["residual_current"]},
            "waits 5 min .* hold the button",
        ),
        ({"status": "Faulted", "said_faults": ["diode"]}, "All is mended.* 30 s .* unplug"),
    ],
)
def test_visitor_is_told_what_to_do_next(told, said):
    assert re.search(said, advice(station(**told), "1"))


def test_no_text_of_the_wire_can_become_markup():
    """The scripts make elements and texts; none of them reads HTML."""
    scripts = {path.name: path.read_text() for path in STATIC.glob("*.js")}
    assert "dom.js" in scripts
    for name, text in scripts.items():
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval("):
            assert forbidden not in text, f"{name}: {forbidden}"


def test_page_asks_nobody_else_and_has_no_script_of_its_own_in_the_markup():
    for path in STATIC.iterdir():
        addresses = set(re.findall(r"https?://[^\"'\s)]+", path.read_text()))
        assert addresses <= {"http://www.w3.org/2000/svg"}, path.name
    markup = (STATIC / "index.html").read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", markup)


def test_every_fault_of_the_world_has_a_meaning_to_show():
    assert all(fault.description for fault in FAULTS.values())
