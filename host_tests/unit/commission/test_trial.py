"""What a step of a commissioning waits for, in the time of a laptop that may sleep."""

from types import SimpleNamespace

from tools.commission import in_session
from tools.commission.trial import Trial

LIMIT_S = 5


class Pace:
    """Time passes in waits alone."""

    poll_s = 0.5

    def __init__(self):
        self.now = 0

    def now_s(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds


def waited(comes_s, look_s=0):
    """Whether something that is there from ``comes_s`` on was seen, where a look takes so long."""
    pace = Pace()

    def look():
        there = pace.now >= comes_s
        pace.now += look_s
        return there

    trial = SimpleNamespace(pace=pace, look=look)
    return Trial.until(trial, lambda there: there, LIMIT_S)


def test_what_comes_in_time_is_seen_and_what_comes_later_is_not():
    assert waited(LIMIT_S) and not waited(LIMIT_S + 1)


def test_what_came_while_the_laptop_slept_is_seen():
    """It is not the station's fault that no one looked for an hour."""
    assert waited(3, look_s=3600)


def test_session_that_was_recorded_while_the_laptop_slept_is_found():
    """The answer to the first question took an hour, and the session came meanwhile."""
    pace, notes = Pace(), []

    def session(identity, began_s):
        asked_s = pace.now
        pace.now += 3600
        return SimpleNamespace(energy_wh=42 if asked_s > 0 else None)

    trial = SimpleNamespace(
        pace=pace, say=lambda text: None, note=notes.append, settings={},
        back_end=SimpleNamespace(patient=True, session=session),
    )  # fmt: skip
    assert in_session._recorded(trial, 0) == 42 and not notes
