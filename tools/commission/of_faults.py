"""Steps that break something: no energy while it lasts, and the station recovers from it."""

from tools.commission import remedies
from tools.commission.measure import at_most, holds, undone, unmonitored

# Row 12: E, F or a short while energised: open within 3 s.
_OPEN_MS = 3000
# The vehicle that is gone (8.1, 2.2): 100 ms.
_GONE_MS = 100
# A fault is held for 30 s after its cause went, one of residual current for five minutes.
_AGAIN_S = 75
_RESIDUAL_AGAIN_S = 330


def diode(trial) -> None:
    """A bridged diode: no negative half wave."""
    _broken(trial, trial.device.bridge_diode, "diode", _OPEN_MS)


def pilot_short(trial) -> None:
    """State E: the pilot on earth."""
    _broken(trial, trial.device.short, "pilot_short", _OPEN_MS)


def earth(trial) -> None:
    """The protective conductor breaks: the pilot has no way back."""
    _broken(trial, trial.device.break_earth, "earth", _GONE_MS)


def residual(trial) -> None:
    """A residual current opens; the station recovers from it by itself, after five minutes."""
    if trial.look()["parts"]["self_test"]["residual current"] == "not monitored":
        trial.note(unmonitored("residual current", remedies.INSTEAD["residual current"]))
        return
    _broken(trial, trial.device.leak, "residual_current", _OPEN_MS, _RESIDUAL_AGAIN_S)


def ventilation(trial) -> None:
    """State D is refused, or served where the place is ventilated."""
    served = trial.settings.get("Ventilation") == "true"
    if not trial.must(trial.authorised(), "a vehicle that may charge", _remedy(trial)):
        return
    trial.device.state("D")
    patience_s = trial.device.patience_s
    seen = trial.until(lambda c: c["pilot"] == "D" or not _may(c), patience_s, "state D")
    if not _may(trial.look()) and not trial.is_free():
        # The emulated vehicle, and some adapters, unplug on the way to D.
        trial.device.card()
        seen = trial.until(lambda c: c["pilot"] == "D", patience_s + 10, "state D")
    closed = trial.until(lambda c: c["energised"], 12)
    word = "served" if closed else "refused"
    wanted = "served" if served else "refused"
    remedy = "See the setting Ventilation." if seen else remedies.FAULTS["pilot_invalid"]
    trial.note(
        holds("state D", seen, trial.look()["pilot"], "D", remedy),
        holds("a vehicle that wants ventilation", closed == served, word, wanted, remedy),
    )
    _after(trial, "ventilation", _AGAIN_S)


def _may(connector):
    return connector["transaction"] == "active"


def _broken(trial, switch, fault, within_ms, again_s=_AGAIN_S):
    """Break it in a session: it opens and is told; mend it: the station recovers."""
    if not trial.must(trial.charging(), "a vehicle that charges", _remedy(trial)):
        return
    trial.say(f"breaking: {fault}")
    if switch(True) is False:
        trial.note(undone(fault, "the test device can't make it"))
        return
    patience_s = trial.device.patience_s
    opened = trial.until(lambda c: not c["energised"], patience_s, "an open contactor")
    opened_ms = trial.device.opening_ms()
    trial.until(lambda c: fault in c["faults"], 5)
    connector = trial.look()
    seen = ", ".join(connector["faults"]) or "none"
    remedy = remedies.CALL_MAKER
    trial.note(
        holds("contactor", opened, "open" if opened else "closed", "open", remedy),
        holds("fault of the station", _is_told(trial, fault), seen, fault, remedy),
    )
    if opened_ms is None:
        trial.note(undone("time to open", "the test device does not measure it"))
    else:
        trial.note(at_most("time to open", opened_ms, within_ms, "ms", remedy))
    switch(False)
    _after(trial, fault, again_s)


def _is_told(trial, fault):
    """A board that does not watch its earth sees a vehicle that left."""
    connector = trial.look()
    if fault == "earth" and _verdict(connector, "protective earth") == "not monitored":
        return not connector["energised"]
    return fault in connector["faults"]


def _verdict(connector, name):
    return connector["parts"]["self_test"][name]


def _after(trial, fault, again_s):
    trial.device.unplug()
    trial.say(f"waiting for: the station to recover from {fault} (up to {again_s} s)")
    free = trial.until(lambda c: c["phase"] == "free" and not c["faults"], again_s, poll_s=1)
    word = "ready" if free else trial.why()
    trial.note(holds("the station after it", free, word, "ready", _remedy(trial)))


def _remedy(trial):
    return remedies.of_faults(trial.look()["faults"] + trial.whole()["faults"])
