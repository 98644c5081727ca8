"""OCTT, SmartCharging: profiles by the back end, and what the vehicle is offered for them."""

from host_tests.harness.stage import CARD_TAG


def schedule(*periods, unit="A", **fields):
    """A charging schedule of (startPeriod, limit)."""
    told = [{"startPeriod": start, "limit": limit} for start, limit in periods]
    return {"chargingRateUnit": unit, "chargingSchedulePeriod": told, **fields}


def profile(number, purpose, *periods, kind="Relative", stack=0, **fields):
    """A charging profile; ``duration`` and ``startSchedule`` belong to its schedule."""
    of_schedule = {n: fields.pop(n) for n in ("duration", "startSchedule") if n in fields}
    return {
        "chargingProfileId": number,
        "stackLevel": stack,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule(*periods, **of_schedule),
        **fields,
    }


def install(case, connector, wanted, status="Accepted"):
    payload = {"connectorId": connector, "csChargingProfiles": wanted}
    case.ask("SetChargingProfile", payload, status=status)


def composite(case, connector=1, duration=300, unit="A"):
    """[(startPeriod, limit)] of the composite schedule."""
    payload = {"connectorId": connector, "duration": duration, "chargingRateUnit": unit}
    told = case.ask("GetCompositeSchedule", payload, status="Accepted", connectorId=connector)
    found = told["chargingSchedule"]
    assert found["duration"] == duration and found["chargingRateUnit"] == unit
    assert "scheduleStart" in told and "startSchedule" not in found
    return [(each["startPeriod"], each["limit"]) for each in found["chargingSchedulePeriod"]]


def begin(case, stage):
    """A transaction that charges; the id that the back end gave it."""
    stage.vehicle.plug_in(amps=32)
    case.status("Preparing")
    stage.tap()
    case.next("StartTransaction", connectorId=1, idTag=CARD_TAG)
    case.status("Charging")
    return stage.sessions()[-1]["transaction_id"]


def draws(stage, milliamperes):
    """The vehicle draws so much, at the latest when it had to."""
    stage.advance(12)
    assert -100 < stage.outlet.meter.current_ma[0] - milliamperes <= 0


def test_tc_056_central_smart_charging_tx_default_profile(case, stage):
    """OCPP 1.6 §5.16: a TxDefaultProfile holds for the transaction that begins after it."""
    install(case, 1, profile(1, "TxDefaultProfile", (0, 6), (60, 10), (120, 8)))
    begin(case, stage)
    found = composite(case)
    assert [limit for _, limit in found] == [6, 10, 8]
    draws(stage, 6000)
    stage.advance(60)
    draws(stage, 10_000)


def test_tc_057_central_smart_charging_tx_profile(case, stage):
    """OCPP 1.6 §5.16: a TxProfile changes the transaction that runs."""
    number = begin(case, stage)
    wanted = profile(1, "TxProfile", (0, 7), (200, 9), transactionId=number, duration=300)
    install(case, 1, wanted)
    assert [limit for _, limit in composite(case)][:2] == [7, 9]
    draws(stage, 7000)


def test_tc_058_1_tx_profile_without_a_transaction(case, stage):
    """OCPP 1.6 §5.16: Rejected, and nothing is limited."""
    install(case, 1, profile(1, "TxProfile", (0, 6), transactionId=1), "Rejected")
    assert composite(case) == [(0, 32)]


def test_tc_058_2_tx_profile_of_another_transaction(case, stage):
    """OCPP 1.6 §5.16, errata 3.7: Rejected, and the vehicle draws as before."""
    number = begin(case, stage)
    install(case, 1, profile(1, "TxProfile", (0, 6), transactionId=number + 1), "Rejected")
    draws(stage, 32_000)


def test_tc_059_remote_start_with_a_profile(case, stage):
    """OCPP 1.6 §5.11, errata 3.41: the TxProfile holds for the transaction that it starts."""
    stage.vehicle.plug_in(amps=32)
    case.status("Preparing")
    wanted = {"idTag": CARD_TAG, "connectorId": 1}
    wanted["chargingProfile"] = profile(1, "TxProfile", (0, 6), (1000, 8))
    case.ask("RemoteStartTransaction", wanted, status="Accepted")
    case.next("StartTransaction", connectorId=1, idTag=CARD_TAG)
    case.status("Charging")
    assert composite(case) == [(0, 6)]
    draws(stage, 6000)
    stage.vehicle.unplug()
    case.next("StopTransaction")
    assert composite(case) == [(0, 32)]


def test_tc_060_remote_start_with_a_wrong_profile(case, stage):
    """OCPP 1.6 §5.11, errata 3.41: any other purpose is Rejected, and nothing begins."""
    stage.vehicle.plug_in(amps=32)
    case.status("Preparing")
    wanted = {"idTag": CARD_TAG, "connectorId": 1}
    wanted["chargingProfile"] = profile(1, "TxDefaultProfile", (0, 6))
    case.ask("RemoteStartTransaction", wanted, status="Rejected")
    case.silent("StartTransaction", 10)


def test_tc_066_get_composite_schedule(case, stage):
    """OCPP 1.6 §5.7: three profiles, the lowest of what holds, second by second."""
    number = begin(case, stage)
    install(case, 0, profile(1, "ChargePointMaxProfile", (0, 10), duration=86_400))
    install(case, 1, profile(2, "TxDefaultProfile", (0, 6), (50, 8), (120, 16), duration=300))
    wanted = profile(3, "TxProfile", (0, 8), (80, 13), (200, 7), transactionId=number)
    wanted["chargingSchedule"]["duration"] = 260
    install(case, 1, wanted)
    found = composite(case, duration=400)
    limits = [limit for _, limit in found]
    # 8, then 13 within the 10 of the whole, 7; then the default's 16 and nothing, within 10.
    assert limits == [8, 10, 7, 10]
    starts = [start for start, _ in found]
    assert starts[2] - starts[1] == 120 and starts[3] - starts[2] == 60


def test_tc_067_clear_charging_profile(case, stage):
    """OCPP 1.6 §5.5: by id, by what it is; Unknown when there is none."""
    install(case, 1, profile(1, "TxDefaultProfile", (0, 6)))
    case.ask("ClearChargingProfile", {"id": 1}, status="Accepted")
    case.ask("ClearChargingProfile", {"id": 1}, status="Unknown")
    install(case, 1, profile(1, "TxDefaultProfile", (0, 6), stack=1))
    fields = {"connectorId": 1, "chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 1}
    case.ask("ClearChargingProfile", {**fields, "stackLevel": 0}, status="Unknown")
    case.ask("ClearChargingProfile", fields, status="Accepted")
    assert composite(case) == [(0, 32)]


def test_tc_072_stacking_charging_profiles(case, stage):
    """OCPP 1.6 §3.13.2: where the higher level ends, the lower one holds again."""
    default = "TxDefaultProfile"
    install(case, 1, profile(1, default, (0, 6), (50, 8), (150, 10), duration=400))
    install(case, 1, profile(2, default, (0, 7), (100, 9), stack=1, duration=150))
    begin(case, stage)
    found = composite(case, duration=350)
    assert [limit for _, limit in found] == [7, 9, 10]
    assert found[2][0] - found[1][0] == 50


def test_tc_082_tx_default_profile_with_a_transaction(case, stage):
    """OCPP 1.6 errata 3.8: a new TxDefaultProfile holds for the running transaction at once."""
    begin(case, stage)
    draws(stage, 32_000)
    install(case, 1, profile(1, "TxDefaultProfile", (0, 6)))
    draws(stage, 6000)
