"""core/pilot: amperes as duty, volts as states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import timing
from chargepoint.core.pilot import X1_BP, PilotMonitor, band, duty_bp, offered_ma

MV = {"A": 12000, "B": 9000, "C": 6000, "D": 3000, "E": 0, "F": -12000}


class Watch:
    """A monitor with a clock; ``pwm`` tells which low side a sound vehicle shows."""

    def __init__(self, ventilated=False):
        self.monitor, self.now_ms, self.pwm = PilotMonitor(ventilated), 10_000, False

    def take(self, letter, ms=10, low_mv=None, usable=True):
        self.now_ms += ms
        if low_mv is None:
            low_mv = -12000 if self.pwm else MV[letter]
        self.monitor.take(usable, MV[letter], low_mv, self.pwm, self.now_ms)
        return self.monitor.state

    def hold(self, letter, ms, every=10, **how):
        for _ in range(ms // every):
            self.take(letter, every, **how)
        return self.monitor.state

    def offer(self):
        self.pwm = True
        self.monitor.duty_changed(self.now_ms)

    def until(self, letter, state, every=10, **how):
        begun_ms = self.now_ms
        while self.take(letter, every, **how) != state:
            assert self.now_ms - begun_ms < 10_000
        return self.now_ms - begun_ms


def in_c(ventilated=False):
    watch = Watch(ventilated)
    watch.hold("B", 500)
    watch.offer()
    watch.hold("B", 1000)
    watch.hold("C", 1000)
    assert watch.monitor.asks and watch.monitor.proven
    return watch


# -- duty ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit_ma", "duty"),
    [
        (0, X1_BP),
        (5999, X1_BP),
        (6000, 1000),
        (10000, 1666),
        (13000, 2166),
        (16000, 2666),
        (20000, 3333),
        (32000, 5333),
        (51000, 8500),
        (51900, 8500),
        (52500, 8500),
        (52600, 8504),
        (63000, 8920),
        (80000, 9600),
        (99000, 9600),
    ],
)
def test_duty_offers_the_limit_by_the_table(limit_ma, duty):
    """Standards §1.2; 51 to 52.5 A have no code: 51 A."""
    assert duty_bp(limit_ma) == duty


def test_duty_and_offer_agree_for_every_tenth_of_an_ampere():
    for limit_ma in range(6000, 80001, 100):
        told_ma = 51000 if 51000 < limit_ma <= 52500 else limit_ma
        assert offered_ma(duty_bp(limit_ma)) == told_ma


@given(st.integers(6000, 80000))
def test_duty_never_signals_more_than_the_limit(limit_ma):
    duty = duty_bp(limit_ma)
    assert (duty * 6 if duty <= 8500 else (duty - 6400) * 25) <= limit_ma


@pytest.mark.parametrize(
    ("duty", "current_ma"),
    [
        (0, 0),
        (299, 0),
        (500, 0),
        (799, 0),
        (800, 6000),
        (999, 6000),
        (1000, 6000),
        (8500, 51000),
        (8504, 52600),
        (9600, 80000),
        (9700, 80000),
        (9701, 0),
        (X1_BP, 0),
    ],
)
def test_offer_is_what_a_vehicle_reads_from_the_duty(duty, current_ma):
    """Standards §1.2, the vehicle's table."""
    assert offered_ma(duty) == current_ma


# -- bands --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letter", "low_mv", "high_mv"),
    [("A", 11400, 12600), ("B", 8060, 9990), ("C", 5280, 6530), ("D", 2620, 3250)],
)
@pytest.mark.parametrize("state", [None, "A", "B", "C", "D", "E"])
def test_band_takes_every_level_that_a_vehicle_may_show(letter, low_mv, high_mv, state):
    """Table A.4 edges, and B for 1870 to 4610 ohm, C for 909 to 1723 ohm (standards §1.1)."""
    assert band(low_mv, state) == letter
    assert band(high_mv, state) == letter


@pytest.mark.parametrize(
    ("edge_mv", "above", "below"),
    [(10500, "A", "B"), (7500, "B", "C"), (4500, "C", "D"), (1500, "D", "E")],
)
def test_band_edge_keeps_ten_percent_away_from_the_present_state(edge_mv, above, below):
    """A.4.11, hysteresis: 10 % of the 3 V between two states."""
    assert band(edge_mv - 299, above) == above and band(edge_mv - 301, above) == below
    assert band(edge_mv + 299, below) == below and band(edge_mv + 301, below) == above
    assert band(edge_mv) == above and band(edge_mv - 1) == below


@pytest.mark.parametrize("high_mv", [13600, 20000, -1900, -9000, -13600])
def test_band_is_none_for_what_is_no_pilot(high_mv):
    assert band(high_mv) is None


# -- towards energy -----------------------------------------------------------------------------


def test_monitor_believes_c_after_500_ms():
    """TF and SE practice, standards §1.3."""
    watch = Watch()
    watch.hold("B", 500)
    watch.offer()
    watch.hold("B", 1000)
    assert watch.hold("C", 500) == "B"
    assert watch.take("C") == "C"


