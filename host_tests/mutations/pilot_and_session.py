"""Mutations of the rules of pilot, session and duty. The columns: see mutation.py."""

from host_tests.mutations.mutation import Mutation

PILOT = "core/pilot.py"
SESSION = "core/session.py"
TIMING = "core/timing.py"

# fmt: off
MUTATIONS = (
    # -- what a reading means ---------------------------------------------------------------------
    Mutation(
        "band_of_c_reaches_into_b", "bands meet half way between the nominal levels",
        PILOT, '("C", 4500, 7500)', '("C", 4500, 8700)', "pilot",
    ),
    Mutation(
        "band_of_d_reaches_into_c", "bands meet half way between the nominal levels",
        PILOT, '("D", 1500, 4500)', '("D", 1500, 5600)', "pilot",
    ),
    Mutation(
        "band_of_c_reaches_into_d", "without ventilation a D is never a C",
        PILOT, '("C", 4500, 7500),\n    ("D", 1500, 4500)',
        '("C", 3000, 7500),\n    ("D", 1500, 3000)', "pilot",
    ),
    Mutation(
        "no_hysteresis", "10 % hysteresis",
        PILOT, "_HYSTERESIS_MV = const(300)", "_HYSTERESIS_MV = const(0)", "pilot",
    ),
    Mutation(
        "wide_hysteresis", "10 % hysteresis",
        PILOT, "_HYSTERESIS_MV = const(300)", "_HYSTERESIS_MV = const(1200)", "pilot",
    ),
    Mutation(
        "low_side_passed_over_in_pwm", "both extremes lie in one state",
        PILOT, "return _LOW_BOTTOM_MV <= low_mv <= _LOW_TOP_MV", "return True", "pilot",
    ),
    Mutation(
        "low_side_passed_over_without_pwm", "both extremes lie in one state",
        PILOT, "return band(low_mv, letter) == letter", "return True", "pilot",
    ),
    Mutation(
        "d_without_ventilation", "D is energised with ventilation only",
        PILOT, '("C", "D") if ventilated else ("C",)', '("C", "D")', "pilot connector",
    ),
    Mutation(
        "interruption_leaves_the_wish", "nothing is known while the pilot is interrupted",
        PILOT, "        self.state = None\n        # Another", "        # Another",
        "connector_rules",
    ),
    # -- towards energy ---------------------------------------------------------------------------
    Mutation(
        "short_debounce", "C holds 500 ms before it is believed",
        TIMING, "PILOT_DEBOUNCE_MS = 500", "PILOT_DEBOUNCE_MS = 200", "pilot connector",
    ),
    Mutation(
        "a_gap_counts_whole", "a step that comes late has not seen what happened meanwhile",
        TIMING, "PILOT_GAP_MS = 250", "PILOT_GAP_MS = 60000", "pilot",
    ),
    Mutation(
        "no_quiet_after_duty", "no progress towards energy for 550 ms after a change of the duty",
        TIMING, "BLANK_DUTY_MS = 550", "BLANK_DUTY_MS = 0", "timing_rules",
    ),
    Mutation(
        "duty_change_not_told", "no progress towards energy for 550 ms after a change of the duty",
        "core/connector.py", "self.monitor.duty_changed(now_ms)", "pass", "connector",
    ),
    Mutation(
        "no_quiet_after_opening", "no progress towards energy for 200 ms after an opening",
        TIMING, "BLANK_CONTACTOR_MS = 200", "BLANK_CONTACTOR_MS = 0", "timing_rules",
    ),
    Mutation(
        "opening_not_told", "no progress towards energy for 200 ms after an opening",
        "core/connector.py", "self.monitor.contactor_opened(now_ms)", "pass", "connector",
    ),
    Mutation(
        "diode_proven_at_once", "the diode is seen for 100 ms before the first closing",
        PILOT, "self._diode.for_ms >= timing.DIODE_PROOF_MS", "True", "pilot",
    ),
    Mutation(
        "diode_proven_without_pwm", "the diode shows in PWM only",
        PILOT, "shown = pwm and low_fits and", "shown = low_fits and", "pilot",
    ),
    Mutation(
        "diode_proof_outlives_the_plug", "the diode is proven in each session",
        PILOT, "self.plugged = self.proven = self.direct = False",
        "self.plugged = self.direct = False", "pilot",
    ),
    Mutation(
        "reading_of_another_step", "closing needs a flawless reading of this very step",
        PILOT, "return self._sound_ms == now_ms", "return self._sound_ms is not None",
        "safety pilot",
    ),
    Mutation(
        "simplified_pilot_not_known", "a vehicle from A to C without B has a simplified pilot",
        PILOT, 'self._last_plain == "A"', "False", "pilot",
    ),
    # -- away from energy -------------------------------------------------------------------------
    Mutation(
        "late_leave", "open 100 ms after the vehicle left C (row 8.1)",
        TIMING, "PILOT_LEAVE_MS = 30", "PILOT_LEAVE_MS = 110", "connector",
    ),
    Mutation(
        "late_leave_after_duty", "no quiet time on the way away from energy",
        PILOT, "if letter == state:\n            self._fit_ms = now_ms",
        "if letter == state or now_ms < self._calm_ms:\n            self._fit_ms = now_ms",
        "pilot",
    ),
    Mutation(
        "silence_is_c", "a reading that is none fits nothing",
        PILOT, "letter = band(high_mv, self.state) if usable else None",
        "letter = band(high_mv, self.state) if usable else self.state", "pilot connector",
    ),
    Mutation(
        "diode_not_watched", "the diode is watched while charging",
        PILOT, "return now_ms - self._low_ms >= timing.DIODE_LOST_MS", "return False",
        "pilot connector",
    ),
    Mutation(
        "diode_missed_for_long", "a diode that is gone opens within 110 ms",
        TIMING, "DIODE_LOST_MS = 100", "DIODE_LOST_MS = 400", "connector",
    ),
    Mutation(
        "short_told_late", "a pilot shorted to earth is a fault within 3 s (row 12)",
        TIMING, "PILOT_SHORT_MS = 500", "PILOT_SHORT_MS = 5000", "connector",
    ),
    # -- the offer --------------------------------------------------------------------------------
    Mutation(
        "gap_of_51_amperes", "51 to 52.5 A have no code: 51 A is offered",
        PILOT, "return min(limit_ma, 51000) // 6", "return limit_ma // 6", "pilot",
    ),
    Mutation(
        "less_than_6_amperes", "below 6 A there is no PWM",
        PILOT, "    if limit_ma < LEAST_MA:", "    if limit_ma < LEAST_MA // 2:", "pilot",
    ),
    Mutation(
        "more_than_80_amperes", "80 A is the most that a duty can tell",
        PILOT, "min(limit_ma, MOST_MA)", "limit_ma", "pilot",
    ),
    Mutation(
        "offer_rounded_up", "a duty never offers more than the limit",
        PILOT, "// 100 * 100\n    if", "// 100 * 100 + 100\n    if", "pilot",
    ),
    Mutation(
        "duty_at_any_time", "the duty changes at most every 5 s",
        TIMING, "DUTY_INTERVAL_MS = 5000", "DUTY_INTERVAL_MS = 1000", "timing_rules",
    ),
    Mutation(
        "duty_interval_forgotten", "the duty changes at most every 5 s",
        SESSION, "if offers and not self.may_offer(now_ms):", "if False:", "session",
    ),
    Mutation(
        "highest_limit", "the lowest limit counts",
        "core/limits.py", "self.binding = min(", "self.binding = max(", "limits",
    ),
    Mutation(
        "simplified_pilot_not_capped", "a simplified pilot gets 10 A at most (A.2.3)",
        "core/connector.py", "SIMPLIFIED_MA if self.monitor.direct else None", "None", "connector",
    ),
    Mutation(
        "simplified_pilot_at_16_amperes", "a simplified pilot gets 10 A at most (A.2.3)",
        "core/limits.py", "SIMPLIFIED_MA = 10000", "SIMPLIFIED_MA = 16000", "connector",
    ),
    # -- the end of a session ---------------------------------------------------------------------
    Mutation(
        "long_patience", "a vehicle that ignores the end of PWM is opened after 6 s (row 10.2)",
        TIMING, "STOP_PATIENCE_MS = 6000", "STOP_PATIENCE_MS = 20000", "timing_rules",
    ),
    Mutation(
        "endless_patience", "a vehicle that ignores the end of PWM is opened after 6 s (row 10.2)",
        SESSION, '(STOPPING, EXPIRED, PLUGGED, "open")', "(STOPPING, EXPIRED, STOPPING, None)",
        "session",
    ),
    Mutation(
        "no_patience", "a vehicle has 6 s to answer the end of PWM (row 10.1)",
        SESSION, '(CHARGING, WITHDRAWN, STOPPING, "wait")',
        '(CHARGING, WITHDRAWN, PLUGGED, "open")',
        "session",
    ),
    Mutation(
        "fault_leaves_it_closed", "a fault opens at once",
        SESSION, '(CHARGING, FAULT, FAULTED, "open")', "(CHARGING, FAULT, FAULTED, None)",
        "session",
    ),
    Mutation(
        "unplugged_leaves_it_closed", "a vehicle that is gone opens at once",
        SESSION, '(CHARGING, ABSENT, IDLE, "open")', "(CHARGING, ABSENT, IDLE, None)", "session",
    ),
    Mutation(
        "withdrawn_offer_stands", "what may not be offered is not offered for a step longer",
        SESSION, "if not wanted or not (self.pwm", "if not (self.pwm", "session connector",
    ),
    Mutation(
        "offer_in_an_interruption", "no PWM while the pilot is interrupted",
        SESSION, "if steady_bp is not None or self.state not in _OFFERING:",
        "if self.state not in _OFFERING:", "connector_rules",
    ),
    Mutation(
        "interrupted_under_load", "the pilot is interrupted behind an open contactor only",
        "core/connector.py", "cut = idle and (", "cut = (", "connector_rules",
    ),
    Mutation(
        "woken_again_and_again", "a sleeping vehicle is woken once (A.5.3)",
        "core/wakeup.py", "(PULSING, OVER, SETTLED, None)", "(PULSING, OVER, REST, None)",
        "wakeup",
    ),
)
