"""Steps in a session: pilot and offer, bolt, contactor, meter, and a session that is billed."""

from tools.commission import remedies
from tools.commission.at_rest import B_MV, C_MV, LOW_MV
from tools.commission.back_end import Unreachable
from tools.commission.measure import (
    FAILED,
    Measure,
    at_most,
    between,
    holds,
    told,
    undone,
    unmonitored,
)

_PILOT_REMEDY = remedies.FAULTS["pilot_invalid"]
# IEC 61851-1 table A.8 by way of reference/standards.md §1.2; of the tester's own error 1 %.
_DUTY_BP = 100
# Row 8.1: 100 ms from the vehicle's leaving to open contacts.
_OPEN_MS = 100
_CLOSE_MS = 500
# EN 50160: 10 % of 230 V.
_MAINS_MV = (207_000, 253_000)
_LOAD_S = 90
_LOAD_A = 16
# The meter's class and the tester's: 5 % (own), and 2 Wh for the last digits.
_METER_PERCENT = 5
_DIGITS_WH = 2
_SESSION_S = 45
_RECORDED_S = 180


def pilot(trial) -> None:
    """The levels with an offer in B and C, the duty against the offer, and the offer itself."""
    if not trial.must(trial.authorised(), "a vehicle that may charge", _why_not(trial)):
        return
    trial.device.state("B")
    trial.until(lambda c: c["offered_ma"] > 0 and not c["energised"], 10, "an offer")
    trial.watch(1)
    connector = trial.look()
    _levels(trial, "B", connector, B_MV)
    _offer(trial, connector)
    charges = trial.charging()
    if not charges and "contactor_not_closing" in trial.look()["faults"]:
        trial.note(undone("levels in C", "the contactor does not close: see that step"))
    elif trial.must(charges, "a vehicle that charges", _why_not(trial)):
        trial.watch(1)
        _levels(trial, "C", trial.look(), C_MV)


def _levels(trial, state, connector, high_window_mv):
    high_mv, low_mv = connector["pilot_mv"]
    trial.note(
        holds(f"state {state} with an offer", connector["pilot"] == state, connector["pilot"],
              state, remedies.of_faults(connector["faults"] or ["pilot_invalid"])),
        between(f"high level in {state}", high_mv, *high_window_mv, "V", _PILOT_REMEDY, 1000),
        between(f"low level in {state}", low_mv, *LOW_MV, "V", remedies.FAULTS["diode"], 1000),
    )  # fmt: skip
    trial.see_pilot(state, connector, _duty_of(connector["offered_ma"]))


def _offer(trial, connector):
    offered_ma = connector["offered_ma"]
    cable_ma = connector["parts"].get("cable_ma") or trial.limit_a() * 1000
    most_ma = min(cable_ma, trial.limit_a() * 1000)
    trial.note(
        between("offer", offered_ma, 6000, most_ma, "A", "See the limits in the station's facts: "
                "SupplyLimit, cable, temperature, charging profiles.", 1000),
    )  # fmt: skip
    duty_bp, wanted_bp = trial.device.duty_bp(), _duty_of(offered_ma)
    if duty_bp is None or not offered_ma:
        why = "the test device does not measure it" if offered_ma else "there is no offer"
        trial.note(undone("duty at the plug", why))
    else:
        window_bp = (wanted_bp - _DUTY_BP, wanted_bp + _DUTY_BP)
        trial.note(between("duty at the plug", duty_bp, *window_bp, "%", _PILOT_REMEDY, 100))


def _duty_of(offered_ma):
    if offered_ma <= 51_000:
        return offered_ma // 6
    return offered_ma // 25 + 6400


def lock(trial) -> None:
    """The bolt is in while a session runs. That it comes out is seen at the session's end."""
    if "lock" not in trial.look()["parts"]:
        trial.note(unmonitored("cable lock", remedies.INSTEAD["cable lock"]))
        return
    if not trial.must(trial.authorised(), "a vehicle that may charge", _why_not(trial)):
        return
    trial.until(lambda c: c["parts"]["lock"] == "in" or "lock" in c["faults"], 20)
    connector = trial.look()
    found, remedy = connector["parts"]["lock"], remedies.FAULTS["lock"]
    trial.note(holds("bolt in a session", found == "in", found, "in", remedy))
    held = trial.device.held()
    if held is not None:
        word = "held" if held else "can be pulled"
        trial.note(holds("plug in a session", held, word, "held", remedy))


