"""What the guard's program does window by window: short trials, each told only the program.

The guard's mutations ask them one after the other; they pass for the program as it is. Windows
are counted, and thresholds moved in place of the pilot, so that what happens in which window is
exact. A trial raises AssertionError.
"""

from host_tests.conformance.guard.rig import (
    BEAT,
    DIODE,
    FROM_RESIDUAL,
    HIGH,
    LOW,
    RELAY,
    REQUEST,
    RESIDUAL,
    SECOND,
    Rig,
    counts,
)

_BAD_LIMIT, _BEAT_LIMIT = 3, 8
_SLICE_US, _JUDGED_US, _WINDOW_MOST_US = 100, 90, 2_000
_GOOD_HIGH, _GOOD_LOW = counts(6), counts(-12)
_TIMER = 0x3FF48018
_PAD_SET = 0x3FF48404


class Windows(Rig):
    """A rig that is led window by window; it stands just behind the judgement of one."""

    def __init__(self, program, **options):
        super().__init__(program, bad_limit=_BAD_LIMIT, beat_limit=_BEAT_LIMIT, **options)
        self.pass_by(1)

    def pass_by(self, count) -> None:
        """So many windows; the station beats in each."""
        for _ in range(count):
            self.beat()
            self._one()

    def _one(self):
        before, left_us = self.told("windows"), _WINDOW_MOST_US
        while self.told("windows") == before:
            assert left_us > 0, f"no window: {self.ulp.stopped}"
            self.ulp.advance(_SLICE_US)
            left_us -= _SLICE_US
        assert self.told("windows") == before + 1, "windows are miscounted"
        self.ulp.advance(_JUDGED_US)

    def ask(self, first=REQUEST, second=REQUEST) -> "Windows":
        self.put("request_second", second)
        self.put("request", first)
        self.pass_by(1)
        return self

    def expect(self, closed, second, **told) -> None:
        """The drives, what is told of them, and what else is told."""
        drives = (int(self.closed), int(self.second), *self.tells("relay", "second"))
        assert drives == (closed, second, closed, second), f"drives and what is told: {drives}"
        for name, value in told.items():
            assert self.told(name) == value, f"{name} is {self.told(name)}, not {value}"

    def expect_tripped(self, cause, trips=1) -> None:
        self.expect(0, 0, latched=1, cause=cause, trips=trips, bad=0)


def holds_when_all_is_well(program):
    rig = Windows(program)
    rig.pass_by(2)
    rig.expect(0, 0, latched=0, cause=0, trips=0, bad=0, program=0x9101, pad=0)
    rig.ask()
    rig.expect(1, 1, latched=0, cause=0, trips=0, bad=0)
    rig.pass_by(12)
    rig.expect(
        1, 1, latched=0, bad=0, beat_stale=0, beat_age=0, pad=1, beat_seen=rig.told("beat"),
        high=_GOOD_HIGH, low=_GOOD_LOW, proximity=1111, temperature=2222, residual=0,
    )  # fmt: skip


def limits_are_the_last_good_values(program):
    rig = Windows(program).ask()
    rig.put("high_most", _GOOD_HIGH)
    rig.put("high_least", _GOOD_HIGH)
    rig.put("low_most", _GOOD_LOW)
    rig.pass_by(5)
    rig.expect(1, 1, latched=0, bad=0)


def _trips_on(program, name, value, cause):
    rig = Windows(program).ask()
    rig.put(name, value)
    rig.pass_by(2)
    rig.expect(1, 1, latched=0, cause=0, trips=0, bad=2)
    rig.pass_by(1)
    rig.expect_tripped(cause)
    return rig


def high_that_is_too_high_trips(program):
    _trips_on(program, "high_most", _GOOD_HIGH - 1, HIGH)


def high_that_is_too_low_trips(program):
    _trips_on(program, "high_least", _GOOD_HIGH + 1, LOW)


def low_that_is_too_high_trips(program):
    _trips_on(program, "low_most", _GOOD_LOW - 1, DIODE)


