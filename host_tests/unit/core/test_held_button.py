"""core/held_button: a technician's long press, told once."""

import pytest

from chargepoint.core import timing
from chargepoint.core.held_button import HeldButton
from host_tests.unit.core.parts import Value


class Panel:
    def __init__(self, down=False):
        self.port, self.now_ms = Value(down), 2_000_000
        self.button, self.told = HeldButton(self.port), []

    def hold(self, down, ms, every=10):
        self.port.value = down
        for _ in range(ms // every):
            self.now_ms += every
            if self.button.poll(self.now_ms):
                self.told.append(self.now_ms)
        return len(self.told)


@pytest.mark.parametrize("every", [10, 100])
def test_button_is_told_once_after_5_s(every):
    panel = Panel()
    panel.hold(False, 1000)
    assert panel.hold(True, timing.TECHNICIAN_MS, every) == 0
    assert panel.hold(True, every, every) == 1
    assert panel.hold(True, 60_000, every) == 1


def test_button_is_told_again_after_it_was_let_go():
    panel = Panel()
    panel.hold(False, 100)
    for times in (1, 2, 3):
        panel.hold(False, 20)
        assert panel.hold(True, 6000) == times


def test_button_that_is_let_go_too_early_tells_nothing():
    """A hand that leans on it, a child that plays with it."""
    panel = Panel()
    panel.hold(False, 100)
    for _ in range(20):
        panel.hold(True, timing.TECHNICIAN_MS)
        panel.hold(False, 10)
    assert panel.told == []


def test_button_that_is_down_at_the_start_has_to_be_let_go_first():
    """A shorted input must not forgive faults at each start."""
    panel = Panel(down=True)
    assert panel.hold(True, 60_000) == 0
    panel.hold(False, 20)
    assert panel.hold(True, 6000) == 1


@pytest.mark.parametrize("shown", [None, 1, "down"])
def test_button_that_can_not_be_read_is_not_down(shown):
    panel = Panel()
    panel.hold(False, 100)
    assert panel.hold(shown, 60_000) == 0


def test_button_in_steps_of_a_second_needs_longer():
    """Between two readings it may have been up: a gap counts for a quarter of a second."""
    panel = Panel()
    panel.hold(False, 1000, every=1000)
    assert panel.hold(True, 20_000, every=1000) == 0
    assert panel.hold(True, 1000, every=1000) == 1