def test_monitor_starts_again_when_c_is_interrupted():
    watch = Watch()
    watch.hold("B", 1000)
    watch.hold("C", 480)
    watch.take("B")
    assert watch.hold("C", 500) == "B"


def test_monitor_needs_three_readings_for_c_when_they_are_a_second_apart():
    watch = Watch()
    watch.hold("B", 3000, every=1000)
    assert watch.take("C", 1000) == "B"
    assert watch.take("C", 1000) == "B"
    assert watch.take("C", 1000) == "C"


def test_monitor_gives_no_credit_for_c_shortly_after_a_duty_change():
    """TF: 550 ms."""
    watch = Watch()
    watch.hold("B", 500)
    watch.offer()
    took_ms = watch.until("C", "C")
    assert took_ms == timing.BLANK_DUTY_MS - 10 + timing.PILOT_DEBOUNCE_MS


def test_monitor_gives_no_credit_for_c_shortly_after_the_contactor_opened():
    """TF: 200 ms."""
    watch = in_c()
    watch.hold("B", 100)
    watch.monitor.contactor_opened(watch.now_ms)
    took_ms = watch.until("C", "C")
    assert took_ms == timing.BLANK_CONTACTOR_MS - 10 + timing.PILOT_DEBOUNCE_MS


@pytest.mark.parametrize("low_mv", [-9900, -6000, 0, 6000, -13600])
def test_monitor_never_reaches_c_when_the_extremes_contradict_each_other(low_mv):
    watch = Watch()
    watch.hold("B", 500)
    watch.offer()
    watch.hold("B", 1000)
    assert watch.hold("C", 3000, low_mv=low_mv) == "B"


def test_monitor_never_reaches_c_without_pwm_when_the_low_side_is_negative():
    watch = Watch()
    watch.hold("B", 500)
    assert watch.hold("C", 3000, low_mv=-12000) == "B"


def test_monitor_goes_to_c_when_the_vehicle_is_there_at_power_on():
    """Boot with 6 V present is C, and no simplified pilot (evse-firmwares §9.3)."""
    watch = Watch()
    assert watch.hold("C", 510) == "C"
    assert watch.monitor.plugged and not watch.monitor.direct


def test_monitor_knows_a_vehicle_that_went_from_a_to_c():
    """A.2.3, simplified pilot; a B in between clears it."""
    watch = Watch()
    watch.hold("A", 500)
    watch.hold("C", 600)
    assert watch.monitor.direct
    watch.hold("B", 100)
    assert not watch.monitor.direct
    watch.hold("C", 600)
    assert watch.monitor.state == "C" and not watch.monitor.direct


# -- away from energy ---------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["A", "B", "D", "E", "F"])
def test_monitor_leaves_c_within_50_ms_when_readings_are_10_ms_apart(letter):
    """Row 8.1 and 2.2: about 50 of the 100 ms belong to the filter."""
    assert in_c().until(letter, letter) <= 50


@pytest.mark.parametrize("letter", ["A", "B", "D", "E", "F"])
@pytest.mark.parametrize("every", [30, 60, 200, 1000])
def test_monitor_leaves_c_at_the_first_contrary_reading_after_a_gap(letter, every):
    watch = in_c()
    watch.take(letter, every)
    assert not watch.monitor.asks


def test_monitor_leaves_c_at_a_missing_reading_after_a_gap():
    watch = in_c()
    watch.take("C", 1000, usable=False)
    assert not watch.monitor.asks


def test_monitor_leaves_c_when_readings_are_missing():
    watch = in_c()
    watch.hold("C", 30, usable=False)
    assert watch.monitor.state is None


def test_monitor_stays_in_c_over_two_spikes():
    watch = in_c()
    watch.hold("B", 20)
    assert watch.take("C") == "C"


def test_monitor_leaves_c_when_readings_alternate_without_fitting():
    watch = in_c()
    for letter in ("B", "A", "B", "E"):
        watch.take(letter)
    assert not watch.monitor.asks


def test_monitor_leaves_c_in_time_also_right_after_a_duty_change():
    """Blanking is for the way towards energy only."""
    watch = in_c()
    watch.monitor.duty_changed(watch.now_ms)
    assert watch.until("B", "B") <= 50


def test_monitor_takes_d_for_energy_only_with_ventilation():
    plain = in_c()
    assert plain.hold("D", 40) == "D" and not plain.monitor.asks
    aired = in_c(ventilated=True)
    for letter in "DDDDCCCC":
        aired.take(letter)
        assert aired.monitor.asks
    assert aired.monitor.state == "C"


# -- plug and diode -----------------------------------------------------------------------------


def test_monitor_keeps_the_plug_over_what_says_nothing_about_it():
    watch = in_c()
    watch.hold("E", 100)
    assert watch.monitor.plugged
    watch.hold("E", 100, usable=False)
    assert watch.monitor.plugged and watch.monitor.state is None
    watch.hold("A", 50)
    assert not watch.monitor.plugged


