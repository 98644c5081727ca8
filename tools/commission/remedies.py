"""What to do, in a technician's words: for each fault of the firmware, and each verdict."""

# By the names of core/faults.py.
FAULTS = {
    "contactor_welded": "Isolate the supply. The contacts are welded: replace the contactor, "
    "look for a short circuit behind it, then switch the supply on again.",
    "residual_current": "Isolate the outlet. Look for moisture and damaged insulation in outlet, "
    "cable and vehicle; check that the monitor is plugged in. Then hold the button for 5 s.",
    "residual_test": "Check the wiring of the monitor's test input and output and its supply; "
    "replace the monitor if the test fails again. Then hold the button for 5 s.",
    "earth": "Isolate the supply. Measure the protective conductor from the outlet to the main "
    "earthing bar and tighten its terminals.",
    "contactor_not_closing": "Check the coil's supply and wiring and the feedback contact; "
    "replace the contactor if the coil has voltage and it does not pull in.",
    "guard_trip": "Check the wiring of the guard (interlock) and its supply; see the log.",
    "safe_mode": "The firmware crashed several times in a row: save the log, then flash it anew.",
    "overcurrent": "The vehicle draws more than it is offered: try another one; check that the "
    "meter's current transformers face the right way and have the right ratio.",
    "pilot_short": "The pilot touches earth: unplug; look for water or a crushed wire in outlet "
    "and cable, then for a short between CP and PE on the board.",
    "diode": "The pilot has no negative half wave: the diode of vehicle or adapter is bridged, or "
    "CP touches another wire. Try another vehicle or adapter, then look at the outlet's wiring.",
    "pilot_invalid": "The pilot fits no state: check CP and PE at the outlet's terminals, then "
    "the board's pilot generator (it must give +12 V with nothing plugged in); calibrate.",
    "pilot_silent": "The board can't measure its pilot: replace the board.",
    "cable": "The cable's resistor (PP) is none or not readable: check PP and PE at the socket's "
    "terminals for breaks, corrosion and shorts, and try another cable.",
    "lock": "The bolt did not arrive: push the plug in all the way; check the motor's and the "
    "switch's wires; replace the lock if it stays so.",
    "temperature_high": "Too hot inside: give it shade and air, tighten the power terminals.",
    "temperature_unknown": "Check the thermometer's wires; replace it if they are whole.",
    "over_voltage": "Measure the supply: above 264 V stop and call the grid's operator. A lost "
    "neutral looks the same: check it first.",
    "under_voltage": "Measure the supply under load: check section and length of the supply line.",
    "meter_backwards": "The register went back: the meter was changed or is broken. Replace it, "
    "and tell the back end the old one's last reading.",
    "meter_foreign": "Another meter, or another unit on the line, answers: check its address and "
    "that it is the model of the board.",
    "meter_rubbish": "Check A, B and the shield of the meter's line, its speed and parity, and "
    "the terminating resistors.",
    "meter_silent": "Check the meter's supply, the wires A and B (swapped?), its address and "
    "speed.",
    "ventilation": "The vehicle asks for ventilation and there is none here: it is refused. If "
    "the place is ventilated, order it so (Ventilation).",
    "local_list_conflict": "The back end contradicts the list that it sent: tell its operator.",
    "store_full": "The store is full or worn out: let the station go on line so that it can send; "
    "if it stays full, replace the board.",
    "reader_silent": "Check the card reader's wires and supply; replace it if they are whole.",
    "reader_rubbish": "Check the card reader's wires (kind of bus, length, earth); replace it.",
}
# By the names of the self-test's verdicts: what to do for one that failed.
PARTS = {
    "residual current": FAULTS["residual_test"],
    "protective earth": FAULTS["earth"],
    "temperature": FAULTS["temperature_unknown"],
    "cable rating": FAULTS["cable"],
    "cable lock": FAULTS["lock"],
    "over-current": FAULTS["overcurrent"],
    "mains voltage": FAULTS["under_voltage"],
    "pilot": FAULTS["pilot_invalid"],
    "contactor": FAULTS["contactor_welded"],
    "guard": FAULTS["guard_trip"],
}
# What must watch instead, where the board does not.
INSTEAD = {
    "residual current": "the installation needs a type B RCD, or type A with 6 mA DC detection, "
    "in front of the station",
    "protective earth": "the inspector measures the protective conductor",
    "temperature": "mount it out of the sun; it does not derate",
    "cable rating": "a fixed cable: its section must carry the station's limit",
    "cable lock": "the plug can be pulled at any time: tell the owner",
    "over-current": "the circuit breaker alone guards the line",
    "mains voltage": "nothing ends a session on a wrong voltage",
    "contactor": "welded contacts are not seen: the breaker must be within reach",
    "guard": "the interpreter alone opens the contactor",
    "pilot": "",
}
NO_LINE = "Look at the station's network and its back end address (facts: link), then again."
CALL_MAKER = "Replace the unit, or ask its maker with this report."


def of_faults(names: list) -> str:
    """What to do about the worst of these faults."""
    for name in FAULTS:
        if name in names:
            return FAULTS[name]
    return CALL_MAKER
