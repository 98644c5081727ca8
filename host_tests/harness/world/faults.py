"""What can be broken, by name. One table; the sim's ``fault`` command knows these names.

Faults of the pilot and the contactor change the physics here. For those of an instrument the
wiring says the word to the emulated device (its words: harness/devices/faults.py).
"""

from collections.abc import Callable
from typing import NamedTuple


class Fault(NamedTuple):
    """``apply(outlet, present)`` changes the physics; ``word`` is what a device calls it."""

    description: str
    apply: Callable | None = None
    word: str | None = None
    of_station: bool = False


def _short_pilot(outlet, present):
    # Well below the 80 ohm of the standard's own test (EN 61851-1:2019 A.4.9).
    outlet.circuit.short_ohm = 20.0 if present else None


def _flag(part, name):
    return lambda outlet, present: setattr(getattr(outlet, part), name, present)


FAULTS = {
    "diode_missing": Fault(
        "the vehicle's diode is bridged: the wave's low side is not -12 V",
        apply=lambda outlet, present: setattr(outlet.circuit, "diode_shorted", present),
    ),
    "pilot_earth_short": Fault("pilot shorted to earth (20 ohm): state E", apply=_short_pilot),
    "pilot_unreadable": Fault(
        "the station's converter fails: no reading of the pilot",
        apply=_flag("circuit", "unreadable"),
    ),
    "pilot_stuck_low": Fault(
        "the pilot's generator is stuck at -12 V",
        apply=lambda outlet, present: setattr(
            outlet.circuit, "plus_mv", -12_000.0 if present else 12_000.0
        ),
    ),
    "earth_open": Fault(
        "protective earth broken: the pilot reads as state A, the earth monitor sees it",
        apply=lambda outlet, present: setattr(outlet.circuit, "earth_open", present),
    ),
    "earth_lost": Fault(
        "the installation's protective earth is gone: the cable's own still joins the vehicle",
        apply=lambda outlet, present: setattr(outlet, "earth_lost", present),
    ),
    "contactor_welded": Fault(
        "the contacts stick: they stay closed once they are or have been closed",
        apply=lambda outlet, present: outlet.contactor.weld(present),
    ),
    "contactor_stuck_open": Fault(
        "the contactor drops out and does not close",
        apply=lambda outlet, present: outlet.contactor.stick_open(present),
    ),
    "second_welded": Fault(
        "the contacts for L2 and L3 stick, as contactor_welded",
        apply=lambda outlet, present: outlet.second_contactor.weld(present),
    ),
    "second_stuck_open": Fault(
        "the contactor for L2 and L3 drops out and does not close",
        apply=lambda outlet, present: outlet.second_contactor.stick_open(present),
    ),
    "proximity_open": Fault(
        "the proximity contact is broken: no cable is seen", apply=_flag("proximity", "open")
    ),
    "proximity_changed": Fault(
        "the proximity contact corrodes: 460 ohm more, a 32 A cable reads as 20 A",
        apply=_flag("proximity", "corroded"),
    ),
    "proximity_short": Fault(
        "the proximity contact is shorted to earth", apply=_flag("proximity", "shorted")
    ),
    "lock_jammed": Fault(
        "the bolt does not move", apply=lambda outlet, present: outlet.lock.jam(present)
    ),
    "lock_sense_broken": Fault(
        "the switch of the bolt says for ever what it said last",
        apply=lambda outlet, present: outlet.lock.break_sense(present),
    ),
    "residual_current": Fault(
        "a residual current: the monitor trips and opens the contactor",
        apply=lambda outlet, present: outlet.residual.leak(present),
    ),
    "residual_test_failed": Fault(
        "the residual-current monitor does not answer its test",
        apply=lambda outlet, present: outlet.residual.fail_test(present),
    ),
    "residual_absent": Fault(
        "the residual-current monitor is gone: its line reads as tripped",
        apply=lambda outlet, present: outlet.residual.take_away(present),
    ),
    "thermometer_open": Fault(
        "the thermometer's line is broken", apply=_flag("thermometer", "open")
    ),
    "thermometer_short": Fault(
        "the thermometer's line is shorted", apply=_flag("thermometer", "shorted")
    ),
    "meter_silent": Fault("the meter does not answer", word="silent"),
    "meter_rubbish": Fault("the meter answers bytes that make no sense", word="rubbish"),
    "meter_foreign": Fault("another unit answers on the meter's line", word="foreign"),
    "meter_backwards": Fault(
        "the meter's register has gone back by 1 kWh",
        apply=lambda outlet, present: setattr(outlet.meter, "backwards", present),
    ),
    "reader_absent": Fault(
        "the card reader is gone: it hears nothing", word="disappears", of_station=True
    ),
    "reader_rubbish": Fault(
        "the card reader sends bytes that make no sense", word="rubbish", of_station=True
    ),
}


def look_up(name: str) -> Fault:
    """The fault called ``name``; ValueError naming those that there are."""
    if name not in FAULTS:
        raise ValueError(f"no fault is called {name!r}; there are {', '.join(FAULTS)}")
    return FAULTS[name]
