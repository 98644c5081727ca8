"""Mutations of the judge's words and of the order of a step. The columns: see mutation.py."""

from host_tests.mutations.mutation import Mutation

SAFETY = "core/safety.py"
CONNECTOR = "core/connector.py"
_GUARD = '        if self.guard_holds:\n            return "guard"\n'


def _without(name, rule, condition, word):
    """The judge without one of its words."""
    source = f'        if {condition}:\n            return "{word}"\n'
    return Mutation(name, rule, SAFETY, source, "", "safety")


# fmt: off
MUTATIONS = (
    # -- keep -------------------------------------------------------------------------------------
    _without("keep_without_fault", "a fault opens at once", "self._faults.trips", "fault"),
    Mutation(
        "keep_without_guard", "nothing stays closed against the guard",
        SAFETY, _GUARD + "        if not self._monitor.asks", "        if not self._monitor.asks",
        "safety",
    ),
    _without(
        "keep_without_vehicle", "nothing stays closed when the vehicle does not ask",
        "not self._monitor.asks", "vehicle",
    ),
    _without(
        "keep_without_diode", "nothing stays closed without a diode",
        "self._monitor.low_lost(now_ms)", "diode",
    ),
    # -- offer ------------------------------------------------------------------------------------
    _without("offer_out_of_service", "nothing is offered out of service", "not available",
             "unavailable"),
    _without("offer_in_a_fault", "nothing is offered in a fault", "self._faults.blocking",
             "fault"),
    _without("offer_against_the_guard", "nothing is offered while the guard holds",
             "self.guard_holds and self._doubt_ms is None", "guard"),
    _without("offer_without_a_vehicle", "nothing is offered without a vehicle",
             "not self._monitor.plugged", "unplugged"),
    _without("offer_to_a_simplified_pilot", "a simplified pilot may be refused",
             "self._monitor.direct and not self._simplified", "simplified"),
    _without("offer_without_permission", "nothing is offered without a transaction that is saved",
             "not permitted", "not_permitted"),
    Mutation(
        "offer_without_protection", "nothing is offered while a part is not as it must be",
        SAFETY, "self._protection.why or self._phases.why", "self._phases.why", "connector_rules",
    ),
    Mutation(
        "offer_between_phases", "nothing is offered while phases are changed",
        SAFETY, "self._protection.why or self._phases.why", "self._protection.why",
        "connector_rules",
    ),
    Mutation(
        "offer_of_too_little", "nothing is offered below 6 A",
        SAFETY, "if word is None and not self._limits.enough:", "if False:", "safety",
    ),
    # -- close ------------------------------------------------------------------------------------
    _without("close_without_an_offer", "nothing closes without PWM", "not pwm", "not_offered"),
    Mutation(
        "close_without_a_wish", "nothing closes unless the vehicle asks",
        SAFETY, "        if not monitor.asks:\n", "        if False:\n", "safety",
    ),
    _without("close_without_a_diode", "nothing closes before the diode was seen",
             "not monitor.proven", "diode"),
    _without("close_on_an_old_reading", "nothing closes but on a flawless reading of this step",
             "not monitor.sound(now_ms)", "pilot"),
    Mutation(
        "close_without_a_rest", "nothing closes on a contactor that may not",
        SAFETY, 'return None if self._contactor.may_close(now_ms) else "contactor"', "return None",
        "safety",
    ),
    Mutation(
        "guard_not_noted", "what the guard says counts in the same step",
        SAFETY, "self.guard_holds = cause is not None", "pass", "safety connector",
    ),
    Mutation(
        "guard_that_acted_is_forgotten", "a guard that took a closed contactor away is a fault",
        SAFETY, "self.guard_holds and self._contactor.commanded", "False", "connector_rules",
    ),
    Mutation(
        "guard_that_no_reading_explains", "a guard that acted for what no one else saw is a fault",
        SAFETY, "            self._doubt_ms = None\n            self._guard_took = True\n",
        "            self._doubt_ms = None\n", "guard_doubt",
    ),
    Mutation(
        "guard_that_acted_between_two_runs", "what the guard did before a start is a fault",
        SAFETY, "acted = took or cause == _RESTART", "acted = took", "guard_doubt",
    ),
    # -- the order of a step ----------------------------------------------------------------------
    Mutation(
        "protect_judges_before_it_reads", "a step judges what it read itself",
        CONNECTOR,
        "        self._read_pilot(now_ms)\n        self.contactor.watch(now_ms)\n",
        "        if self.contactor.commanded and self.safety.keep(now_ms) is not None:\n"
        "            self._open(now_ms)\n            return\n"
        "        if self.contactor.commanded:\n            return\n"
        "        self._read_pilot(now_ms)\n        self.contactor.watch(now_ms)\n",
        "connector",
    ),
    Mutation(
        "protect_only_looks", "protect opens by itself, before anything else is thought about",
        CONNECTOR,
        "        if self.contactor.commanded and self.safety.keep(now_ms) is not None:\n"
        "            self._open(now_ms)\n",
        "        pass\n", "connector",
    ),
    Mutation(
        "protect_without_faults", "what is seen in a step is a fault in the same step",
        CONNECTOR,
        "        self._note_faults(now_ms)\n", "", "connector_rules",
    ),
    Mutation(
        "crash_leaves_it_closed", "an exception opens every contactor",
        "run.py",
        "            device.station.open_all()\n            last_resort(device, error)\n",
        "            last_resort(device, error)\n", "unit/test_run.py",
    ),
    Mutation(
        "heart_that_does_not_beat", "a guard is held by edges, not by a level",
        "drivers/guard_interlock.py", "self._level ^= 1", "self._level = 1",
        "unit/drivers/test_guard_interlock.py",
    ),
)