def test_monitor_proves_the_diode_in_pwm_after_the_blanking():
    """Table A.4 footnote: the low side is seen near -12 V before the contactor closes."""
    watch = Watch()
    watch.hold("B", 5000)
    assert not watch.monitor.proven
    watch.offer()
    watch.hold("B", timing.BLANK_DUTY_MS)
    assert not watch.monitor.proven
    watch.hold("B", timing.DIODE_PROOF_MS)
    assert watch.monitor.proven
    watch.hold("A", 50)
    assert not watch.monitor.proven


def test_monitor_misses_the_diode_after_100_ms():
    watch = in_c()
    watch.hold("C", 90, low_mv=-6000)
    assert not watch.monitor.low_lost(watch.now_ms)
    watch.take("C", low_mv=-6000)
    assert watch.monitor.low_lost(watch.now_ms)
    watch.take("C", low_mv=-6000)
    assert watch.monitor.trouble == "diode" and not watch.monitor.proven


def test_monitor_misses_the_diode_at_once_after_a_gap():
    watch = in_c()
    watch.take("C", 1000, low_mv=-6000)
    assert watch.monitor.low_lost(watch.now_ms)


def test_monitor_is_sound_only_in_the_step_of_a_fitting_reading():
    watch = in_c()
    assert watch.monitor.sound(watch.now_ms)
    assert not watch.monitor.sound(watch.now_ms + 10)
    watch.take("C", low_mv=-6000)
    assert not watch.monitor.sound(watch.now_ms)
    watch.take("C", usable=False)
    assert not watch.monitor.sound(watch.now_ms)


# -- while the pilot is interrupted --------------------------------------------------------------


def test_monitor_that_is_blind_asks_for_nothing_and_keeps_the_plug():
    """A.5.3, and a change of phases: state F, or no pilot at all."""
    watch = in_c()
    watch.monitor.blind(watch.now_ms)
    assert watch.monitor.state is None and not watch.monitor.asks and watch.monitor.plugged
    assert not watch.monitor.sound(watch.now_ms) and watch.monitor.trouble is None


def test_monitor_that_is_blind_has_no_complaint_however_long_it_lasts():
    watch = in_c()
    watch.hold("E", 400)
    for _ in range(6000):
        watch.now_ms += 10
        watch.monitor.blind(watch.now_ms)
        assert watch.monitor.trouble is None
    watch.hold("E", 400)
    assert watch.monitor.trouble is None


@pytest.mark.parametrize("letter", ["B", "C"])
def test_monitor_proves_everything_again_after_it_was_blind(letter):
    """Another vehicle may be at the line now: debounce and diode count from then on."""
    watch = in_c()
    watch.monitor.blind(watch.now_ms)
    assert not watch.monitor.proven
    watch.take(letter)
    assert watch.monitor.state is None
    took_ms = watch.until(letter, letter)
    assert took_ms == (timing.PILOT_DEBOUNCE_MS if letter == "C" else timing.PILOT_SETTLE_MS)
    watch.hold(letter, timing.DIODE_PROOF_MS)
    assert watch.monitor.proven


def test_monitor_sees_the_vehicle_that_left_while_it_was_blind():
    watch = in_c()
    watch.monitor.blind(watch.now_ms)
    watch.hold("A", 40)
    assert watch.monitor.state == "A" and not watch.monitor.plugged


# -- complaints ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letter", "how", "trouble", "after_ms"),
    [
        ("E", {}, "pilot_short", timing.PILOT_SHORT_MS),
        ("F", {}, "pilot_invalid", timing.PILOT_INVALID_MS),
        ("B", {"usable": False}, "pilot_silent", timing.PILOT_SILENT_MS),
        ("B", {"low_mv": -9000}, "diode", timing.DIODE_LOST_MS),
        ("A", {"low_mv": 12000}, "pilot_invalid", timing.PILOT_INVALID_MS),
        ("D", {}, "ventilation", timing.VENTILATION_MS),
    ],
)
def test_monitor_complains_after_its_time(letter, how, trouble, after_ms):
    watch = in_c()
    watch.hold(letter, after_ms, **how)
    assert watch.monitor.trouble is None
    watch.take(letter, **how)
    assert watch.monitor.trouble == trouble
    watch.pwm = False
    watch.take("B")
    assert watch.monitor.trouble is None


letters = st.sampled_from("ABCDEF")
readings = st.tuples(letters, st.sampled_from([10, 10, 10, 20, 300, 1000]), st.booleans())


@given(st.lists(readings, max_size=150))
def test_monitor_asks_only_while_the_line_shows_c(parts):
    """Whatever the order: C for 500 ms before, and less than 100 ms of something else after."""
    watch = Watch()
    began_ms = fitted_ms = None
    for letter, ms, usable in parts:
        repeat = 60 if ms == 10 and letter in "BC" else 1
        for _ in range(repeat):
            before_ms = watch.now_ms
            watch.take(letter, ms, usable=usable)
            fits = letter == "C" and usable
            if fits:
                began_ms = watch.now_ms if began_ms is None else began_ms
                fitted_ms = watch.now_ms
            if watch.monitor.asks:
                assert fitted_ms is not None and watch.now_ms - fitted_ms < 30
                assert watch.now_ms - began_ms >= 500
            elif not fits:
                began_ms = None
            assert before_ms < watch.now_ms
