"""run.run: whatever ends the loop, the contactors are open before anything else happens."""

import pytest

from chargepoint.run import run


class Device:
    """A device whose clock breaks with ``error`` after the first step."""

    def __init__(self, error):
        self.error = error
        self.events = []
        self.files = {}
        self.station = self.clock = self.watchdog = self.reset = self.store = self.log = self
        self.reset_due = None

    def now_ms(self):
        return 0

    def step(self, now_ms):
        self.events.append("step")

    def feed(self):
        pass

    def wait_until_ms(self, due_ms):
        raise self.error

    def open_all(self):
        self.events.append("open")

    def now(self, hard):
        self.events.append("reset hard" if hard else "reset soft")

    def read(self, name):
        return self.files.get(name)

    def write(self, name, data=None):
        if data is not None:
            self.files[name] = data


def test_a_bug_outside_the_step_opens_keeps_the_trace_and_resets():
    device = Device(ZeroDivisionError("of the clock"))
    run(lambda: device)
    assert device.events == ["step", "open", "reset hard"]
    assert b"of the clock" in device.files["trace"]
    assert device.files["crashes"] == b"1"


def test_a_person_at_the_console_stops_a_station_with_open_contactors():
    device = Device(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        run(lambda: device)
    assert device.events == ["step", "open"]


def test_a_build_that_fails_is_left_to_the_boot_code():
    def build():
        raise ValueError("SupplyLimit")

    with pytest.raises(ValueError, match="SupplyLimit"):
        run(build)
