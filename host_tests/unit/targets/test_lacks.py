"""What a station of the desk lacks: provisioned to the board, taken out of the world, told."""

import pytest

from host_tests.harness.stage import Stage
from host_tests.harness.targets.base import Unavailable
from host_tests.harness.world.world import PARTS


@pytest.fixture(params=["in_process", "qemu"])
def make(request, tmp_path):
    stages = []

    def make(**options):
        try:
            stages.append(Stage(request.param, tmp_path / str(len(stages)), **options))
        except Unavailable as reason:
            pytest.skip(str(reason))
        stages[-1].start()
        return stages[-1].ready()

    yield make
    for stage in stages:
        stage.__exit__()


def parts_of(stage):
    return stage.facts()["connectors"][0]["parts"]["self_test"]


def test_station_with_everything_monitors_everything(make):
    stage = make()
    stage.charge(10)
    assert set(parts_of(stage).values()) == {"passed"}
    assert stage.outlet.lock.engaged and stage.outlet.second_contactor.closed


def test_station_without_anything_says_so_and_charges_all_the_same(make):
    stage = make(lacks=PARTS, socket=False)
    stage.charge(10)
    parts = parts_of(stage)
    for name in ("residual current", "protective earth", "temperature", "cable lock"):
        assert parts[name] == "not monitored"
    assert stage.outlet.meter.current_ma == [16_000] * 3
    assert stage.outlet.lock.strokes == 0 and not stage.outlet.second_contactor.coil


def test_cable_of_the_stations_own_has_neither_proximity_nor_lock(make):
    stage = make(socket=False)
    stage.charge(10)
    assert {"cable rating", "cable lock"}.isdisjoint(
        name for name, verdict in parts_of(stage).items() if verdict == "passed"
    )
    assert stage.outlet.lock.strokes == 0


def test_socket_that_can_not_tell_its_cable_is_refused(tmp_path):
    """IEC 61851-1 annex B: a socket measures the cable's rating before it energises."""
    with Stage("in_process", tmp_path, lacks=["proximity"]) as stage:
        with pytest.raises(ValueError, match="socket without proximity"):
            stage.start()


def test_unknown_part_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no part is called 'wheel'"):
        Stage("in_process", tmp_path, lacks=["wheel"])
