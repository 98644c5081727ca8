"""What must hold of a connector in every step, judged from its parts alone (fitted.py).

Nothing here asks the firmware what it thinks. Durations are those of the standard or of the
page they come from, plus a step; where readings are sparse a gap counts for 250 ms, as the
firmware promises (core/held.py).
"""

from host_tests.harness.world.offer import is_pwm, offered_ma
from host_tests.unit.core.fitted import RATINGS_MA

_GAP_MS = 250
# Half of the 100 ms of row 8.1: the other half is the contactor's.
_LEAVE_MS = 50
_STOP_MS = 6000  # row 10.2
_REST_MS = 5000
_DUTY_MS = 5000  # row 6
_FAULT_MS = 30_000
_RESIDUAL_MS = 300_000
_DEBOUNCE_MS = 500
_SETTLE_MS = 20  # may be believed from here on, must be from _LEAVE_MS on
_CABLE_MS = 800  # 500 ms, by readings that may be 100 ms apart and more
_QUIET_MS = 550  # after a change of the duty
_PROOF_MS = 100
_CUT_MC, _DERATE_MC = 70_000, 60_000
_TROUBLES_MS = (("short", 500), ("invalid", 1000), ("silent", 1000), ("diode", 100))


class Lasting:
    """How long something has been so, by readings of which no gap counts for more than 250 ms."""

    def __init__(self):
        self.for_ms = -1
        self._last_ms = 0

    def take(self, holds, now_ms):
        if not holds:
            self.for_ms = -1
        elif self.for_ms < 0:
            self.for_ms = 0
        else:
            self.for_ms += min(now_ms - self._last_ms, _GAP_MS)
        self._last_ms = now_ms

    def lasts(self, for_ms):
        return self.for_ms >= for_ms


