"""What a person sees: on a terminal a view that lives, elsewhere lines."""

import io

import pytest
from rich.console import Console

from tools.commission import live
from tools.commission.station import Reopened
from tools.commission.steps import BY_KEY
from tools.service.line import Trouble

FACTS = {
    "pilot": "B", "pilot_mv": [9_012, -12_004], "energised": False, "offered_ma": 16_000,
    "meter": {"power_w": 7_000},
}  # fmt: skip


def seen(terminal, act):
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=100, color_system=None)
    with live.Picture(console) as picture:
        act(picture)
    return text.getvalue()


def failed(reason):
    measure = {"verdict": "failed", "remedy": "mend [it]"}
    return {"verdict": "failed", "reason": reason, "measures": [measure]}


def test_terminal_shows_the_step_what_is_waited_for_and_the_figures():
    def act(picture):
        picture.begins(BY_KEY["card"], 8)
        picture.say("waiting for: a card at the reader")
        picture.facts(FACTS)

    shown = seen(True, act)
    assert "step 8 of 18" in shown and "a card at the reader" in shown
    assert "pilot B +9.01 / -12.00 V" in shown and "offer 16 A" in shown and "7000 W" in shown


def test_pilot_that_can_not_be_read_is_shown_as_that():
    blind = {**FACTS, "pilot_mv": [None, None]}
    shown = seen(True, lambda p: (p.begins(BY_KEY["card"], 1), p.facts(blind)))
    assert "pilot B ?" in shown


@pytest.mark.parametrize("terminal", [True, False])
def test_step_that_failed_stays_with_its_reason_and_what_to_do(terminal):
    """Words in brackets are words, and no markup."""
    shown = seen(terminal, lambda p: p.told(BY_KEY["lock"], failed("bolt [bold]jammed[/bold]")))
    assert "Cable lock: bolt [bold]jammed[/bold]" in shown and "mend [it]" in shown


def test_lines_elsewhere_tell_what_is_waited_for_once():
    def act(picture):
        picture.begins(BY_KEY["card"], 8)
        picture.say("waiting for: energy")
        for _ in range(5):
            picture.facts(FACTS)

    assert seen(False, act).splitlines() == ["    waiting for: energy"]


class Port:
    """A line that fails when it is told to."""

    def __init__(self):
        self.opened, self.closed, self.fails = 0, 0, False

    def open(self):
        self.opened += 1
        return self

    def ask(self, request):
        if self.fails:
            raise Trouble("gone")
        return {"ok": True}

    def close(self):
        self.closed += 1


def test_line_that_failed_is_opened_again():
    port = Port()
    line = Reopened(port.open)
    assert port.opened == 0
    assert line.ask({}) == line.ask({}) == {"ok": True} and port.opened == 1
    port.fails = True
    with pytest.raises(Trouble):
        line.ask({})
    assert port.closed == 1
    port.fails = False
    assert line.ask({}) == {"ok": True} and port.opened == 2
    line.close()
    line.close()
    assert port.closed == 2
