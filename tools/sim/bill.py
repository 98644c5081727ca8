"""The last session as the back end recorded it, held against the meter."""

from tools.sim.errors import Refused


def of_last_session(sim, connector: int) -> dict:
    """The session and the meter's registers; Refused when they don't agree.

    Every watt-hour that the meter counted since the station was new must be in one session.
    """
    told = [of for of in sim.stage.sessions() if of["connector"] == connector]
    if not told:
        raise Refused(f"session: the back end has recorded none at connector {connector}")
    session = told[-1]
    if session["reason"] is None and session["meter_stop"] is None:
        raise Refused(f"session: transaction {session['transaction_id']} has not ended")
    meter = {
        "first_wh": sim.registers.first_wh(connector),
        "now_wh": sim.stage.world.outlet(connector).meter.energy_wh,
    }
    _compare(told, meter)
    return {"session": session, "meter": meter}


def _compare(told: list, meter: dict) -> None:
    counted_wh = meter["now_wh"] - meter["first_wh"]
    billed_wh = sum(of["meter_stop"] - of["meter_start"] for of in told)
    if counted_wh != billed_wh:
        raise Refused(
            f"session: the meter counted {counted_wh} Wh, the back end recorded {billed_wh} Wh"
            f" in {len(told)} sessions"
        )
    if told[-1]["meter_stop"] != meter["now_wh"]:
        raise Refused(
            f"session: it ended at {told[-1]['meter_stop']} Wh, the meter shows {meter['now_wh']}"
        )


def lines(found: dict) -> list[str]:
    """The record for people, ending in what the meter says."""
    session, meter = found["session"], found["meter"]
    energy_wh = session["meter_stop"] - session["meter_start"]
    return [
        f"transaction {session['transaction_id']} as the back end recorded it:",
        f"  connector  {session['connector']}",
        f"  card       {session['id_tag']}",
        f"  started    {session['start_time']}  at {session['meter_start']} Wh",
        *(f"  reading    {_reading(of)}" for of in session["values"]),
        f"  ended      {session['stop_time']}  at {session['meter_stop']} Wh: {session['reason']}",
        f"  energy     {energy_wh} Wh",
        f"the meter shows {meter['now_wh']} Wh; since the station was new it counted"
        f" {meter['now_wh'] - meter['first_wh']} Wh, and so did the back end",
    ]


def _reading(sample: dict) -> str:
    measurand = sample["measurand"] or "Energy.Active.Import.Register"
    what = ".".join(part for part in (measurand, sample["phase"]) if part)
    return f"{sample['timestamp']}  {what} {sample['value']} {sample['unit'] or 'Wh'}"
