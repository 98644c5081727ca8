"""drivers/watchdog: feeds machine.WDT."""

import machine

from chargepoint.drivers.watchdog import MachineWatchdog


def test_food_reaches_the_watchdog():
    bench = machine.Bench()
    machine.use(bench)
    watchdog = MachineWatchdog(machine.WDT(timeout=8000))
    assert bench.watchdog_ms == 8000
    assert "f" not in bench.take()
    watchdog.feed()
    watchdog.feed()
    assert bench.take()["f"] == 2
