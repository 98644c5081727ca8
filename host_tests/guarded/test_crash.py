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


def test_guard_that_hangs_after_each_start_does_not_reset_a_station_in_safe_mode(tmp_path):
    """The station stays up and tells it, in place of a circle of resets that no one hears of."""
    with Stage("in_process", tmp_path, guard="ulp") as stage:
        stage.start()
        stage.advance(1)
        stage.target.device.store.write("crashes", b"4")
        stage.reboot("HARD_RESET", 1500)
        stage.advance(3)
        assert stage.facts()["safe_mode"]
        stage.wiring.guard.ulp.adc_hang()
        before = stage.restarts
        stage.advance(20)
        assert stage.restarts == before and stage.status() == "Faulted"
        assert "guard_trip" in stage.facts()["connectors"][0]["faults"]
