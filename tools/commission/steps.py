"""The steps of an acceptance, in order: one row each.

``needs`` names the steps that must have passed: without them a step is not done, and the report
says so, so that the line that failed is the one to mend. ``when_failed`` stands for a step whose
measures have nothing better to say.
"""

from collections.abc import Callable
from typing import NamedTuple

from tools.commission import at_rest, in_session, of_faults, on_line


class Step(NamedTuple):
    """``run(trial)`` notes measures; ``does`` and ``required`` are for people."""

    key: str
    title: str
    does: str
    required: str
    run: Callable
    needs: tuple = ()


_SOUND = ("self_test", "pilot_at_rest")
_BEGUN = (*_SOUND, "online", "card")
# Who charges needs all of these.
_CHARGES = (*_BEGUN, "proximity", "pilot", "lock")
_METERED = (*_CHARGES, "contactor", "meter")

STEPS = (
    Step(
        "identity", "Unit and order", "Reads serial number, firmware, board and settings.",
        "A serial number; every setting as ordered; none damaged.", at_rest.identity,
    ),
    Step(
        "self_test", "Self-tests", "Runs the self-tests; lists what nothing here watches.",
        "Every part that is there passed, and no fault is active.", at_rest.self_test,
    ),
    Step(
        "temperature", "Temperature", "Reads the thermometer inside.",
        "A temperature that can be.", at_rest.temperature,
    ),
    Step(
        "pilot_at_rest", "Pilot at rest", "Measures the pilot without and with a vehicle.",
        "+12 V in state A, +9 V in state B; no offer before a card.", at_rest.pilot_at_rest,
        ("self_test",),
    ),
    Step(
        "proximity", "Cable rating", "Shows each cable rating, and a plug without a resistor.",
        "Each is read as it is; a plug without one is refused.", at_rest.proximity,
        _SOUND,
    ),
    Step(
        "online", "On line", "Waits for the back end to accept the station.",
        "Connected, and accepted.", on_line.online,
    ),
    Step(
        "time", "Time", "Compares the station's clock with this computer's and the back end's.",
        "Set, and at most 60 s off.", on_line.time_set,
    ),
    Step(
        "card", "Card", "Holds a card to the reader, with a vehicle plugged in.",
        "Its idTag is read, the back end accepts it, a transaction begins.", on_line.card,
        (*_SOUND, "proximity", "online"),
    ),
    Step(
        "lock", "Cable lock", "Looks at the bolt while a session runs.",
        "In, and the plug can't be pulled.", in_session.lock, (*_BEGUN, "proximity"),
    ),
    Step(
        "pilot", "Pilot with an offer", "Measures B and C with the wave, and the duty.",
        "+9 V, +6 V, -12 V; the duty says what is offered, within the limits.",
        in_session.pilot, (*_BEGUN, "proximity", "lock"),
    ),
    Step(
        "contactor", "Contactor", "Closes it for state C, and leaves C.",
        "All phases live, then none; open 100 ms after the vehicle left.",
        in_session.contactor, _CHARGES,
    ),
    Step(
        "meter", "Meter", "Draws a known load for a while.",
        "The register grows as the load says, within 5 % and 2 Wh.",
        in_session.meter, (*_CHARGES, "contactor"),
    ),
    Step(
        "session", "A session that is billed", "Charges from plug to plug.",
        "The back end has the session, with the same energy.", in_session.session, _METERED,
    ),
    Step(
        "diode", "Diode fault", "Bridges the diode while charging.",
        "Refused: open within 3 s; then it recovers.", of_faults.diode,
        (*_CHARGES, "contactor"),
    ),
    Step(
        "state_e", "State E", "Connects the pilot with earth while charging.",
        "Refused: open within 3 s; then it recovers.", of_faults.pilot_short,
        (*_CHARGES, "contactor"),
    ),
    Step(
        "state_d", "State D", "Asks for ventilation.",
        "Refused, or served where the place is ventilated; then it recovers.",
        of_faults.ventilation, (*_CHARGES, "contactor"),
    ),
    Step(
        "earth", "Protective earth", "Interrupts the protective conductor while charging.",
        "Refused: open within 100 ms; then it recovers.", of_faults.earth,
        (*_CHARGES, "contactor"),
    ),
    Step(
        "residual", "Residual current", "Trips the residual-current monitor while charging.",
        "Refused: open; then it recovers, after five minutes.", of_faults.residual,
        (*_CHARGES, "contactor"),
    ),
)  # fmt: skip

BY_KEY = {step.key: step for step in STEPS}
