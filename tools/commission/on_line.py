"""Steps that need the back end: is it there, what time is it, does it know the card."""

from tools.commission import remedies
from tools.commission.back_end import Unreachable
from tools.commission.measure import FAILED, PASSED, Measure, holds, told, undone

_ONLINE_S = 120
# A second for the way, one for each rounding, and what a crystal loses in a day (own).
_TIME_S = 60
_CARD_S = 30


def online(trial) -> None:
    """The back end has accepted the station."""
    trial.online(_ONLINE_S)
    whole = trial.whole()
    word = "on line" if whole["online"] else f"off line: {whole['link'] or 'no connection yet'}"
    registration = whole["registration"]
    trial.note(
        holds("connection", whole["online"], word, "on line", remedies.NO_LINE),
        holds("registration", registration == "accepted", registration, "accepted",
              "Tell the back end's operator the identity: it is unknown, pending or rejected."),
        told("waiting to be sent", f"{whole['undelivered']} events"),
    )  # fmt: skip


def time_set(trial) -> None:
    """The station's clock against this computer's; where they differ, the back end's decides."""
    # A station that has just started knows it once it has dialled.
    trial.until(lambda connector: trial.whole()["clock"] == "set", _ONLINE_S)
    whole = trial.whole()
    remedy = "Let the station go on line: the back end tells it the time. Or set TimeServer."
    trial.note(holds("clock", whole["clock"] == "set", whole["clock"], "set", remedy))
    if whole["clock"] != "set":
        return
    off_s = whole["utc_s"] - trial.pace.utc_s()
    if abs(off_s) <= _TIME_S:
        trial.note(holds("difference to this computer", True, f"{off_s:+d} s", _limit(), ""))
        return
    trial.note(told("difference to this computer", f"{off_s:+d} s, so one of both is wrong"))
    trial.note(_by_back_end(trial))


def _by_back_end(trial):
    what = "difference to the back end"
    try:
        utc_s = trial.back_end.utc_s()
    except Unreachable as error:
        return Measure(
            what,
            f"it does not answer: {error}",
            _limit(),
            FAILED,
            "Set this computer's clock, or let the back end answer; then again.",
        )
    if utc_s is None:
        return Measure(what, "nobody can tell", _limit(), FAILED,
                       "Set this computer's clock by a time server, then again.")  # fmt: skip
    off_s = trial.whole()["utc_s"] - utc_s
    if abs(off_s) <= _TIME_S:
        told_s = f"{off_s:+d} s: it decides, the clock of this computer is wrong"
        return Measure(what, told_s, _limit(), PASSED)
    return Measure(what, f"{off_s:+d} s", _limit(), FAILED, "Tell the back end's operator: the "
                   "station has the time that it was told.")  # fmt: skip


def _limit():
    return f"at most {_TIME_S} s"


def card(trial) -> None:
    """A card is read, its idTag is that of the card, and the back end accepts it."""
    if trial.is_free():
        trial.note(undone("a card", "free charging was ordered: no card is needed"))
        return
    if not trial.must(trial.rest(), "an idle connector", "Unplug the vehicle, end its session."):
        return
    trial.device.plug(32)
    patience_s = trial.device.patience_s
    trial.until(lambda c: c["pilot"] in ("B", "C"), patience_s, "a vehicle")
    trial.online(_ONLINE_S)
    before = trial.whole()["card"]
    uid = trial.device.card()
    trial.until(lambda c: trial.whole()["card"] != before, patience_s, "a card at the reader")
    whole = trial.whole()
    seen = whole["card"][0] if whole["card"] != before else None
    remedy = remedies.of_faults(whole["faults"] or ["reader_silent"])
    trial.note(holds("card at the reader", seen is not None, f"idTag {seen}", "an idTag", remedy))
    if seen is None:
        return
    if uid is not None:
        wanted = _tag(uid, trial.settings.get("ReverseUid") == "true")
        trial.note(
            holds(
                "idTag",
                seen == wanted,
                seen,
                wanted,
                "The order of the bytes is another: see the setting ReverseUid.",
            )
        )
    _accepts(trial, seen)


def _accepts(trial, tag):
    """The transaction that begins here is what the next steps need."""
    trial.until(lambda c: c["transaction"] == "active" or c["faults"], _CARD_S)
    connector = trial.look()
    accepted = connector["tag"] == tag
    known = "Make the card known in the back end."
    trial.note(holds("card in the back end", accepted, "accepted" if accepted else "refused",
                     "accepted", known))  # fmt: skip
    if accepted:
        began = connector["transaction"] == "active"
        told_why = "a transaction" if began else trial.why()
        remedy = remedies.of_faults(connector["faults"])
        trial.note(holds("what the card begins", began, told_why, "a transaction", remedy))


def _tag(uid, reverse):
    data = bytes.fromhex(uid)
    return (data[::-1] if reverse else data).hex().upper()
