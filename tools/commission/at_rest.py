"""Steps with nothing plugged in: who it is, what it says of itself, how warm it is, its pilot."""

from tools.commission import remedies
from tools.commission.measure import between, holds, told, undone, unmonitored

_NOT_MONITORED = "not monitored"
_PILOT_REMEDY = remedies.FAULTS["pilot_invalid"]
# Of the pilot by the station's own converter (reference/standards.md §1.1: table A.4 as quoted).
A_MV = (11_400, 12_600)
B_MV = (8_360, 9_560)
C_MV = (5_480, 6_530)
D_MV = (2_620, 3_250)
LOW_MV = (-12_600, -11_400)
# Inside of a box, when it is installed (own).
_CELSIUS_MC = (-25_000, 55_000)
# A self-test of the residual-current monitor takes 5 s at most, and the bolt's first way 10.
_SELF_TEST_S = 25


def identity(trial) -> None:
    """Who it is, and whether it is set as ordered."""
    unit, whole = trial.station.unit(), trial.whole()
    settings = trial.settings = trial.station.settings()
    trial.note(
        holds("serial number", bool(unit.get("serial")), unit.get("serial"), "one",
              "Flash the board with `make flash`: it gives the unit a serial number."),
        told("firmware", settings.get("FirmwareVersion")),
        told("board", unit.get("board")),
    )  # fmt: skip
    _as_ordered(trial, settings)
    damaged = whole["damaged_settings"]
    trial.note(
        holds("stored settings", not damaged, ", ".join(damaged) or "whole", "none damaged",
              "Provision the order again (`pilotlight provision`)."),
        holds("crashes", not whole["safe_mode"], "safe mode" if whole["safe_mode"] else "none",
              "no safe mode", remedies.FAULTS["safe_mode"]),
    )  # fmt: skip


def _as_ordered(trial, settings):
    again = "Provision the order again, or correct the order (`pilotlight provision`)."
    if not trial.order:
        for name in ("Identity", "SupplyLimit", "MaxCurrent", "Phases", "Earthing"):
            if name in settings:
                trial.note(told(name, settings[name]))
        return
    for name, wanted in trial.order.items():
        found = settings.get(name)
        if found != "***":
            trial.note(holds(name, found == wanted, found, f"as ordered: {wanted}", again))


def self_test(trial) -> None:
    """The self-tests that can be run now, and what nobody watches."""
    trial.station.self_test()
    trial.until(lambda c: "unknown" not in _verdicts(c).values(), _SELF_TEST_S)
    # What is silent three times in a row is known to be.
    trial.watch(6)
    verdicts = _verdicts(trial.look())
    for name in sorted(verdicts):
        trial.note(_of_part(name, verdicts[name]))
    whole = trial.whole()
    faults = whole["connectors"][trial.number - 1]["faults"] + whole["faults"]
    for name in faults:
        trial.note(holds(f"fault {name}", False, "active", "none", remedies.FAULTS[name]))
    if not faults:
        trial.note(holds("faults", True, "none", "none"))


def _verdicts(connector):
    return connector["parts"]["self_test"]


def _of_part(name, verdict):
    if verdict == _NOT_MONITORED:
        return unmonitored(name, remedies.INSTEAD.get(name, ""))
    good = verdict.startswith("passed")
    return holds(name, good, verdict, "passed", remedies.PARTS.get(name, remedies.CALL_MAKER))


def temperature(trial) -> None:
    """Is what the thermometer says a temperature that can be."""
    parts = trial.look()["parts"]
    if "celsius_mc" not in parts:
        trial.note(unmonitored("temperature inside", remedies.INSTEAD["temperature"]))
        return
    remedy = remedies.FAULTS["temperature_unknown"]
    trial.note(between("temperature inside", parts["celsius_mc"], *_CELSIUS_MC, "degrees C",
                       remedy, 1000))  # fmt: skip


def pilot_at_rest(trial) -> None:
    """+12 V with nothing plugged in, +9 V with a vehicle that was not offered anything yet."""
    trial.rest()
    _steady(trial, "A", "with nothing plugged in", A_MV)
    if trial.is_free():
        trial.note(undone("+9 V without an offer", "free charging: it is offered at once"))
        return
    trial.device.plug(32)
    trial.until(lambda c: c["pilot"] == "B", trial.device.patience_s, "state B")
    _steady(trial, "B", "with a vehicle, before a card", B_MV)
    connector = trial.look()
    trial.note(
        holds(
            "offer before a card",
            connector["offered_ma"] == 0,
            f"{connector['offered_ma'] // 1000} A",
            "none",
            remedies.CALL_MAKER,
        )
    )
    trial.rest()


def _steady(trial, state, where, window_mv):
    connector = trial.look()
    high_mv, _ = connector["pilot_mv"]
    trial.note(
        holds(f"state {where}", connector["pilot"] == state, connector["pilot"], state,
              remedies.of_faults(connector["faults"] or ["pilot_invalid"])),
        between(f"pilot {where}", high_mv, *window_mv, "V", _PILOT_REMEDY, 1000),
    )  # fmt: skip
    trial.see_pilot(state, connector)


def proximity(trial) -> None:
    """Each cable rating that the device can show, and a plug without a resistor."""
    if "proximity_ohm" not in trial.look()["parts"]:
        trial.note(told("cable", "fixed: the board knows no other"))
        return
    for cable_a in trial.device.cables:
        _rating(trial, cable_a)
    trial.rest()
    trial.device.plug(None)
    refused = trial.until(
        lambda c: "cable" in c["faults"], trial.device.patience_s, "a plug without a resistor"
    )
    word = "refused" if refused else "not refused"
    remedy = remedies.FAULTS["cable"]
    trial.note(holds("a plug without a resistor", refused, word, "refused", remedy))
    trial.device.unplug()
    again = trial.until(lambda c: not c["faults"], 60)
    trial.note(holds("ready again after it", again, trial.why() if not again else "yes", "yes",
                     remedy))  # fmt: skip


def _rating(trial, cable_a):
    trial.rest()
    trial.device.plug(cable_a)
    wanted_ma = cable_a * 1000
    seen = trial.until(
        lambda c: c["parts"]["cable_ma"] == wanted_ma, trial.device.patience_s,
        f"a cable for {cable_a} A",
    )  # fmt: skip
    parts = trial.look()["parts"]
    measured = f"{(parts['cable_ma'] or 0) // 1000} A ({parts['proximity_ohm']} ohm)"
    what = f"cable for {cable_a} A"
    trial.note(holds(what, seen, measured, f"{cable_a} A", remedies.FAULTS["cable"]))
