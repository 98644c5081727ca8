"""core/timekeeping: who may set the clock, the floor, and the order of network, time and TLS."""

import pytest

from chargepoint import ports
from chargepoint.core import timing
from chargepoint.core.journal import Journal
from chargepoint.core.timekeeping import EARLIEST_S, LATEST_S, Timekeeper
from chargepoint.drivers.clock_ticks import TicksClock
from host_tests.harness.store import MemoryStore
from host_tests.unit.drivers.test_clock_ticks import Time
from host_tests.unit.ocpp.bench import FixedRandom

NOW_S = 1790000000
DAY_MS = 86400000
HOUR_MS = 3600000


class Rtc:
    """machine.RTC of an ESP32: begins in 2000 when power comes, runs on over a reset."""

    def __init__(self, time):
        self._time = time
        self._base_s = 946684800 * 1000 - time.now_ms

    def utc_s(self):
        return (self._base_s + self._time.now_ms) // 1000

    def datetime(self, moment=None):
        if moment is None:
            year, month, day, hour, minute, second, weekday = self._time.gmtime(
                self.utc_s() - 946684800
            )[:7]
            return year, month, day, weekday, hour, minute, second, 0
        told = (*moment[:3], *moment[4:7], moment[3], 0)
        self._base_s = (self._time.mktime(told) + 946684800) * 1000 - self._time.now_ms
        return None


class Server(ports.TimeSource):
    """A time server whose answers the test decides."""

    def __init__(self):
        self.reachable, self.utc_s, self.asked_ms, self.now_ms = True, None, [], 0
        self.open = False

    def ask(self, server):
        self.open = self.reachable
        if self.reachable:
            self.asked_ms.append(self.now_ms)
        return self.reachable

    def poll(self):
        return self.utc_s

    def close(self):
        self.open = False


class Site:
    """A station's clock, RTC and flash over its starts."""

    def __init__(self, time_server="pool"):
        self.store, self.time = MemoryStore(), Time()
        self.rtc = Rtc(self.time)
        self.server = Server()
        self.settings = {"TimeServer": time_server}
        self.log = []

    def start(self, power=True):
        if power:
            self.rtc = Rtc(self.time)
        self.clock = TicksClock(self.time, self.rtc)
        self.journal = Journal(self.store, FixedRandom())
        self.journal.load()
        self.keeper = Timekeeper(
            self.clock,
            self.journal,
            self.settings,
            self.server and (lambda: self.server),
            lambda *line: self.log.append(line),
        )
        self.began_ms = self.time.now_ms
        self.run(0)
        return self

    @property
    def now_ms(self):
        return self.clock.now_ms()

    def run(self, duration_ms, step_ms=500):
        """Steps for so long; what is to be kept is kept."""
        end_ms = self.time.now_ms + duration_ms
        while True:
            self.server.now_ms = self.now_ms
            self.keeper.tick(self.now_ms)
            self.journal.flush()
            if self.time.now_ms >= end_ms:
                return self
            self.time.now_ms += step_ms

    def shows(self):
        """Seconds since 1970 on the RTC, which TLS judges by."""
        return self.rtc.utc_s()


def test_clock_starts_at_the_floor_for_certificates_only():
    """micropython.md §9: in 2000 no certificate is valid; events wait for the true time."""
    site = Site("").start()
    assert site.clock.utc_s() is None and not site.keeper.is_set
    assert abs(site.shows() - EARLIEST_S) <= 1
    site.keeper.tell(NOW_S, site.now_ms)
    site.run(DAY_MS, step_ms=60_000)
    site.start()
    assert site.clock.utc_s() is None
    assert NOW_S + DAY_MS // 1000 - 6 * 3600 - 120 <= site.shows() <= NOW_S + DAY_MS // 1000


def test_floor_is_written_four_times_a_day():
    """Wear: a fact is a small write; a day of them is what a session costs."""
    site = Site("").start()
    site.run(1000)
    puts = []
    put = site.journal.put
    site.journal.put = lambda *fact: (puts.append(fact), put(*fact))
    site.keeper.tell(NOW_S, site.now_ms)
    site.run(DAY_MS - 1000, step_ms=1000)
    assert len(puts) == 4


@pytest.mark.parametrize("utc_s", [0, 1, EARLIEST_S - 1, LATEST_S + 1, 4294967296])
def test_time_that_can_not_be_is_refused_and_the_clock_left_alone(utc_s):
    """A back end that says 1970 or 2099, by mistake or not."""
    site = Site("").start()
    assert not site.keeper.tell(utc_s, site.now_ms)
    assert site.clock.utc_s() is None and not site.keeper.is_set
    site.keeper.tell(NOW_S, site.now_ms)
    assert not site.keeper.tell(utc_s, site.now_ms)
    assert site.clock.utc_s() == NOW_S
    assert site.log[-1] == ("warning", f"time {utc_s} refused: expected 2026 to 2050")


