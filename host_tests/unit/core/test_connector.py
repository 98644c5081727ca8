"""core/connector: the electrical side as a whole, row by row of the standard, and in any order."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from chargepoint.core import timing
from chargepoint.core.pilot import offered_ma
from host_tests.unit.core.electrics import X1_BP, Electrics

EVERY = [10, 100, 1000]


# -- towards energy -----------------------------------------------------------------------------


@pytest.mark.parametrize("every", EVERY)
def test_connector_closes_within_3_s_of_c2(every):
    """Row 4."""
    electrics = Electrics()
    electrics.show("B", 3000, every)
    electrics.permit()
    electrics.run(3000, every)
    electrics.line.letter = "C"
    took_ms = electrics.until(lambda: electrics.coil.closed, 10_000, every)
    assert 500 <= took_ms <= 3000


@pytest.mark.parametrize("every", EVERY)
def test_connector_closes_within_3_s_of_the_offer_when_the_vehicle_already_asks(every):
    """Row 3.2: power becomes available in C; also a vehicle at 6 V when power returns."""
    electrics = Electrics(rest=False)
    electrics.line.letter = "C"
    electrics.run(8000, every)
    assert not electrics.coil.closed
    electrics.permit()
    assert electrics.until(lambda: electrics.coil.closed, 10_000, every) <= 3000
    assert electrics.connector.offered_ma == 16000


def test_connector_waits_for_quiet_when_the_vehicle_answers_the_offer_at_once():
    """TF: nothing counts towards energy for 550 ms after a duty change."""
    electrics = Electrics()
    electrics.show("B", 1000)
    electrics.permit()
    electrics.step()
    electrics.line.letter = "C"
    took_ms = electrics.until(lambda: electrics.coil.closed, 10_000)
    assert took_ms == timing.BLANK_DUTY_MS - 10 + timing.PILOT_DEBOUNCE_MS


def test_connector_tells_what_happened_in_order():
    electrics = Electrics().charge()
    electrics.show("B", 100)
    electrics.show("A", 100)
    assert electrics.words() == [
        "plugged", "ready", "energised", "not_ready", "opened", "unplugged",
    ]  # fmt: skip
    assert electrics.connector.take_events() == ()


def test_connector_serves_d_only_with_ventilation():
    """Standards §1.1: without ventilation D is never energised."""
    plain, aired = Electrics(), Electrics(ventilated=True)
    for electrics in (plain, aired):
        electrics.show("B", 1000)
        electrics.permit()
        electrics.run(1000)
        electrics.show("D", 5000)
    assert not plain.coil.closed and plain.connector.faults.active == ["ventilation"]
    assert not plain.connector.faults.blocking
    assert aired.coil.closed and not aired.connector.faults.active
    plain.show("C", 1000)
    assert plain.coil.closed and not plain.connector.faults.active


def test_connector_offers_a_simplified_pilot_10_amperes_at_most():
    """A.2.3."""
    electrics = Electrics(simplified=True)
    electrics.permit(limit_ma=32000)
    electrics.show("C", 3000)
    assert electrics.coil.closed and electrics.connector.offered_ma == 10000
    assert electrics.connector.limits.binding == "simplified"


def test_connector_offers_never_more_than_the_hardware():
    electrics = Electrics(max_ma=20000).charge(limit_ma=63000)
    assert electrics.connector.offered_ma == 20000


# -- away from energy ---------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["A", "B", "D", "E", "F", "?"])
def test_connector_opens_within_100_ms_when_the_vehicle_leaves_c(letter):
    """Rows 8.1, 2.2 and 12, at half the time: the rest belongs to the contactor."""
    electrics = Electrics().charge()
    electrics.line.letter = letter
    assert electrics.until(lambda: not electrics.coil.closed, 1000) <= 50


@pytest.mark.parametrize("letter", ["A", "B", "D", "E", "F", "?"])
@pytest.mark.parametrize("every", [40, 100, 1000])
def test_connector_opens_at_the_first_late_step_when_the_vehicle_left_c(letter, every):
    electrics = Electrics().charge()
    electrics.line.letter = letter
    electrics.step(every)
    assert not electrics.coil.closed


def test_connector_opens_in_time_right_after_a_duty_change():
    electrics = Electrics().charge()
    electrics.connector.limit_ma = 10000
    electrics.until(lambda: electrics.connector.offered_ma == 10000, 6000)
    electrics.line.letter = "B"
    assert electrics.until(lambda: not electrics.coil.closed, 1000) <= 50


def test_connector_waits_for_quiet_after_the_contactor_opened():
    """TF: nothing counts towards energy for 200 ms after a contactor switch."""
    electrics = Electrics().charge()
    electrics.line.letter = "B"
    electrics.until(lambda: not electrics.coil.closed, 1000)
    electrics.line.letter = "C"
    took_ms = electrics.until(lambda: electrics.connector.ready, 5000)
    assert took_ms == timing.BLANK_CONTACTOR_MS - 10 + timing.PILOT_DEBOUNCE_MS


def test_connector_opens_in_protect_without_anything_that_follows():
    electrics = Electrics().charge()
    electrics.line.letter = "B"
    electrics.connector.protect(electrics.now_ms + 100)
    assert not electrics.coil.closed


def test_connector_opens_when_the_pilot_falls_silent():
    electrics = Electrics().charge()
    electrics.line.silent = True
    assert electrics.until(lambda: not electrics.coil.closed, 1000) <= 50
    electrics.run(1500)
    assert electrics.connector.faults.active == ["pilot_silent"]
    assert electrics.connector.plugged and electrics.connector.state is None


def test_connector_opens_within_110_ms_when_the_diode_is_gone():
    """Table A.4 footnote, watched in each step."""
    electrics = Electrics().charge()
    electrics.line.diode = False
    assert electrics.until(lambda: not electrics.coil.closed, 1000) <= 110
    electrics.run(100)
    assert electrics.connector.faults.active == ["diode"]


def test_connector_opens_when_the_guard_trips():
    electrics = Electrics().charge()
    electrics.keeper.cause = "no heartbeat"
    electrics.step()
    assert not electrics.coil.closed
    assert electrics.connector.faults.active == ["guard_trip"]


def test_connector_calls_a_guard_that_holds_an_open_contactor_a_fault_only_after_a_while():
    electrics = Electrics()
    electrics.keeper.cause = "no heartbeat"
    electrics.run(timing.GUARD_PATIENCE_MS)
    assert not electrics.connector.faults.active
    electrics.run(20)
    assert electrics.connector.faults.active == ["guard_trip"]


# -- the end, and a pause -----------------------------------------------------------------------


def withdraw_permit(connector):
    connector.permitted = False


def withdraw_limit(connector):
    connector.limit_ma = 5900


def withdraw_service(connector):
    connector.available = False


def lose_meter(connector):
    connector.faults.put("meter_silent", True, 0)


@pytest.mark.parametrize("end", [withdraw_permit, withdraw_limit, withdraw_service, lose_meter])
def test_connector_ends_an_offer_orderly(end):
    """Rows 9.1, 10.1 and 10.2: PWM off, the vehicle opens S2, or the station does after 6 s."""
    willing, deaf = Electrics().charge(), Electrics().charge()
    for electrics in (willing, deaf):
        end(electrics.connector)
        electrics.step()
        assert electrics.line.duty_bp == X1_BP and electrics.coil.closed
        assert electrics.connector.offered_ma == 0
    willing.run(2000)
    assert willing.coil.closed
    willing.show("B", 50)
    assert not willing.coil.closed
    took_ms = deaf.until(lambda: not deaf.coil.closed, 10_000)
    assert took_ms == timing.STOP_PATIENCE_MS


def test_connector_resumes_after_a_pause_by_limit():
    electrics = Electrics().charge()
    electrics.connector.limit_ma = 0
    electrics.run(1000)
    electrics.show("B", 9000)
    electrics.connector.limit_ma = 8000
    electrics.run(1000)
    assert electrics.connector.offered_ma == 8000
    electrics.show("C", 1000)
    assert electrics.coil.closed


def test_connector_rests_5_s_between_two_closings():
    """TF: a vehicle that flaps S2 must not wear the contactor out."""
    electrics = Electrics().charge()
    closings, was_closed = [], True
    for _ in range(30):
        for letter in "BC":
            electrics.line.letter = letter
            for _ in range(70):
                electrics.step()
                if electrics.coil.closed and not was_closed:
                    closings.append(electrics.now_ms)
                was_closed = electrics.coil.closed
    assert len(closings) > 2
    assert min(b - a for a, b in zip(closings, closings[1:])) >= timing.CONTACTOR_REST_MS


# -- faults -------------------------------------------------------------------------------------


def test_connector_never_closes_on_a_vehicle_without_diode_and_gives_up_until_unplugged():
    """Two more attempts, 30 s apart; then the vehicle must be unplugged."""
    electrics = Electrics()
    electrics.line.diode = False
    electrics.show("B", 1000)
    electrics.permit()
    for _ in range(30):
        electrics.show("C", 5000)
        electrics.show("B", 2000)
        assert not electrics.coil.closed
    assert electrics.connector.faults.active == ["diode"]
    assert 3 == sum(1 for duty in electrics.line.duties if duty != X1_BP)
    electrics.line.diode = True
    electrics.show("A", timing.FAULT_HOLD_MS + 1000)
    assert not electrics.connector.faults.active
    electrics.show("B", 1000)
    electrics.show("C", 3000)
    assert electrics.coil.closed


def test_connector_reports_a_pilot_short_within_3_s_and_returns_30_s_after_it():
    """Row 12; EN 61851-1:2019 A.4.9; TF 30 s."""
    electrics = Electrics().charge()
    electrics.show("E", 1000)
    assert electrics.connector.faults.active == ["pilot_short"]
    assert electrics.connector.session == "fault" and electrics.line.duty_bp == X1_BP
    electrics.line.letter = "B"
    cleared_ms = electrics.until(lambda: not electrics.connector.faults.active, 60_000)
    assert cleared_ms >= timing.FAULT_HOLD_MS
    electrics.run(1000)
    electrics.show("C", 2000)
    assert electrics.coil.closed
    assert "fault" in electrics.words() and "fault_cleared" in electrics.words()


def test_connector_tries_a_contactor_that_does_not_close_three_times():
    electrics = Electrics()
    electrics.show("B", 1000)
    electrics.permit()
    electrics.coil.stuck = False
    electrics.show("C", 200_000)
    assert electrics.connector.faults.active == ["contactor_not_closing"]
    assert electrics.connector.contactor.cycles == 3
    assert not electrics.coil.closed and not electrics.connector.energised
    assert "energised" not in electrics.words()


def test_connector_never_closes_again_on_a_welded_contactor():
    """Standards §1.5; OCPP PowerSwitchFailure."""
    electrics = Electrics().charge()
    electrics.coil.stuck = True
    electrics.show("B", 2000)
    connector = electrics.connector
    assert connector.faults.worst[:2] == ("contactor_welded", "PowerSwitchFailure")
    assert not electrics.coil.closed and not connector.energised
    electrics.coil.stuck = None
    electrics.show("C", 100_000)
    assert not electrics.coil.closed and connector.faults.latched()[0][0] == "contactor_welded"


def test_connector_treats_meter_trouble_outside_a_transaction_as_a_warning():
    electrics = Electrics()
    electrics.connector.faults.put("meter_silent", True, electrics.now_ms)
    electrics.step()
    assert electrics.connector.faults.active and not electrics.connector.faults.blocking
    assert "fault" not in electrics.words()


def test_connector_does_nothing_unless_told_to():
    """All wishes are safe by default."""
    electrics = Electrics()
    electrics.show("B", 2000)
    electrics.show("C", 20_000)
    assert not electrics.coil.closed and electrics.line.duties == [X1_BP]


# -- any order ----------------------------------------------------------------------------------


class AnyOrder(RuleBasedStateMachine):
    """No order of levels, gaps, wishes, faults and feedback closes or keeps closed what must not.

    The oracle knows the line itself, not what the firmware made of it.
    """

    ventilated = False

    @initialize(
        served=st.booleans(), simplified=st.booleans(), stuck=st.sampled_from([None, "blind"])
    )
    def boot(self, served, simplified, stuck):
        options = {"ventilated": self.ventilated, "simplified": simplified}
        self.electrics = Electrics(rest=False, **options)
        self.electrics.coil.stuck = stuck
        self.asked_ms = self.left_ms = None
        self.unwished_ms = self.changed_ms = None
        self.opened_ms, self.was_closed, self.duty_bp = 10, False, X1_BP
        self.gone = False
        if served:
            self.run(ms=10, times=520)
            self.serve()

    # what may happen

    @rule(ms=st.sampled_from([10, 10, 30, 250, 1000]), times=st.integers(1, 70))
    def run(self, ms, times):
        for _ in range(times):
            self.step(ms)

    @rule(letter=st.sampled_from("AABBCCCDEF?"), ms=st.sampled_from([10, 1000]))
    def show(self, letter, ms):
        self.electrics.line.letter = letter
        self.step(ms)

    @rule(letters=st.lists(st.sampled_from("ABCDEF"), min_size=2, max_size=8))
    def flap(self, letters):
        for letter in letters:
            self.show(letter, 10)

    @rule()
    def serve(self):
        """The way to energy, so that much of what follows happens while energised."""
        electrics = self.electrics
        electrics.line.diode, electrics.line.silent = True, False
        electrics.keeper.cause = None
        electrics.connector.available = True
        electrics.permit()
        self.show("B", 10)
        self.run(10, 100)
        self.show("C", 10)
        self.run(10, 150)

    @rule(diode=st.booleans(), silent=st.booleans())
    def break_line(self, diode, silent):
        self.electrics.line.diode, self.electrics.line.silent = diode, silent

    @rule(permitted=st.booleans(), available=st.sampled_from([True, True, False]))
    def wish(self, permitted, available):
        self.electrics.connector.permitted = permitted
        self.electrics.connector.available = available

    @rule(limit_ma=st.sampled_from([0, 5999, 6000, 16000, 80000]))
    def limit(self, limit_ma):
        self.electrics.connector.limit_ma = limit_ma

    @rule(stuck=st.sampled_from([None, None, True, False, "blind"]))
    def stick(self, stuck):
        self.electrics.coil.stuck = stuck

    @rule(cause=st.sampled_from([None, None, "no heartbeat"]))
    def trip(self, cause):
        self.electrics.keeper.cause = cause

    @rule(present=st.booleans())
    def meter(self, present):
        self.electrics.connector.faults.put("meter_silent", present, self.electrics.now_ms)

    # what must hold

    def step(self, ms):
        before_ms = self.electrics.now_ms
        self.electrics.step(ms)
        line, now_ms = self.electrics.line, self.electrics.now_ms
        asks = line.letter in ("CD" if self.ventilated else "C") and not line.silent
        if asks:
            self.left_ms = None
            self.asked_ms = now_ms if self.asked_ms is None else self.asked_ms
        else:
            self.asked_ms = None
            self.left_ms = before_ms if self.left_ms is None else self.left_ms
        self.gone = self.gone or line.letter == "A"
        self.judge_wish(now_ms)
        if self.electrics.coil.closed:
            self.judge_closed(now_ms, ms)
            if not self.was_closed:
                self.judge_closing(now_ms)
        elif self.was_closed:
            self.opened_ms = now_ms
        self.was_closed = self.electrics.coil.closed
        self.judge_duty(now_ms)

    def wished(self):
        connector = self.electrics.connector
        return connector.permitted and connector.available and connector.limit_ma >= 6000

    def judge_wish(self, now_ms):
        if self.wished():
            self.unwished_ms = None
        elif self.unwished_ms is None:
            self.unwished_ms = now_ms

    def judge_closed(self, now_ms, ms):
        electrics = self.electrics
        assert self.left_ms is None or now_ms - self.left_ms < 100, "open within 100 ms"
        assert not electrics.connector.faults.trips and electrics.keeper.cause is None
        patience_ms = timing.STOP_PATIENCE_MS + ms
        assert self.unwished_ms is None or now_ms - self.unwished_ms < patience_ms

    def judge_closing(self, now_ms):
        electrics = self.electrics
        connector, line = electrics.connector, electrics.line
        assert self.wished() and not connector.faults.blocking
        assert self.asked_ms is not None and now_ms - self.asked_ms >= 500
        assert line.diode and line.duty_bp != X1_BP
        assert now_ms - self.opened_ms >= timing.CONTACTOR_REST_MS
        assert electrics.coil.stuck is not True

    def judge_duty(self, now_ms):
        line, connector = self.electrics.line, self.electrics.connector
        if line.duty_bp == self.duty_bp:
            return
        if line.duty_bp != X1_BP:
            assert self.wished() and offered_ma(line.duty_bp) <= connector.limit_ma
            unhurried = self.changed_ms is None or self.gone
            assert unhurried or now_ms - self.changed_ms >= timing.DUTY_INTERVAL_MS
            self.gone = False
        self.duty_bp, self.changed_ms = line.duty_bp, now_ms


class AnyOrderVentilated(AnyOrder):
    """The same where D may be energised."""

    ventilated = True


_SETTINGS = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = _SETTINGS
TestAnyOrderVentilated = AnyOrderVentilated.TestCase
TestAnyOrderVentilated.settings = _SETTINGS
