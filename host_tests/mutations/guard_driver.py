"""Mutations of the driver of the guard in the coprocessor. The columns: see mutation.py."""

from host_tests.mutations.mutation import Mutation

GUARD = "drivers/guard_ulp.py"
PORTS = "drivers/guard_ulp_ports.py"
TESTS = "unit/drivers/test_guard_ulp.py"

# fmt: off
MUTATIONS = (
    Mutation(
        "guard_asked_without_a_fresh_zero", "after a trip nothing is asked before it was let go",
        GUARD, "self.state == ARMED and self._trip is None and", "self.state == ARMED and", TESTS,
    ),
    Mutation(
        "guard_asked_on_a_steady_pilot", "nothing new is held while there is no diode to be seen",
        GUARD, " and self.pilot.is_wave", "", TESTS,
    ),
    Mutation(
        "guard_asked_before_it_is_armed", "nothing is held by a guard that was not counted",
        GUARD, "grants = self.state == ARMED and", "grants =", TESTS,
    ),
    Mutation(
        "guard_armed_at_any_clock", "limits are true between 6 and 11 MHz only",
        GUARD, "if not _LEAST_KHZ <= ", "if not 0 <= ", TESTS,
    ),
    Mutation(
        "guard_let_go_by_its_request_only", "opening waits for no window",
        GUARD, "        self._mem32[_PAD_CLEAR] = self._relay_bit\n", "", TESTS,
    ),
    Mutation(
        "guard_hung_and_not_seen", "a program that does not move holds nothing",
        GUARD, "if now_ms - self._moved_ms >= STILL_MS:", "if False:", TESTS,
    ),
    Mutation(
        "guard_that_does_not_agree_is_believed", "asked, told and seen are the same, or it opens",
        GUARD, "            self._apart = True\n", "            pass\n", TESTS,
    ),
    Mutation(
        "guard_loaded_over_a_running_program", "a program is stopped before another is loaded",
        GUARD, "            self.mail.stop = 1\n            self._enter(HALTING, now_ms)\n",
        "            self._probe(now_ms)\n", TESTS,
    ),
    Mutation(
        "guard_forgets_the_last_run", "what was held when the firmware ended is told",
        GUARD, "self._ours and bool(mail.relay or mail.latched)", "False", TESTS,
    ),
    Mutation(
        "guard_resets_in_a_circle", "a program that never moves resets the chip once",
        GUARD, '        if self._cause != "watchdog":\n            self._watch(True)\n',
        "        self._watch(True)\n", TESTS,
    ),
    Mutation(
        "guard_judges_a_steady_pilot", "a pilot without a wave has no negative half",
        PORTS, "            self._guard.mail.low_most = _OFF\n", "            pass\n", TESTS,
    ),
    Mutation(
        "guard_lets_d_pass", "D is held with ventilation only",
        PORTS, "if guard.ventilated else _C_TO_D_MV", "if True else _C_TO_D_MV", TESTS,
    ),
)
# fmt: on
