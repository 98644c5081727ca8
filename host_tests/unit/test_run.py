"""run: what happens around the step, and when the step itself fails."""

import pytest

from chargepoint import run
from chargepoint.core import timing
from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore


class Diary:
    """A device whose every part writes down what is asked of it."""

    def __init__(self):
        self.done = []
        self.now = 0
        self.store = MemoryStore()
        self.station = self.clock = self.watchdog = self.log = self
        self.reset = Wish(self.done)
        self.reset_due = None
        self.failures = []

    def step(self, now_ms):
        self.done.append("step")
        if self.failures:
            raise self.failures.pop(0)

    def open_all(self):
        self.done.append("open")

    def feed(self):
        self.done.append("feed")

    def write(self, level, text):
        self.done.append(level)

    def now_ms(self):
        return self.now

    def wait_until_ms(self, due_ms):
        self.done.append(due_ms)
        self.now = due_ms
        if due_ms >= 3 * timing.STEP_MS:
            raise KeyboardInterrupt


class Wish:
    """The port of resets."""

    cause = "power"

    def __init__(self, done):
        self._done = done

    def now(self, hard):
        self._done.append("hard" if hard else "soft")


@pytest.fixture
def device():
    return Diary()


def test_watchdog_is_fed_after_each_completed_step(device):
    loop = run.Loop(device)
    loop.once()
    loop.once()
    assert device.done == ["step", "feed", "step", "feed"]


def test_step_that_fails_opens_first_and_feeds_no_watchdog(device):
    """DESIGN.md §2: open, keep the trace, start anew."""
    device.failures = [OSError("a bug")]
    run.Loop(device).once()
    assert device.done == ["step", "open", "error", "hard"]
    assert b"OSError: a bug" in device.store.read("trace")
    assert device.store.read("crashes") == b"1"


def test_step_that_runs_out_of_memory_is_a_crash_as_any_other(device):
    device.failures = [MemoryError()]
    run.Loop(device).once()
    assert device.done[-1] == "hard" and b"MemoryError" in device.store.read("trace")


def test_store_that_refuses_does_not_stop_the_last_resort(device):
    device.store.full = True
    device.failures = [OSError("a bug")]
    run.Loop(device).once()
    assert device.done == ["step", "open", "error", "hard"]


def test_trace_stays_small(device):
    device.failures = [OSError("x" * 5000)]
    run.Loop(device).once()
    assert len(device.store.read("trace")) == 1500


def test_crashes_are_counted_until_the_station_is_stable(device):
    device.failures = [OSError("one"), OSError("two"), OSError("three")]
    for _ in range(3):
        run.Loop(device).once()
    assert run.crashes(device.store) == 3
    loop = run.Loop(device)
    loop.once()
    device.now = timing.STABLE_MS - 1
    loop.once()
    assert run.crashes(device.store) == 3
    device.now = timing.STABLE_MS
    loop.once()
    assert run.crashes(device.store) == 0
    assert device.store.read("trace")


def test_station_is_stable_after_the_same_time_when_the_clock_starts_late(device):
    device.store.write("crashes", b"2")
    device.now = 10 * timing.STABLE_MS
    loop = run.Loop(device)
    loop.once()
    assert run.crashes(device.store) == 2


def test_stable_station_touches_the_store_no_more(device):
    device.store.write("crashes", b"2")
    loop = run.Loop(device)
    for device.now in (0, timing.STABLE_MS, 2 * timing.STABLE_MS):
        loop.once()
    assert device.store.removes == 1


@pytest.mark.parametrize("saved", [b"", b"x", b"\xff\xfe", b"-3", b"1e9", b"9" * 400])
def test_count_of_crashes_that_makes_no_sense_counts_as_none(device, saved):
    device.store.write("crashes", saved)
    assert run.crashes(device.store) == 0


def test_start_by_the_watchdog_counts_as_a_crash(device):
    device.store.write("crashes", b"2")
    assert run.count_watchdog(device.store, "power") == 2
    assert run.count_watchdog(device.store, "watchdog") == 3
    assert run.crashes(device.store) == 3


@pytest.mark.parametrize("kind", ["soft", "hard"])
def test_wish_to_start_anew_is_carried_out_after_the_step(device, kind):
    device.reset_due = kind
    run.Loop(device).once()
    assert device.done == ["step", "feed", kind]


def test_run_steps_in_time_and_opens_when_it_is_interrupted(device):
    """A person's Ctrl-C: from there on no one watches the pilot."""
    with pytest.raises(KeyboardInterrupt):
        run.run(lambda: device)
    ticks = [done for done in device.done if isinstance(done, int)]
    assert ticks == [timing.STEP_MS, 2 * timing.STEP_MS, 3 * timing.STEP_MS]
    assert device.done[-1] == "open" and run.crashes(device.store) == 0


def test_failure_outside_the_step_opens_and_resets(device):
    device.feed = lambda: 1 // 0
    run.run(lambda: device)
    assert device.done[-3:] == ["open", "error", "hard"]
    assert run.crashes(device.store) == 1


# -- the whole station, in process ----------------------------------------------------------------


@pytest.fixture
def stage(tmp_path):
    with Stage("in_process", tmp_path) as stage:
        stage.start()
        yield stage.ready()


def crash(stage):
    """The next step of the station fails, late: what was decided in it is already driven."""

    def fail(now_ms):
        raise RuntimeError("a bug")

    restarts = stage.restarts
    stage.target.device.station.exchange.step = fail
    stage.until(lambda: stage.restarts > restarts, 2, "a restart")


def test_crash_in_a_session_opens_the_contactor_and_the_session_is_billed(stage):
    """The transaction ends with reason Reboot, and with the register of the meter."""
    stage.charge(20)
    crash(stage)
    assert not stage.contactor.coil
    session = stage.finished_session()
    assert session["reason"] == "Reboot" and session["meter_stop"] == stage.meter_wh
    assert b"a bug" in stage.target.store.read("trace")


def test_crash_again_and_again_ends_in_a_safe_mode_that_talks(stage):
    """No contactor closes, the back end is told; a stable while later the next start is usual."""
    for _ in range(timing.CRASHES_TO_SAFE_MODE):
        assert not stage.facts()["safe_mode"]
        crash(stage)
    assert stage.facts()["safe_mode"]
    stage.until_status("Faulted")
    stage.vehicle.plug_in()
    stage.tap()
    stage.advance(60)
    assert not stage.contactor.coil and stage.sessions() == []
    stage.advance(timing.STABLE_MS // 1000)
    stage.csms.call(IDENTITY, "Reset", {"type": "Soft"})
    stage.until(lambda: not stage.facts()["safe_mode"], 60, "a usual start")
    stage.vehicle.unplug()
    stage.until_status("Available", 60)
    stage.charge(5)


def test_crashes_with_a_stable_while_between_them_do_not_add_up(stage):
    for _ in range(timing.CRASHES_TO_SAFE_MODE + 1):
        crash(stage)
        stage.advance(timing.STABLE_MS // 1000 + 1)
    assert not stage.facts()["safe_mode"]