def test_back_end_may_set_the_clock_back_and_the_floor_follows():
    """A clock that was once too far ahead must not stay so over a power cut."""
    site = Site("").start()
    site.keeper.tell(NOW_S + 400_000_000, site.now_ms)
    site.run(1000)
    site.keeper.tell(NOW_S, site.now_ms)
    assert site.log[-1][1] == "clock set by -400000001 s"
    site.run(1000)
    site.start()
    assert abs(site.shows() - NOW_S) < 10


def test_hardware_clock_is_believed_over_a_reset_of_a_start_that_knew_the_time():
    site = Site("").start()
    site.keeper.tell(NOW_S, site.now_ms)
    site.run(10_000)
    site.start(power=False)
    assert site.keeper.is_set and site.clock.utc_s() == NOW_S + 10
    site.run(5000)
    site.start(power=False)
    assert site.keeper.is_set and site.clock.utc_s() == NOW_S + 15


def test_floor_in_the_hardware_clock_is_not_taken_for_the_time():
    """Power comes, no one tells the time, a reset: what the RTC shows is the floor, running on."""
    site = Site("").start()
    site.keeper.tell(NOW_S, site.now_ms)
    site.run(1000)
    site.start(power=True)
    site.run(5000)
    site.start(power=False)
    assert not site.keeper.is_set and site.clock.utc_s() is None
    assert site.shows() >= NOW_S


def test_first_start_of_all_believes_a_clock_that_runs_already():
    """A board whose RTC has a battery, or that the factory set."""
    site = Site("")
    site.rtc.datetime((2026, 11, 23, 0, 12, 0, 0, 0))
    assert site.start(power=False).keeper.is_set


def test_time_server_is_asked_until_the_clock_is_set_and_ever_more_seldom():
    """RFC 4330 §10."""
    site = Site().start()
    site.run(600_000)
    waits = [
        later - earlier for earlier, later in zip(site.server.asked_ms, site.server.asked_ms[1:])
    ]
    assert waits == [16000, 32000, 64000, 128000, 256000]
    site.server.utc_s = NOW_S
    site.run(1_100_000)
    assert site.keeper.is_set and not site.server.open
    count = len(site.server.asked_ms)
    site.run(DAY_MS - HOUR_MS, step_ms=60_000)
    assert len(site.server.asked_ms) == count
    site.run(2 * HOUR_MS, step_ms=60_000)
    assert len(site.server.asked_ms) == count + 1


def test_time_server_is_silent_while_the_back_end_tells_the_time():
    site = Site().start()
    site.keeper.tell(NOW_S, site.now_ms)
    site.server.asked_ms.clear()
    site.server.utc_s = NOW_S + 5000
    for hour in range(100):
        site.run(HOUR_MS, step_ms=600_000)
        site.keeper.tell(NOW_S + hour * 3600, site.now_ms)
    assert site.server.asked_ms == []


def test_absurd_time_of_a_server_is_refused():
    site = Site().start()
    site.server.utc_s = 0
    site.run(60_000)
    assert not site.keeper.is_set


def test_secure_connection_waits_for_the_time_server_and_not_for_ever():
    """The order: network, time, TLS."""
    site = Site().start()
    assert not site.keeper.settled(site.now_ms)
    site.run(timing.TIME_ANSWER_MS)
    assert site.keeper.settled(site.now_ms)
    site = Site().start()
    site.server.utc_s = NOW_S
    site.run(500)
    assert site.keeper.is_set and site.keeper.settled(site.now_ms)


def test_secure_connection_waits_for_a_network_to_ask_the_time_over_and_not_for_ever():
    site = Site()
    site.server.reachable = False
    site.start()
    site.run(timing.TIME_NETWORK_MS - 1000)
    assert not site.keeper.settled(site.now_ms)
    site.run(1000)
    assert site.keeper.settled(site.now_ms)


@pytest.mark.parametrize("how", ["no server", "no source"])
def test_no_one_waits_for_a_time_server_that_there_is_not(how):
    site = Site("" if how == "no server" else "pool")
    if how == "no source":
        site.server = None
        site.run = lambda *_: None
    site.start()
    assert site.keeper.settled(site.now_ms)


@pytest.mark.parametrize("spoiled", [b"", b"x", b"5:1", b"9999999999999:1", b"1790000000:", b":"])
def test_damaged_floor_is_the_earliest_time(spoiled):
    site = Site("").start()
    site.journal.put("floor", spoiled)
    site.run(1000)
    assert site.start().keeper.floor_s == EARLIEST_S