def contactor(trial) -> None:
    """It closes for state C, opens when the vehicle leaves it, and its feedback follows."""
    if not trial.must(trial.charging(), "a closed contactor", _why_not(trial)):
        return
    phases = 3 if trial.phases() == 3 else 1
    _outlet(trial, phases, closed=True)
    trial.device.state("B")
    opened_ms = trial.device.opening_ms()
    trial.until(lambda c: not c["energised"], trial.device.patience_s, "an open contactor")
    # Welded is known a second after the opening.
    trial.watch(2)
    connector = trial.look()
    remedy = remedies.of_faults(connector["faults"] or ["contactor_welded"])
    faults = ", ".join(connector["faults"]) or "none"
    trial.note(holds("faults after the opening", not connector["faults"], faults, "none", remedy))
    _outlet(trial, phases, closed=False)
    closing_ms, opening_ms = connector["parts"]["contactor_ms"]
    if connector["parts"]["self_test"]["contactor"] == "not monitored":
        trial.note(unmonitored("contactor's feedback", remedies.INSTEAD["contactor"]))
    else:
        trial.note(
            at_most("closing, by the feedback", closing_ms, _CLOSE_MS, "ms",
                    remedies.FAULTS["contactor_not_closing"]),
            at_most("opening, by the feedback", opening_ms, _OPEN_MS, "ms", remedy),
        )  # fmt: skip
    if opened_ms is None:
        trial.note(undone("from leaving C to open", "the test device does not measure it"))
    else:
        trial.note(at_most("from leaving C to open", opened_ms, _OPEN_MS, "ms", remedy))


def _outlet(trial, phases, closed):
    """Mains on each phase that should have it, or on none."""
    live = trial.device.live()
    what = "mains at the outlet while charging" if closed else "mains at the outlet after it"
    if live is None:
        trial.note(undone(what, "the test device does not show it"))
        return
    wanted = [closed and at < phases for at in range(3)]
    remedy = remedies.FAULTS["contactor_not_closing" if closed else "contactor_welded"]
    if closed and all(has for has, should in zip(live, wanted, strict=True) if should):
        remedy = "More phases are live than the settings say: see Phases and SinglePhase."
    trial.note(holds(what, live == wanted, _phases(live), _phases(wanted), remedy))


def _phases(live):
    return ", ".join(f"L{at + 1}" for at in range(3) if live[at]) or "none"


def meter(trial) -> None:
    """The meter against a known load: voltage, power, and energy over a while."""
    if not trial.must(trial.charging(), "a vehicle that charges", _why_not(trial)):
        return
    phases = trial.phases()
    load_w = trial.device.draw(_LOAD_A, phases)
    trial.watch(8)
    before = _reading(trial)
    trial.watch(_LOAD_S)
    after = _reading(trial)
    metered = after["meter"]
    remedy = remedies.of_faults([f"meter_{metered['trouble'] or 'silent'}"])
    trouble = metered["trouble"] or "none"
    trial.note(
        told("make", metered["make"]),
        told("serial number", metered["serial"]),
        holds("trouble", metered["trouble"] is None, trouble, "none", remedy),
    )
    _voltages(trial, metered, phases)
    _energy(trial, before, after, load_w, remedy)


def _reading(trial):
    """The facts with a reading that is no older than some seconds, where there is one."""
    trial.until(lambda c: c["meter"].get("age_ms", 99_999) < 4_000, 15)
    return trial.facts_of_connector()


def _voltages(trial, metered, phases):
    for at, millivolts in enumerate(metered.get("voltage_mv", [None])[:phases]):
        if millivolts is not None:
            trial.note(between(f"voltage L{at + 1}", millivolts, *_MAINS_MV, "V",
                               remedies.FAULTS["under_voltage"], 1000))  # fmt: skip


