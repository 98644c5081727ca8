"""harness/pace: few steps while nothing happens, and none over anything that does."""

import pytest

from host_tests.harness.stage import Stage


@pytest.fixture
def stage(tmp_path):
    with Stage("in_process", tmp_path) as stage:
        stage.start()
        yield stage.ready()


def count_steps(stage, seconds):
    """How many steps ``seconds`` take, and the longest of them in ms."""
    taken, step = [], stage.step

    def counted(to_ms, inputs=None):
        taken.append(to_ms - stage.now_ms)
        return step(to_ms, inputs)

    stage.step = counted
    stage.advance(seconds)
    return len(taken), max(taken)


def test_hour_of_charging_takes_few_steps_and_none_is_longer_than_a_second(stage):
    """An hour of charging in well under a second: what a step costs is in `make bench`."""
    stage.charge(5)
    steps, longest_ms = count_steps(stage, 3600)
    assert steps < 8000 and longest_ms <= 1000


def test_event_of_the_world_is_never_stepped_over(stage):
    stage.advance(30)
    seen = []
    stage.world.after(12_345, lambda: seen.append(stage.world.now_ms))
    wanted_ms = stage.now_ms + 12_345
    stage.advance(12)
    ends = []
    while not seen:
        stage.advance(0.001)
        ends.append(stage.now_ms)
    assert seen == [wanted_ms] and ends[-1] == wanted_ms


def test_steps_are_fine_while_something_moves(stage):
    stage.vehicle.plug_in()
    steps, _ = count_steps(stage, 1)
    assert steps == 100
