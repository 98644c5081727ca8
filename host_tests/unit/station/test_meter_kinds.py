"""A whole station with each kind of meter: what is billed is what flowed, and a meter is lost."""

import pytest

from host_tests.harness.devices.instruments import INSTRUMENTS
from host_tests.harness.stage import Stage
from host_tests.harness.targets.base import Unavailable

# What a register's step may hide at either end of a session, in Wh.
STEP_WH = {"B21": 10, "B23": 10, "EM330": 100, "EM340": 100, "WE514": 10, "WE515": 10}
# One phase, or none: they see what one phase carries.
COUNTED_HERE = ("S0", "CSE7766")
ON_UNIX = ("SDM120", "B23", "EM340", "IEM3155", *COUNTED_HERE)
ON_QEMU = ("B23", "EM340", "CSE7766")
RUNS = (
    *[("in_process", kind) for kind in (*INSTRUMENTS, *COUNTED_HERE)],
    *[("unix", kind) for kind in ON_UNIX],
    *[("qemu", kind) for kind in ON_QEMU],
)


@pytest.fixture
def make(tmp_path):
    stages = []

    def make(target, kind):
        try:
            stages.append(Stage(target, tmp_path, meter=kind))
        except Unavailable as reason:
            pytest.skip(str(reason))
        stages[0].start()
        return stages[0].ready()

    yield make
    for stage in stages:
        stage.__exit__()


@pytest.mark.parametrize(("target", "kind"), RUNS)
def test_what_is_billed_is_what_flowed(make, target, kind):
    stage = make(target, kind)
    before_wh = stage.world.outlet(1).meter.energy_wh
    stage.vehicle.plug_in(amps=16, phases=1)
    stage.tap()
    stage.until_status("Charging")
    stage.advance(600)
    stage.tap()
    session = stage.finished_session()
    flowed_wh = stage.world.outlet(1).meter.energy_wh - before_wh
    billed_wh = session["meter_stop"] - session["meter_start"]
    assert flowed_wh > 550
    assert abs(billed_wh - flowed_wh) <= STEP_WH.get(kind, 2 if kind in COUNTED_HERE else 0)
    if kind not in COUNTED_HERE:
        assert session["meter_start"] == before_wh - before_wh % STEP_WH.get(kind, 1)


@pytest.mark.parametrize(
    ("target", "kind"), [("in_process", "B23"), ("in_process", "CSE7766"), ("unix", "CSE7766")]
)
def test_meter_that_is_lost_opens_the_contactor_and_is_found_again(make, target, kind):
    stage = make(target, kind)
    stage.charge(60)
    stage.world.fault("meter_silent", 1)
    stage.until(lambda: not stage.contactor.closed, 60, "the contactor's opening")
    stage.world.clear_fault("meter_silent", 1)
    stage.until_status("Charging", 120)
    stage.tap()
    assert stage.finished_session()["reason"] == "Local"


@pytest.mark.parametrize("kind", COUNTED_HERE)
def test_register_that_the_station_keeps_goes_on_after_a_power_cut(make, kind):
    """What a cut may cost is 100 Wh; the next session begins where the register is."""
    stage = make("in_process", kind)
    stage.vehicle.plug_in(amps=16, phases=1)
    stage.tap()
    stage.until_status("Charging")
    stage.advance(600)
    before_wh = stage.world.outlet(1).meter.energy_wh
    stage.power_cut()
    stage.start()
    session = stage.finished_session()
    flowed_wh = before_wh - 1_234_567
    assert flowed_wh - 101 <= session["meter_stop"] <= flowed_wh + 1


@pytest.mark.parametrize("kind", COUNTED_HERE)
def test_power_cut_never_bills_less_than_nothing(make, kind):
    """The register is saved rarely: after a cut it may be below what the start has told."""
    stage = make("in_process", kind)
    stage.vehicle.plug_in(amps=16, phases=1)
    stage.tap()
    stage.until_status("Charging")
    stage.advance(70)
    stage.tap()
    stage.until_status("Finishing")
    stage.vehicle.unplug()
    stage.advance(5)
    stage.vehicle.plug_in(amps=16, phases=1)
    stage.tap()
    stage.until(lambda: len(stage.sessions()) == 2, 30, "a second start")
    stage.power_cut()
    stage.start()
    stage.until(lambda: stage.sessions()[-1]["reason"], 240, "a stop")
    last = stage.sessions()[-1]
    assert last["reason"] == "PowerLoss" and last["meter_stop"] >= last["meter_start"]