def trip_is_latched_until_a_request_of_0(program):
    rig = _trips_on(program, "high_most", _GOOD_HIGH - 1, HIGH)
    rig.put("high_most", counts(7.5))
    rig.pass_by(3)
    rig.expect_tripped(HIGH)
    for wrong in (1, REQUEST - 1, REQUEST + 1, 0xFFFF):
        rig.ask(wrong)
        rig.expect_tripped(HIGH)
    rig.ask()
    rig.expect_tripped(HIGH)
    rig.ask(0)
    rig.expect(0, 0, latched=0, cause=HIGH, trips=1)
    rig.ask()
    rig.expect(1, 1, latched=0, cause=HIGH, trips=1)
    rig.put("high_most", 0)
    rig.pass_by(3)
    rig.expect_tripped(HIGH, trips=2)


def pads_are_cleared_while_latched_and_while_released(program):
    rig = _trips_on(program, "high_most", _GOOD_HIGH - 1, HIGH)
    for request in (REQUEST, 0, 1):
        rig.ask(request)
        rig.ulp.write32(_PAD_SET, 1 << RELAY | 1 << SECOND)  # by whom it may be
        rig.pass_by(1)
        assert not rig.closed and not rig.second, f"the pads with request {request}"


def good_window_forgives(program):
    rig = Windows(program).ask()
    for _ in range(3):
        rig.put("high_most", 0)
        rig.pass_by(2)
        rig.put("high_most", counts(7.5))
        rig.pass_by(1)
        rig.expect(1, 1, latched=0, bad=0, trips=0)


def open_relay_closes_in_no_bad_window(program):
    rig = Windows(program)
    rig.put("high_most", 0)
    rig.ask()
    rig.expect(0, 0, bad=1)
    rig.put("high_most", counts(7.5))
    rig.pass_by(1)
    rig.expect(1, 1, bad=0)


def withdrawn_request_opens_and_latches_nothing(program):
    for request in (0, 1, REQUEST - 1, REQUEST + 1):
        rig = Windows(program).ask()
        rig.put("high_most", 0)
        rig.pass_by(2)
        rig.ask(request)
        rig.expect(0, 0, latched=0, cause=0, trips=0, bad=0)


def second_relay_has_its_own_request(program):
    rig = Windows(program).ask(REQUEST, 0)
    rig.expect(1, 0)
    for second in (REQUEST - 1, REQUEST + 1, 1):
        rig.ask(REQUEST, second)
        rig.expect(1, 0)
    rig.ask()
    rig.expect(1, 1)
    rig.ulp.write32(_PAD_SET + 4, 1 << SECOND)
    rig.ask(REQUEST, 0)
    rig.expect(1, 0)
    rig.ask(0, REQUEST)
    rig.expect(0, 0)


def second_relay_opens_in_a_bad_window(program):
    rig = Windows(program).ask()
    rig.put("high_most", 0)
    rig.ask(REQUEST, 0)
    rig.expect(1, 0, bad=1)


def second_relay_closes_in_no_bad_window(program):
    rig = Windows(program).ask(REQUEST, 0)
    rig.put("high_most", 0)
    rig.ask()
    rig.expect(1, 0, bad=1)
    rig.put("high_most", counts(7.5))
    rig.pass_by(1)
    rig.expect(1, 1, bad=0)


def heartbeat_that_stands_trips(program):
    rig = Windows(program).ask()
    rig.beating = False
    rig.put("request_second", REQUEST)
    rig.pass_by(_BEAT_LIMIT)
    rig.expect(1, 1, latched=0, beat_age=_BEAT_LIMIT, beat_stale=0)
    rig.pass_by(1)
    rig.expect_tripped(BEAT)
    assert rig.told("beat_stale") == 1
    rig.pass_by(2)
    rig.expect(0, 0, beat_age=_BEAT_LIMIT, beat_stale=1)
    rig.beating = True
    rig.ask(0)
    rig.expect(0, 0, latched=0, beat_age=0, beat_stale=0)
    rig.ask()
    rig.expect(1, 1)


def heartbeat_in_the_last_moment_is_enough(program):
    rig = Windows(program).ask()
    for _ in range(3):
        rig.beating = False
        rig.pass_by(_BEAT_LIMIT)
        rig.beating = True
        rig.pass_by(1)
        rig.expect(1, 1, latched=0, beat_age=0)


def heartbeat_that_stood_before_the_request_trips(program):
    rig = Windows(program)
    rig.beating = False
    rig.pass_by(_BEAT_LIMIT + 2)
    rig.expect(0, 0, latched=0, beat_stale=1)
    rig.ask()
    rig.expect_tripped(BEAT)


