"""Mutations of the rules of contactor, protection and faults. The columns: see mutation.py."""

from host_tests.mutations.mutation import Mutation

CONTACTOR = "core/contactor.py"
PAIR = "core/contactor_pair.py"
CONNECTOR = "core/connector.py"
FAULTS = "core/faults.py"
RESIDUAL = "core/residual.py"
CABLE = "core/cable.py"
LOCK = "core/lock.py"
TEMPERATURE = "core/temperature.py"
CURRENTS = "core/currents.py"
PHASES = "core/phases.py"
TIMING = "core/timing.py"

# fmt: off
MUTATIONS = (
    # -- contactor --------------------------------------------------------------------------------
    Mutation(
        "short_rest", "5 s between an opening and the next closing",
        TIMING, "CONTACTOR_REST_MS = 5000", "CONTACTOR_REST_MS = 1000", "timing_rules",
    ),
    Mutation(
        "no_rest", "5 s between an opening and the next closing",
        CONTACTOR, "            and self.rested(now_ms)\n", "", "contactor",
    ),
    Mutation(
        "closes_on_unknown_feedback", "closes on feedback that is plainly open only",
        CONTACTOR, "self._feedback is not False", "self._feedback is True", "contactor",
    ),
    Mutation(
        "closes_on_closed_feedback", "closes on feedback that is plainly open only",
        CONTACTOR, "            and not (self.monitored and self._feedback is not False)\n", "",
        "contactor",
    ),
    Mutation(
        "never_welded", "feedback without a command is a welded contactor",
        CONTACTOR, "(OPENING, LATE, WELDED, None)", "(OPENING, LATE, OPENING, None)", "contactor",
    ),
    Mutation(
        "welded_late", "welded is told a second after the opening",
        TIMING, "CONTACTOR_OPEN_MS = 1000", "CONTACTOR_OPEN_MS = 8000", "timing_rules",
    ),
    Mutation(
        "closing_without_end", "a contactor that does not close is let go",
        CONTACTOR, '(CLOSING, LATE, OPENING, "fail")', "(CLOSING, LATE, CLOSING, None)",
        "contactor",
    ),
    Mutation(
        "faltering_without_end", "a contactor that drops out is let go",
        CONTACTOR, '(FALTERING, LATE, OPENING, "fail")', "(FALTERING, LATE, FALTERING, None)",
        "contactor",
    ),
    Mutation(
        "not_closing_late", "feedback follows a closing within 500 ms",
        TIMING, "CONTACTOR_CLOSE_MS = 500", "CONTACTOR_CLOSE_MS = 5000", "timing_rules",
    ),
    Mutation(
        "coil_not_written_again", "what a disturbance did to the coil does not stay",
        CONTACTOR, "        if not self.commanded:\n", "        if False:\n", "contactor",
    ),
    Mutation(
        "coil_as_it_was", "the coil is let go at the start",
        CONTACTOR, "        relay.set_closed(False)\n", "", "contactor",
    ),
    Mutation(
        "second_not_looked_at", "both contactors are open before either closes",
        PAIR, "return self._first.may_close(now_ms) and self._second.may_close(now_ms)",
        "return self._first.may_close(now_ms)", "contactor_pair",
    ),
    Mutation(
        "second_stays_closed", "both contactors open",
        PAIR, "        self._second.open(now_ms)\n", "", "contactor_pair",
    ),
    Mutation(
        "second_closes_with_one_phase", "one phase leaves the second contactor open",
        PAIR, "if self.phases == 3:", "if True:", "contactor_pair",
    ),
    Mutation(
        "second_never_welded", "what is wrong with one is wrong with the pair",
        PAIR, "if first == WELDED or second == WELDED:", "if first == WELDED:",
        "connector_rules",
    ),
    # -- phases -----------------------------------------------------------------------------------
    Mutation(
        "phases_under_load", "phases are changed behind an open contactor only",
        PHASES, "        if not idle:\n            return OTHER\n        return READY",
        "        return READY", "phases",
    ),
    Mutation(
        "phases_under_an_offer", "phases are changed without an offer only",
        CONNECTOR, "idle and not session.pwm", "idle", "connector_rules",
    ),
    Mutation(
        "load_during_the_cut", "a contactor that is not open begins the change again",
        PHASES, "            if not idle:\n                return OTHER\n            return OVER",
        "            return OVER", "phases",
    ),
    Mutation(
        "short_cut", "the pilot is interrupted for 60 s between one and three phases",
        TIMING, "PHASE_CUT_MS = 60000", "PHASE_CUT_MS = 5000", "timing_rules",
    ),
    Mutation(
        "phases_at_any_time", "phases change at most every 10 min in a session",
        PHASES, "return not (plugged and recent)", "return True", "phases",
    ),
    # -- residual current, earth ------------------------------------------------------------------
    Mutation(
        "trip_ignored", "a residual current opens",
        RESIDUAL, "(READY, TRIP, TRIPPED, None)", "(READY, TRIP, READY, None)", "residual",
    ),
    Mutation(
        "trip_believed_late", "a residual current opens in the second reading",
        TIMING, "RESIDUAL_TRIP_MS = 10", "RESIDUAL_TRIP_MS = 500", "timing_rules",
    ),
    Mutation(
        "unknown_is_no_trip", "a monitor that can't be read has tripped",
        RESIDUAL, "self._monitor.tripped() is not False", "self._monitor.tripped() is True",
        "residual",
    ),
    Mutation(
        "self_test_skipped", "the monitor is tested before energy is offered",
        RESIDUAL, '(UNTESTED, DUE, TESTING, "begin")', '(UNTESTED, DUE, READY, "pass")',
        "residual",
    ),
    Mutation(
        "self_test_not_renewed", "the monitor is tested in each session",
        CONNECTOR, "protection.residual.renew()", "pass", "connector_rules",
    ),
    Mutation(
        "self_test_without_trip", "a monitor that does not trip in its test is broken",
        RESIDUAL, '(TESTING, LATE, FAILED, "end")', '(TESTING, LATE, READY, "pass")', "residual",
    ),
    Mutation(
        "self_test_without_clearing", "a monitor that does not clear after its test is broken",
        RESIDUAL, "(CLEARING, LATE, FAILED, None)", '(CLEARING, LATE, READY, "pass")', "residual",
    ),
    Mutation(
        "self_test_under_load", "no self-test while the contactor is closed",
        RESIDUAL, "if not self.idle or not", "if not", "residual",
    ),
    Mutation(
        "idle_under_load", "no self-test while the contactor is closed",
        CONNECTOR, "protection.residual.idle = is_open", "protection.residual.idle = True",
        "connector_rules",
    ),
    Mutation(
        "self_test_never_again", "the monitor is tested every 24 h",
        TIMING, "RESIDUAL_TEST_AGE_MS = 86400000", "RESIDUAL_TEST_AGE_MS = 864000000",
        "timing_rules",
    ),
    Mutation(
        "unknown_earth_is_earth", "an earth that can't be told is lost",
        "core/earth.py", "self._earth.connected() is True", "self._earth.connected() is not False",
        "earth",
    ),
    Mutation(
        "earth_lost_for_long", "earth that is lost for 250 ms opens",
        TIMING, "EARTH_LOST_MS = 250", "EARTH_LOST_MS = 5000", "timing_rules",
    ),
    Mutation(
        "offers_without_earth", "nothing is offered without earth",
        "core/earth.py", 'return "protective earth" if self._lost else None', "return None",
        "earth",
    ),
    # -- cable, lock ------------------------------------------------------------------------------
    Mutation(
        "higher_rating_between_bands", "between two bands the lower rating counts",
        CABLE, "(308, 32000)", "(400, 32000)", "cable",
    ),
    Mutation(
        "short_is_a_cable", "a shorted proximity is no cable",
        CABLE, "_SHORT_OHM = const(75)", "_SHORT_OHM = const(0)", "cable",
    ),
    Mutation(
        "rating_rises", "in a session the rating may only fall",
        CABLE, "settled_ma = min(settled_ma, self._most_ma)", "pass", "cable",
    ),
    Mutation(
        "cable_not_limiting", "the cable's rating limits the offer",
        "core/protection.py", 'limits.put("cable", self.cable.limit_ma)', "pass",
        "connector_rules",
    ),
    Mutation(
        "cable_lost_in_silence", "a plugged vehicle without a cable is a fault",
        TIMING, "CABLE_FAULT_MS = 1000", "CABLE_FAULT_MS = 30000", "timing_rules",
    ),
    Mutation(
        "offers_unlocked", "the bolt is in before energy is offered",
        LOCK, 'return None if sure else "lock"', "return None", "lock",
    ),
    Mutation(
        "offers_on_a_bolt_not_seen", "the bolt is seen in before energy is offered",
        LOCK, "self.state == IN and self.wanted and (self._arrived or self._there.value)",
        "self.wanted", "lock",
    ),
    Mutation(
        "lost_bolt_no_fault", "a bolt that leaves its place opens at once",
        LOCK, "faults.put(\"lock\", lost or self.state == JAMMED, now_ms)",
        "faults.put(\"lock\", self.state == JAMMED, now_ms)", "lock",
    ),
    Mutation(
        "unlocks_under_load", "never unlocked before the contactor is seen open",
        CONNECTOR, "self.holds_plug or not is_open", "self.holds_plug", "connector_rules",
    ),
    Mutation(
        "motor_burns", "the lock's motor has current for 600 ms",
        TIMING, "LOCK_DRIVE_MS = 600", "LOCK_DRIVE_MS = 6000", "timing_rules",
    ),
    # -- temperature, currents --------------------------------------------------------------------
    Mutation(
        "no_cut", "energy ends at the cut",
        TEMPERATURE, "self._hot = True", "self._hot = False", "temperature",
    ),
    Mutation(
        "no_derating", "less current before the cut",
        TEMPERATURE, "if over_mc <= 0:", "if True:", "temperature",
    ),
    Mutation(
        "returns_at_the_cut", "after the cut it must be 10 degrees cooler",
        TEMPERATURE, "_RETURN_MC = const(10000)", "_RETURN_MC = const(0)", "temperature",
    ),
    Mutation(
        "offers_without_a_temperature", "no energy before the first temperature",
        TEMPERATURE, "self._hot or self._late_mc is None", "self._hot", "temperature",
    ),
    Mutation(
        "silent_thermometer", "a thermometer that is silent for 5 s is a fault",
        TIMING, "TEMPERATURE_SILENT_MS = 5000", "TEMPERATURE_SILENT_MS = 60000", "timing_rules",
    ),
    Mutation(
        "overcurrent_factor", "an over-current begins 10 % above the offer",
        CURRENTS, "* 110 // 100", "* 150 // 100", "currents",
    ),
    Mutation(
        "overcurrent_late", "an over-current opens after 7 s",
        TIMING, "OVERCURRENT_MS = 7000", "OVERCURRENT_MS = 70000", "timing_rules",
    ),
    Mutation(
        "one_phase_only", "the highest phase counts",
        CURRENTS, "abs(phase_ma) > most_ma", "False", "currents",
    ),
    Mutation(
        "stray_current_passed_over", "a current behind an open contactor is a welded one",
        CURRENTS, "and most_ma > _STRAY_MA", "and False", "currents",
    ),
    Mutation(
        "over_voltage_passed_over", "15 % above nominal is a fault",
        CURRENTS, "nominal_mv * 115 // 100", "nominal_mv * 140 // 100", "currents",
    ),
    Mutation(
        "under_voltage_passed_over", "15 % below nominal is a fault",
        CURRENTS, "nominal_mv * 85 // 100", "nominal_mv * 50 // 100", "currents",
    ),
    # -- the book of faults -----------------------------------------------------------------------
    Mutation(
        "residual_current_is_a_warning", "a residual current opens at once",
        FAULTS, '("residual_current", _GROUND, "MREC2GroundFailure", AT_ONCE,',
        '("residual_current", _GROUND, "MREC2GroundFailure", NO,', "timing_rules",
    ),
    Mutation(
        "earth_is_a_warning", "lost earth opens at once",
        FAULTS, '("earth", _GROUND, "EarthLost", AT_ONCE,', '("earth", _GROUND, "EarthLost", NO,',
        "timing_rules",
    ),
    Mutation(
        "attempts_without_end", "a fault ends by itself a few times only",
        FAULTS, "self.begun > row[_ATTEMPTS]", "False", "faults",
    ),
    Mutation(
        "welded_does_not_latch", "a welded contactor is known after a restart",
        FAULTS, '"MREC17EVSEContactorFault", AT_ONCE, "power", 0, True',
        '"MREC17EVSEContactorFault", AT_ONCE, "power", 0, False', "faults",
    ),
    Mutation(
        "no_hold", "a fault is held after its cause went",
        FAULTS, "return now_ms - self.gone_ms >= _HOLDS[row[_HOLD]]", "return True", "faults",
    ),
    Mutation(
        "short_hold", "a fault is held for 30 s after its cause went",
        TIMING, "FAULT_HOLD_MS = 30000", "FAULT_HOLD_MS = 1000", "timing_rules",
    ),
    Mutation(
        "short_hold_of_residual", "a residual current is held for 5 min",
        TIMING, "RESIDUAL_HOLD_MS = 300000", "RESIDUAL_HOLD_MS = 3000", "timing_rules",
    ),
    Mutation(
        "orderly_fault_passed_over", "an orderly fault ends a transaction's offer",
        FAULTS, "return self.trips or (self._ends_offer and self.in_transaction)",
        "return self.trips", "faults",
    ),
)
