"""Stage.hang: the interpreter hangs, and what guards the contactor outside of it acts."""

import pytest

from host_tests.harness.stage import Stage
from host_tests.harness.targets.base import Unavailable


@pytest.fixture(params=["in_process", "qemu"])
def stage(request, tmp_path):
    try:
        stage = Stage(request.param, tmp_path)
    except Unavailable as reason:
        pytest.skip(str(reason))
    with stage:
        stage.start()
        yield stage.ready()


def test_hung_interpreter_holds_the_contactor_for_100_ms_at_most(stage):
    """The interlock's monostable, the front end's guard: 100 ms, and the contactor's 20."""
    stage.charge(5)
    stage.hang(90)
    assert stage.contactor.closed
    stage.advance(1)
    assert stage.contactor.closed and stage.contactor.cycles == 1
    stage.hang(100 + stage.contactor.open_ms)
    assert not stage.contactor.closed and not stage.outlet.second_contactor.closed


def test_hang_is_time_in_which_the_world_goes_on(stage):
    stage.charge(5)
    began_ms, began_wh = stage.now_ms, stage.meter_wh
    stage.hang(2000)
    assert stage.now_ms == began_ms + 2000
    assert stage.meter_wh <= began_wh + 1


def test_station_tells_that_its_guard_opened(stage):
    stage.charge(5)
    stage.hang(500)
    stage.advance(0.5)
    assert "guard_trip" in stage.facts()["connectors"][0]["faults"]
    assert not stage.contactor.coil