class Inspector:
    """Watches ``fitted`` after each of its steps; AssertionError names the rule that is broken."""

    def __init__(self, fitted):
        self.fitted = fitted
        self._parts = fitted.parts
        self._max_ma = fitted.options["max_ma"]
        self._ventilated = fitted.options.get("ventilated", False)
        self._simplified = fitted.options.get("simplified", False)
        self.closings = 0
        # Outputs, as they were after the last step.
        self._closed, self._duty_bp = False, fitted.line.duty_bp
        self._cut = False
        # What has been seen of the pilot.
        self._fit_ms = self._low_ms = -1_000_000
        self._last = {}
        self._held = {}
        self._plugged_ms = None
        self._proven = self._direct = self._without_b = False
        # Times.
        self._opened_ms = 0
        self._changed_ms = None
        self._no_wish_ms = self._no_pwm_ms = None
        self._barred_ms = {}
        self._passed_ms = None
        self._saw_trip = False
        self._seen_open = True
        self._monitored = self._welded = False
        self._excess_ms = None
        self._reading_ms = None
        self._late_mc = None
        fitted.second.on_move = self._on_second
        fitted.bolt.on_drive = self._on_bolt
        fitted.watch = self.look

    # -- moments --------------------------------------------------------------------------------

    def _on_second(self, closed):
        """HAZARD: a second contactor that moves under load can destroy a vehicle's charger."""
        if closed:
            assert not self.fitted.coil.closed, "the second contactor closes behind a closed one"
        elif self.fitted.second.feedback() is True:
            assert not self.fitted.coil.closed, "the second contactor opens behind a closed one"

    def _on_bolt(self, direction):
        """HAZARD: a plug that is pulled under load draws an arc."""
        if direction >= 0:
            return
        for coil in self._coils():
            assert not coil.closed, "unlocked while a contactor is commanded"
            assert coil.feedback() is not True, "unlocked while a contactor is seen closed"
        seen = self._seen_open or all(coil.feedback() is False for coil in self._coils())
        assert seen, "unlocked before the contactor was seen open"

    # -- each step ------------------------------------------------------------------------------

    def look(self):
        """AssertionError when something is wrong after this step."""
        now_ms = self.fitted.now_ms
        self._see_pilot(now_ms)
        self._see_parts(now_ms)
        self._see_contacts(now_ms)
        self._see_meter(now_ms)
        self._see_wish(now_ms)
        self._judge_duty(now_ms)
        self._judge_pilot_cut()
        closed = self._commanded()
        if closed and not self._closed:
            self._judge_closing(now_ms)
        if closed:
            self._judge_closed(now_ms)
        elif self._closed:
            self._opened_ms = now_ms
        self._closed = closed

    # -- what is seen ---------------------------------------------------------------------------

    def _see_pilot(self, now_ms):
        line = self.fitted.line
        if self._cut:
            for name in ("short", "invalid", "silent", "diode", "proof", "asks", "gone", "cd"):
                self._hold(name, False, now_ms)
            return
        pwm = self._duty_bp is not None and is_pwm(self._duty_bp)
        letter = None if line.silent else line.letter
        low = line.diode or not pwm
        asks = letter in ("C", "D") if self._ventilated else letter == "C"
        if asks:
            self._fit_ms = now_ms
        if letter is not None and (low or letter in "EF"):
            self._low_ms = now_ms
        self._hold("asks", asks and low, now_ms)
        self._hold("short", letter == "E", now_ms)
        self._hold("invalid", letter in ("?", "F"), now_ms)
        self._hold("silent", letter is None, now_ms)
        shows = pwm and letter in ("B", "C", "D")
        self._hold("diode", shows and not line.diode, now_ms)
        self._hold("proof", shows and line.diode, now_ms)
        self._see_plug(letter, now_ms)
        for name, after_ms in (
            ("short", 500),
            ("invalid", 1000),
            ("silent", 1000),
            ("diode", 100),
        ):
            self._bar(name, self._held[name].lasts(after_ms), _FAULT_MS, now_ms)

    def _see_plug(self, letter, now_ms):
        self._hold("gone", letter == "A", now_ms)
        if self._held["gone"].lasts(_LEAVE_MS):
            self._plugged_ms, self._proven = None, False
        elif letter in ("B", "C", "D") and self._plugged_ms is None:
            self._plugged_ms = now_ms
        if self._held["gone"].lasts(_SETTLE_MS):
            # The next vehicle has seen no duty yet.
            self._changed_ms = None
        self._hold("cd", letter in ("C", "D"), now_ms)
        self._without_b = letter != "B" and (self._without_b or self._plugged_ms is None)
        self._direct = self._without_b and self._held["cd"].lasts(_DEBOUNCE_MS)
        if self._held["proof"].lasts(_PROOF_MS):
            self._proven = True

    def _see_parts(self, now_ms):
        fitted = self.fitted
        guard = fitted.keeper.cause is not None
        self._hold("guard", guard, now_ms)
        self._bar("guard", guard and self._closed, _FAULT_MS, now_ms)
        if "residual" in self._parts:
            self._see_monitor(now_ms)
        if "earth" in self._parts:
            self._see("earth", fitted.ground.there is True, 260, now_ms)
            self._bar("earth", self._held["earth"].lasts(260), _FAULT_MS, now_ms)
        if "thermometer" in self._parts:
            self._see_warmth(now_ms)
        if "proximity" in self._parts:
            self._see_cable(now_ms)
        if "lock" in self._parts:
            # One reading is not the bolt; the firmware may have it wrong for LOCK_LOST_MS.
            self._see("bolt", fitted.bolt.locked() is True, 510, now_ms)

    def _see_monitor(self, now_ms):
        monitor = self.fitted.monitor
        tripped = monitor.tripped()
        if monitor.testing:
            self._saw_trip = self._saw_trip or tripped
            assert not self._commanded(), "a self-test under load"
        elif self._saw_trip and not tripped:
            self._passed_ms, self._saw_trip = now_ms, False
        self._hold("residual", tripped and not monitor.testing, now_ms)
        if self._closed:
            self._bar("residual", self._held["residual"].lasts(20), _RESIDUAL_MS, now_ms)

    def _see_warmth(self, now_ms):
        celsius_mc = self.fitted.warmth.celsius_mc
        hot = celsius_mc is not None and celsius_mc >= _CUT_MC
        cool = celsius_mc is not None and celsius_mc < _CUT_MC - 10_000
        self._last["hot"] = hot or (self._last.get("hot", False) and not cool)
        self._hold("cold", celsius_mc is None, now_ms)
        if celsius_mc is not None:
            late_mc = celsius_mc if self._late_mc is None else self._late_mc
            self._late_mc = max(celsius_mc, min(late_mc, celsius_mc + 2000))

    def _see_cable(self, now_ms):
        rating_ma = RATINGS_MA[self.fitted.plug.ohm]
        if self._last.get("rating") != rating_ma:
            self._hold("rating", False, now_ms)
        self._last["rating"] = rating_ma
        self._hold("rating", True, now_ms)
        self._hold("no cable", not rating_ma and self._plugged_ms is not None, now_ms)
        self._bar("cable", self._held["no cable"].lasts(1300) and self._closed, _FAULT_MS, now_ms)

    def _see_contacts(self, now_ms):
        coils = self._coils()
        seen = [coil.feedback() for coil in coils]
        if None not in seen:
            self._monitored = True
        if any(coil.closed for coil in coils):
            self._seen_open = False
        elif not self._monitored or all(value is False for value in seen):
            self._seen_open = True
        stuck = any(not coil.closed and value is True for coil, value in zip(coils, seen))
        self._hold("welded", stuck, now_ms)
        self._hold("rest", not self._commanded() and True not in seen, now_ms)
        self._welded = self._welded or self._held["welded"].lasts(1020)
        lost = any(coil.closed and value is False for coil, value in zip(coils, seen))
        self._hold("not closing", lost, now_ms)
        self._bar("not closing", self._held["not closing"].lasts(510), _FAULT_MS, now_ms)

    def _see_meter(self, now_ms):
        reading = self.fitted.connector.reading
        if reading is None or reading.taken_ms == self._reading_ms:
            return
        self._reading_ms = reading.taken_ms
        # More than any vehicle draws that follows an offer of this charge point.
        if not self._closed or reading.current_ma[0] <= (self._max_ma + 500) * 1.1:
            self._excess_ms = None
        elif self._excess_ms is None:
            self._excess_ms = now_ms
        # Current behind contacts that are said to be open.
        stray = reading.current_ma[0] > 1000 and self._held["rest"].lasts(5100)
        self._welded = self._welded or stray

    def _see_wish(self, now_ms):
        """Since when there has been a reason to offer nothing."""
        connector = self.fitted.connector
        wish = connector.permitted and connector.available and connector.limit_ma >= 6000
        wish = (
            wish and self.fitted.keeper.cause is None and not self._held["gone"].lasts(_LEAVE_MS)
        )
        wish = wish and not self._last.get("hot", False)
        if wish:
            self._no_wish_ms = None
        elif self._no_wish_ms is None:
            self._no_wish_ms = now_ms

    # -- what is judged -------------------------------------------------------------------------

    def _judge_duty(self, now_ms):
        duty_bp = self.fitted.line.duty_bp
        offer_ma = offered_ma(duty_bp)
        assert duty_bp in (0, 10_000) or 1000 <= duty_bp <= 9600, f"a duty of {duty_bp}"
        if duty_bp != self._duty_bp:
            self._judge_change(duty_bp, now_ms)
        if offer_ma:
            assert self._no_wish_ms is None, "an offer without a reason"
            if self._changed_ms is None or now_ms - self._changed_ms >= _DUTY_MS:
                self._judge_offer(offer_ma)
            self._no_pwm_ms = None
        elif self._no_pwm_ms is None:
            self._no_pwm_ms = now_ms

    def _judge_change(self, duty_bp, now_ms):
        offer_ma = offered_ma(duty_bp)
        if offer_ma:
            since_ms = None if self._changed_ms is None else now_ms - self._changed_ms
            assert since_ms is None or since_ms >= _DUTY_MS, f"a new duty after {since_ms} ms"
            self._judge_offer(offer_ma)
        if offer_ma or is_pwm(self._duty_bp):
            # What ends in the very step in which the vehicle is seen gone ends for nobody.
            nobody = not offer_ma and self._held["gone"].lasts(_SETTLE_MS)
            self._changed_ms = None if nobody else now_ms
        self._low_ms = now_ms
        self._duty_bp = duty_bp

    def _judge_offer(self, offer_ma):
        limits_ma = {"hardware": self._max_ma, "allowed": self.fitted.connector.limit_ma}
        if "proximity" in self._parts and self._held["rating"].lasts(_CABLE_MS):
            limits_ma["cable"] = self._last["rating"]
        if self._late_mc is not None and self._late_mc > _DERATE_MC:
            share = (self._late_mc - _DERATE_MC) / (_CUT_MC - _DERATE_MC)
            limits_ma["temperature"] = max(
                6000, self._max_ma - (self._max_ma - 6000) * share + 100
            )
        if self._direct:
            limits_ma["simplified"] = 10_000 if self._simplified else 0
        for name, limit_ma in limits_ma.items():
            # A vehicle rounds to 0.1 A.
            assert offer_ma <= limit_ma + 50, f"{offer_ma} mA above the limit {name} {limit_ma}"

    def _judge_pilot_cut(self):
        self._cut = not self.fitted.line.connected or self.fitted.line.duty_bp == 0
        if not self._cut:
            return
        for coil in self._coils():
            assert not coil.closed, "the pilot is interrupted under load"
            assert coil.feedback() is not True, "the pilot is interrupted behind closed contacts"

    def _judge_closing(self, now_ms):
        self.closings += 1
        fitted = self.fitted
        assert now_ms - self._opened_ms >= _REST_MS, "closed again too soon"
        assert not self._welded, "closed a welded contactor"
        assert is_pwm(self._duty_bp), "closed without an offer"
        assert now_ms - self._changed_ms >= _QUIET_MS, "closed just after a change of the duty"
        assert self._held["asks"].lasts(_DEBOUNCE_MS), "closed on a C that is too young"
        assert self._plugged_ms is not None and self._proven, "closed before the diode was seen"
        assert fitted.connector.permitted, "closed without permission"
        for name, until_ms in self._barred_ms.items():
            assert now_ms >= until_ms, f"closed too soon after {name}"
        if self._monitored:
            shown = fitted.shown[: len(self._coils())]
            assert True not in shown, "closed on contacts that are not open"
            assert None not in shown, "closed on contacts that can't be told"
        self._judge_parts_at_closing()

    def _judge_parts_at_closing(self):
        fitted, parts = self.fitted, self._parts
        if "residual" in parts:
            assert not fitted.monitor.tripped(), "closed on a residual current"
            tested = self._passed_ms is not None and self._passed_ms >= self._plugged_ms
            assert tested, "closed without a self-test in this session"
        if "earth" in parts:
            assert self._last["earth"], "closed without ever an earth"
        if "thermometer" in parts:
            assert not self._last["hot"], "closed while hot"
            assert self._late_mc is not None, "closed without ever a temperature"
        if "proximity" in parts:
            assert self._last["rating"] or self._held["rating"].for_ms < 500, (
                "closed without cable"
            )
        if "lock" in parts and fitted.bolt.says != "blind":
            assert self._last["bolt"], "closed unlocked"

    def _judge_closed(self, now_ms):
        held = self._held
        late_ms = now_ms - self._fit_ms
        assert late_ms < _LEAVE_MS, f"still closed {late_ms} ms after the vehicle left"
        assert held["guard"].for_ms < 0, "closed against the guard"
        assert now_ms - self._low_ms <= 110, "closed without a diode"
        for what, since_ms in (("wish", self._no_wish_ms), ("PWM", self._no_pwm_ms)):
            told = f"still closed more than 6 s after the {what} ended"
            assert since_ms is None or now_ms - since_ms < _STOP_MS, told
        lasting = (("residual", 20), ("earth", 260), ("no cable", 1300), ("bolt", 510),
                   ("not closing", 510))  # fmt: skip
        for name, most_ms in lasting:
            if name in held and not (name == "bolt" and self.fitted.bolt.says == "blind"):
                assert not held[name].lasts(most_ms), f"still closed, {name} for {most_ms} ms"
        if "cold" in held:
            assert not held["cold"].lasts(5000 + _STOP_MS + 20), "closed on no temperature"
        excess_ms = 0 if self._excess_ms is None else now_ms - self._excess_ms
        assert excess_ms <= 9000, "still closed on an over-current"

    # -- inside ---------------------------------------------------------------------------------

    def _coils(self):
        if "second_relay" in self._parts:
            return (self.fitted.coil, self.fitted.second)
        return (self.fitted.coil,)

    def _commanded(self):
        return any(coil.closed for coil in self._coils())

    def _hold(self, name, holds, now_ms):
        self._held.setdefault(name, Lasting()).take(holds, now_ms)

    def _see(self, name, there, lost_ms, now_ms):
        """``name`` is there, or has been until shortly: it is lost after ``lost_ms``."""
        self._hold(name, not there, now_ms)
        lost = self._held[name].lasts(lost_ms)
        self._last[name] = there or (self._last.get(name, False) and not lost)

    def _bar(self, name, present, for_ms, now_ms):
        if present:
            self._barred_ms[name] = now_ms + for_ms