def _energy(trial, before, after, load_w, remedy):
    first, last = before["meter"], after["meter"]
    if "energy_wh" not in first or "energy_wh" not in last:
        trial.note(Measure("energy", "no reading", "the register goes up", FAILED, remedy))
        return
    took_ms = (after["now_ms"] - last["age_ms"]) - (before["now_ms"] - first["age_ms"])
    grown_wh = last["energy_wh"] - first["energy_wh"]
    if load_w is None:
        trial.note(
            told("energy", f"{grown_wh} Wh in {took_ms // 1000} s"),
            undone("energy against a load", "the test device has no known load"),
        )
        return
    expected_wh = load_w * took_ms // 3_600_000
    off_wh = expected_wh * _METER_PERCENT // 100 + _DIGITS_WH
    what = f"energy of {load_w} W in {took_ms // 1000} s"
    ratio = remedy if last["trouble"] else "Check ratio and direction of the meter's current "
    if not last["trouble"]:
        ratio += "transformers, that it counts all phases, and the load's own power."
    trial.note(between(what, grown_wh, expected_wh - off_wh, expected_wh + off_wh, "Wh", ratio))
    if last.get("power_w") is not None:
        off_w = load_w * _METER_PERCENT // 100 + 20
        trial.note(between("power", last["power_w"], load_w - off_w, load_w + off_w, "W", ratio))


def session(trial) -> None:
    """A session from plug to plug; the back end must have it, with the same energy."""
    if not trial.must(trial.rest(), "an idle connector", "Unplug, and end the session."):
        return
    began_s = trial.whole()["utc_s"] or 0
    if not trial.must(trial.charging(), "a vehicle that charges", _why_not(trial)):
        return
    start_wh = trial.look()["meter"].get("energy_wh")
    loaded = trial.device.draw(_LOAD_A, trial.phases()) is not None
    trial.watch(_SESSION_S)
    trial.device.state("B")
    trial.until(lambda c: not c["energised"], trial.device.patience_s, "an open contactor")
    trial.device.unplug()
    ended = trial.until(lambda c: c["transaction"] == "free", 60, "the session's end")
    connector = trial.look()
    stop_wh = connector["register_wh"]
    trial.note(holds("session's end", ended, connector["transaction"], "free",
                     remedies.of_faults(connector["faults"])))  # fmt: skip
    if "lock" in connector["parts"]:
        out = trial.until(lambda c: c["parts"]["lock"] == "out", 20)
        trial.note(holds("bolt after it", out, trial.look()["parts"]["lock"], "out",
                         remedies.FAULTS["lock"]))  # fmt: skip
    energy_wh = _recorded(trial, began_s)
    if energy_wh is not None:
        _same(trial, energy_wh, None if start_wh is None else (stop_wh or 0) - start_wh)
        if loaded:
            trial.note(
                holds("energy is more than nothing", energy_wh > 0, f"{energy_wh} Wh", "1 Wh",
                      remedies.FAULTS["meter_silent"])
            )  # fmt: skip


def _recorded(trial, began_s):
    """What the back end has, in Wh, or None; asked until it is there: it may restart."""
    identity = trial.settings.get("Identity", "")
    found, trouble = None, "it has no such session"
    trial.say("waiting for: the session in the back end")
    end_s = trial.pace.now_s() + _RECORDED_S
    while found is None or found.energy_wh is None:
        now_s = trial.pace.now_s()
        try:
            found, trouble = trial.back_end.session(identity, began_s), "it has no such session"
        except Unreachable as error:
            trouble = str(error)
        if not trial.back_end.patient or now_s >= end_s:
            break
        trial.pace.wait(2)
    energy_wh = None if found is None else found.energy_wh
    if energy_wh is None:
        trial.note(
            Measure(
                "session in the back end",
                trouble,
                "recorded",
                FAILED,
                f"{remedies.NO_LINE} The session is kept in the station until then.",
            )
        )
    return energy_wh


def _same(trial, energy_wh, own_wh):
    """By the station's register; its first reading here may be later than the begin."""
    remedy = "Compare the registers in the back end with those of the meter; tell its operator."
    low_wh, high_wh = (0, 0) if own_wh is None else (own_wh - 1, own_wh + _DIGITS_WH)
    trial.note(
        between("energy in the back end", energy_wh, low_wh, high_wh, "Wh", remedy),
        told("energy by the station", None if own_wh is None else f"{own_wh} Wh"),
    )


def _why_not(trial):
    connector, whole = trial.look(), trial.whole()
    return remedies.of_faults(connector["faults"] + whole["faults"])
