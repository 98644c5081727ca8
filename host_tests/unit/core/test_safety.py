"""core/safety: one word for every reason against energy."""

import pytest

from host_tests.unit.core.electrics import Coil, Electrics
from host_tests.unit.core.parts import Bolt, Monitor, Thermometer, Value


def keep(electrics):
    return electrics.connector.safety.keep(electrics.now_ms)


def test_safety_allows_what_is_in_order():
    electrics = Electrics().charge()
    assert keep(electrics) is None and electrics.connector.refusal is None


def fault(electrics):
    electrics.connector.faults.put("pilot_short", True, electrics.now_ms)


def guard(electrics):
    electrics.connector.safety.note_guard("no heartbeat", electrics.now_ms)


def vehicle(electrics):
    electrics.line.letter = "B"
    electrics.connector.monitor.take(True, 9000, -12000, True, electrics.now_ms + 500)


def diode(electrics):
    electrics.now_ms += 500
    electrics.connector.monitor.take(True, 6000, -6000, True, electrics.now_ms)


@pytest.mark.parametrize("cause", [fault, guard, vehicle, diode])
def test_safety_says_why_a_closed_contactor_must_open(cause):
    electrics = Electrics().charge()
    cause(electrics)
    assert keep(electrics) == cause.__name__


def ready(**options):
    """Everything but the permission: plugged, in B."""
    electrics = Electrics(**options)
    electrics.show("B", 1000)
    return electrics


def test_safety_says_why_nothing_is_offered():
    electrics = Electrics()
    electrics.permit()

    def refusal():
        electrics.step()
        return electrics.connector.refusal

    assert refusal() == "unplugged"
    electrics.show("B", 1000)
    electrics.connector.permitted = False
    assert refusal() == "not_permitted"
    electrics.permit(limit_ma=5900)
    assert refusal() == "limit"
    electrics.keeper.cause = "no heartbeat"
    assert refusal() == "guard"
    electrics.connector.faults.put("meter_silent", True, electrics.now_ms)
    assert refusal() == "fault"
    electrics.connector.available = False
    assert refusal() == "unavailable"


def test_safety_says_why_an_offer_is_not_answered_with_energy():
    electrics = ready()
    electrics.permit()
    electrics.step()
    assert electrics.connector.refusal == "not_offered"
    electrics.run(100)
    assert electrics.connector.refusal == "vehicle"
    electrics.show("D", 1000)
    assert electrics.connector.refusal == "ventilation"


def test_safety_waits_for_the_contactor_to_rest():
    electrics = Electrics().charge()
    electrics.show("B", 100)
    electrics.show("C", 2000)
    assert electrics.connector.refusal == "contactor" and not electrics.coil.closed


def test_safety_waits_for_the_diode_and_for_quiet_when_the_vehicle_is_early():
    electrics = Electrics()
    electrics.show("C", 1000)
    electrics.connector.monitor.direct = False
    electrics.permit()
    electrics.run(100)
    assert electrics.connector.refusal == "diode"
    electrics.run(1000)
    assert electrics.coil.closed


def test_safety_refuses_a_reading_that_is_not_of_this_step():
    electrics = ready()
    electrics.permit()
    electrics.run(1000)
    electrics.line.letter = "C"
    for _ in range(50):
        electrics.step()
    electrics.now_ms += 10
    electrics.connector.protect(electrics.now_ms)
    electrics.connector.proceed(electrics.now_ms + 10)
    assert electrics.connector.refusal == "pilot" and not electrics.coil.closed


def test_safety_refuses_the_simplified_pilot_where_it_is_not_wanted():
    """A.2.3, by option."""
    electrics = Electrics()
    electrics.permit()
    electrics.show("C", 3000)
    assert electrics.connector.refusal == "simplified" and not electrics.coil.closed


PARTS = {
    "residual current": {"residual": Monitor},
    "protective earth": {"earth": lambda: Value(False)},
    "temperature": {"thermometer": lambda: Thermometer(None)},
    "cable": {"proximity": lambda: Value(100_000)},
    "lock": {"proximity": lambda: Value(220), "lock": Bolt},
}


@pytest.mark.parametrize("word", PARTS)
def test_safety_says_which_part_is_not_as_it_must_be(word):
    """A part is asked after the permission and before the limit; it is no fault yet."""
    parts = {name: make() for name, make in PARTS[word].items()}
    if word == "residual current":
        parts["residual"].told = False
    electrics = Electrics(rest=False, parts=parts, socket="proximity" in parts)
    electrics.permit(limit_ma=16_000)
    electrics.line.letter = "B"
    seen = set()
    for _ in range(80):
        electrics.step()
        seen.add(electrics.connector.refusal)
        assert not electrics.connector.offered_ma
    assert word in seen and None not in seen
    electrics.connector.permitted = False
    electrics.step()
    assert electrics.connector.refusal in ("not_permitted", "fault")


def test_safety_says_that_phases_are_being_changed():
    electrics = Electrics(parts={"second_relay": Coil()})
    electrics.show("B", 1000)
    electrics.connector.phases.wanted = 1
    electrics.permit(limit_ma=0)
    electrics.run(30)
    assert electrics.connector.refusal == "phases"
    electrics.connector.phases.wanted = 3
    electrics.run(61_000, every=100)
    assert electrics.connector.refusal == "limit"
