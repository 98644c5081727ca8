"""A step that raises on a guarded board: run.py's last resort, and the guard stands down."""

from host_tests.harness.stage import Stage

_WATCHDOG = 0x3FF4808C


def crash(now_ms):
    raise RuntimeError("a bug")


def test_step_that_raises_lets_go_at_once_and_leaves_no_trip_behind(tmp_path):
    """Ordered, so no fault of the guard's: the crash is counted, and charging ends there."""
    with Stage("in_process", tmp_path, guard="ulp") as stage:
        stage.start()
        stage.ready().charge(5)
        stage.target.device.station.step = crash
        stage.advance(0.1)
        assert stage.restarts == 1 and not stage.contactor.closed
        assert not stage.wiring.guard.ulp.read32(_WATCHDOG) >> 31, "stood down, not yet armed"
        assert stage.finished_session()["reason"]
        assert stage.facts()["connectors"][0]["faults"] == []
        stage.vehicle.unplug()
        stage.until_status("Available", 60)
        stage.charge(5)