def residual_current_trips(program):
    rig = Windows(program).ask()
    rig.ulp.input(RESIDUAL, True)
    rig.pass_by(1)
    rig.expect_tripped(FROM_RESIDUAL)
    assert rig.told("residual") == 1
    rig.ask(0)
    rig.ask()
    rig.expect_tripped(FROM_RESIDUAL, trips=2)


def watchdog_is_fed(program):
    rig = Windows(program, watchdog_us=10_000).ask()
    rig.pass_by(20)
    assert not rig.ulp.reset_by_watchdog, "not fed"
    rig.beating = False
    rig.pass_by(_BEAT_LIMIT)
    assert not rig.ulp.reset_by_watchdog, "not fed while the beat is fresh enough"
    rig.ulp.advance(16_000)
    assert rig.ulp.reset_by_watchdog, "fed without a heartbeat"


def stop_opens_and_halts(program):
    rig = Windows(program).ask()
    rig.ulp.write32(_TIMER, 1 << 24)
    rig.put("stop", 1)
    rig.ulp.advance(4_000)
    rig.expect(0, 0, program=0)
    assert rig.ulp.stopped.startswith("halt"), f"stopped: {rig.ulp.stopped}"
    assert rig.ulp.read32(_TIMER) == 0, "the timer would start it again"


def window_is_as_long_as_reckoned(program):
    """200 samples of 72 cycles, and what a window does beside them."""
    rig = Windows(program).ask()
    rig.ulp.clock_hz = 8_500_000
    # Two edges of the counter, found to 2 us, 16 windows apart.
    edges = []
    for count in (1, 15):
        rig.pass_by(count)
        before = rig.told("windows")
        rig.beat()
        rig.ulp.advance(1_500)
        while rig.told("windows") == before:
            rig.ulp.advance(2)
            assert rig.ulp.now_us < 100_000, "no window"
        edges.append(rig.ulp.now_us)
    cycles = (edges[1] - edges[0]) / 16 * 8.5
    assert abs(cycles - WINDOW_CYCLES) < 30, f"a window takes {cycles:.0f} cycles"


def extremes_are_found_whatever_the_wave(program):
    rig = Windows(program, duty_bp=5000).ask()
    for high, low in ((7, -11), (2, -12), (6, -10.5)):
        rig.pilot(high, low)
        rig.pass_by(2)
        rig.expect(1, 1, high=counts(high), low=counts(low))


def readings_at_the_rails_are_told(program):
    rig = Windows(program)
    for rail in (0, 4095):
        rig.ulp.adc_frozen(rail)
        rig.pass_by(2)
        rig.expect(0, 0, high=rail, low=rail)


def highest_sample_may_come_last(program):
    """With noise it comes anywhere; the lowest is the dip nevertheless."""
    rig = Windows(program, duty_bp=9700, sigma=30).ask()
    for _ in range(20):
        rig.pass_by(1)
        rig.expect(1, 1, bad=0)


WINDOW_CYCLES = 14_999  # while both relays are held and the wave is clean
TRIALS = (
    holds_when_all_is_well,
    high_that_is_too_high_trips,
    high_that_is_too_low_trips,
    low_that_is_too_high_trips,
    residual_current_trips,
    second_relay_has_its_own_request,
    heartbeat_that_stands_trips,
    stop_opens_and_halts,
    withdrawn_request_opens_and_latches_nothing,
    trip_is_latched_until_a_request_of_0,
    pads_are_cleared_while_latched_and_while_released,
    good_window_forgives,
    open_relay_closes_in_no_bad_window,
    second_relay_opens_in_a_bad_window,
    second_relay_closes_in_no_bad_window,
    heartbeat_in_the_last_moment_is_enough,
    heartbeat_that_stood_before_the_request_trips,
    watchdog_is_fed,
    extremes_are_found_whatever_the_wave,
    limits_are_the_last_good_values,
    readings_at_the_rails_are_told,
    highest_sample_may_come_last,
    window_is_as_long_as_reckoned,
)


def noticed(program) -> str:
    """Which trial fails first, and why; empty for a program that passes all."""
    for trial in TRIALS:
        try:
            trial(program)
        except AssertionError as error:
            return f"{trial.__name__}: {error}"
    return ""
