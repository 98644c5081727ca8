"""What makes the guard open, as the suite does it to a rig, and the cause that it must tell."""

from typing import NamedTuple

from host_tests.conformance.guard.rig import (
    BEAT,
    DIODE,
    FROM_RESIDUAL,
    HIGH,
    LOW,
    RESIDUAL,
    counts,
)


class Event(NamedTuple):
    """``happen(rig)``, ``mend(rig)``; ``cause`` is what the mailbox tells, ``also`` what it may
    tell as well when noise reaches a threshold in the very last window."""

    name: str
    happen: object
    cause: int
    also: tuple = ()

    def mend(self, rig) -> None:
        """All that any event did is undone; the request stays."""
        rig.pilot(6, -12)
        rig.ulp.adc_frozen(None)
        rig.ulp.input(RESIDUAL, False)
        rig.beating = True


def _pilot(high, low):
    return lambda rig: rig.pilot(high, low)


def _frozen(value):
    return lambda rig: rig.ulp.adc_frozen(value)


def _silent(rig):
    rig.beating = False


def _not_ventilated(rig):
    """D, where the station allows C only: the threshold between both."""
    rig.put("high_least", counts(4.5))
    rig.pilot(3, -12)


PILOT_EVENTS = (
    Event("s2_opened", _pilot(9, -12), HIGH),
    Event("unplugged", _pilot(12, -12), HIGH),
    # Five sigma reach 1.5 V, and then it is the lower half that lacks.
    Event("pilot_to_earth", _pilot(0, 0), LOW, (DIODE,)),
    Event("diode_lost", _pilot(6, -6), DIODE),
    Event("d_not_allowed", _not_ventilated, LOW),
    Event("adc_frozen", _frozen(counts(6)), DIODE),
    Event("adc_at_0", _frozen(0), LOW),
    Event("adc_at_4095", _frozen(4095), HIGH),
    Event("reset_of_the_processor", lambda rig: rig.ulp.reset("cpu"), HIGH),
)
SILENCE = Event("interpreter_hangs", _silent, BEAT)
RESIDUAL_CURRENT = Event(
    "residual_current", lambda rig: rig.ulp.input(RESIDUAL, True), FROM_RESIDUAL
)
