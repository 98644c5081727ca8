"""Smart charging as a driver and a home energy manager see it."""

from datetime import UTC, datetime

from host_tests.harness.stage import IDENTITY

BEGAN = "2026-01-01T00:00:00Z"


def profile(number, purpose, periods, **fields):
    """A charging profile of [(start, limit)]; schedule fields by name too."""
    told = [{"startPeriod": start, "limit": limit} for start, limit in periods]
    schedule = {"chargingRateUnit": fields.pop("unit", "A"), "chargingSchedulePeriod": told}
    for name in ("startSchedule", "duration"):
        if name in fields:
            schedule[name] = fields.pop(name)
    return {
        "chargingProfileId": number,
        "stackLevel": fields.pop("stackLevel", 0),
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": fields.pop("kind", "Relative"),
        "chargingSchedule": schedule,
        **fields,
    }


def ask(stage, action, payload):
    asked = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: asked.done, 30, f"an answer to {action}")
    assert asked.error is None, asked.error
    return asked.result


def install(stage, wanted, connector=0):
    payload = {"connectorId": connector, "csChargingProfiles": wanted}
    assert ask(stage, "SetChargingProfile", payload) == {"status": "Accepted"}


def setting(stage, key):
    told = ask(stage, "GetConfiguration", {"key": [key]})
    return int(told["configurationKey"][0]["value"])


def draws(stage, amps):
    """The vehicle comes to draw so much, within what the duty can tell."""
    milliamperes = round(amps * 1000)

    def does():
        return milliamperes - 150 < stage.outlet.meter.current_ma[0] <= milliamperes

    stage.until(does, 20, f"{amps} A")


def clock(stage, later_s=0):
    """The station's time of day as a back end writes it."""
    told = datetime.fromtimestamp(stage.facts()["utc_s"] + later_s, UTC)
    return told.isoformat().replace("+00:00", "Z")


def test_home_energy_system_pauses_and_resumes_with_one_profile(stage):
    """evcc (back-ends.md §2): Absolute, maximum level, id 12, `limit: 0` as a pause."""
    number = setting(stage, "MaxChargingProfilesInstalled")
    level = setting(stage, "ChargeProfileMaxStackLevel")

    def limit(amps):
        wanted = profile(number, "TxDefaultProfile", [(0, amps)], kind="Absolute")
        wanted["stackLevel"] = level
        wanted["chargingSchedule"]["startSchedule"] = clock(stage, -60)
        install(stage, wanted)
        read = {"connectorId": 1, "duration": 60, "chargingRateUnit": "A"}
        told = ask(stage, "GetCompositeSchedule", read)["chargingSchedule"]
        assert told["chargingSchedulePeriod"][0] == {"startPeriod": 0, "limit": amps}

    limit(0)
    stage.vehicle.plug_in(amps=32)
    stage.tap()
    stage.until_status("SuspendedEVSE", 30)
    limit(10)
    stage.until_status("Charging", 30)
    draws(stage, 10)
    limit(16.3)
    draws(stage, 16.3)
    limit(0)
    stage.until_status("SuspendedEVSE", 30)
    stage.advance(1)
    assert not stage.contactor.closed and stage.contactor.opened_under_load == 0
    limit(6)
    stage.until_status("Charging", 30)
    draws(stage, 6)
    stage.tap()
    assert stage.finished_session()["reason"] == "Local"


def test_slider_of_a_home_limits_the_whole_station_and_outlives_a_power_cut(stage):
    """HA (back-ends.md §2): a Relative ChargePointMaxProfile at the maximum level."""
    wanted = profile(8, "ChargePointMaxProfile", [(0, 13)], stackLevel=9)
    install(stage, wanted)
    stage.charge(1, amps=32)
    draws(stage, 13)
    assert stage.facts()["connectors"][0]["parts"]["limit"] == "profile"
    stage.power_cut()
    stage.advance(5)
    stage.start()
    stage.until(lambda: stage.sessions()[0]["reason"] == "PowerLoss", 60, "the stop")
    stage.vehicle.unplug()
    stage.advance(10)
    stage.charge(1, amps=32)
    draws(stage, 13)
    assert ask(stage, "ClearChargingProfile", {}) == {"status": "Accepted"}
    draws(stage, 32)


def test_schedule_of_watts_changes_when_its_time_comes(stage):
    """OCPP 1.6 §7.13: W is the total, over three phases of 230 V."""
    wanted = profile(1, "TxDefaultProfile", [(0, 11040), (60, 5520), (120, 4000)], unit="W")
    wanted.update(chargingProfileKind="Absolute")
    wanted["chargingSchedule"]["startSchedule"] = clock(stage)
    begun_ms = stage.now_ms
    install(stage, wanted)
    stage.charge(1, amps=32)
    draws(stage, 16)
    stage.advance(58 - (stage.now_ms - begun_ms) // 1000)
    draws(stage, 16)
    stage.advance(14)
    draws(stage, 8)
    # 4000 W are 5.8 A a phase: less than a vehicle can be offered.
    stage.until_status("SuspendedEVSE", 90)


def test_profile_of_a_transaction_ends_with_it(stage):
    """OCPP 1.6 §3.13.1."""
    stage.charge(5, amps=32)
    number = stage.sessions()[0]["transaction_id"]
    wanted = profile(5, "TxProfile", [(0, 7)], transactionId=number)
    install(stage, wanted, connector=1)
    draws(stage, 7)
    stage.tap()
    stage.until_status("Finishing", 30)
    stage.vehicle.unplug()
    stage.until_status("Available", 30)
    stage.advance(5)
    stage.charge(5, amps=32)
    draws(stage, 32)
    assert ask(stage, "ClearChargingProfile", {"id": 5}) == {"status": "Unknown"}


def test_night_tariff_begins_each_day_at_its_hour(stage):
    """OCPP 1.6 §7.16: Recurring, Daily; the day begins at 08:00 here."""
    night = profile(1, "TxDefaultProfile", [(0, 32), (36_000, 0)], kind="Recurring")
    night["recurrencyKind"] = "Daily"
    night["chargingSchedule"]["startSchedule"] = "2026-01-01T22:00:00Z"
    install(stage, night)
    told = ask(stage, "GetCompositeSchedule", {"connectorId": 1, "duration": 90_000})
    assert told["status"] == "Accepted"
    start_s = stage.seconds(told["scheduleStart"])
    hours = [
        ((start_s + each["startPeriod"]) % 86_400, each["limit"])
        for each in told["chargingSchedule"]["chargingSchedulePeriod"][1:]
    ]
    assert sorted(hours) == [(8 * 3600, 0), (22 * 3600, 32)]


def test_limit_that_the_technician_locked_stays(stage):
    """SupplyLimitLock: neither the limit nor the lock is the back end's then."""

    def change(key, value):
        return ask(stage, "ChangeConfiguration", {"key": key, "value": value})["status"]

    assert change("SupplyLimit", "20") == "Accepted"
    assert change("SupplyLimitLock", "true") == "Accepted"
    assert change("supplylimit", "32") == "Rejected"
    assert change("SUPPLYLIMITLOCK", "false") == "Rejected"
    stage.charge(1, amps=32)
    draws(stage, 20)


def test_share_of_a_site_does_not_outlive_its_end_without_a_clock(stage):
    """A power cut while off line: no one can say whether the share is over, so the fallback below
    it holds as well, until the back end tells the time (OCPP 1.6 §3.13.3; DESIGN §6)."""
    told = {"key": "AllowOfflineTxForUnknownId", "value": "true"}
    assert ask(stage, "ChangeConfiguration", told) == {"status": "Accepted"}
    install(stage, profile(1, "ChargePointMaxProfile", [(0, 6)], kind="Absolute"))
    share = profile(2, "ChargePointMaxProfile", [(0, 20)], kind="Absolute", stackLevel=1)
    install(stage, {**share, "validTo": clock(stage, 3600)})
    stage.network.up = False
    stage.power_cut()
    stage.advance(5)
    stage.start()
    stage.vehicle.plug_in(amps=32)
    stage.advance(15)
    stage.tap()
    stage.until(lambda: stage.outlet.meter.current_ma[0], 30, "a current")
    stage.advance(10)
    assert 5_850 <= stage.outlet.meter.current_ma[0] <= 6_000
    assert stage.facts()["utc_s"] is None
    stage.network.up = True
    stage.until(lambda: stage.facts()["utc_s"], 120, "the time")
    draws(stage, 20)


def test_transaction_that_waited_for_its_share_is_never_told_as_available(stage):
    """OCPP 1.6 §4.9: a site gives nothing when the driver comes, and something later. Available
    within a transaction is the end of it to a back end."""
    limit = "ChargePointMaxProfile"
    always = {"kind": "Absolute", "startSchedule": BEGAN}
    install(stage, profile(1, limit, [(0, 0)], **always))
    stage.vehicle.plug_in()
    stage.tap()
    stage.until_status("SuspendedEVSE", 60)
    stage.advance(600)
    install(
        stage, profile(2, limit, [(0, 16)], kind="Absolute", startSchedule=BEGAN, stackLevel=1)
    )
    stage.until_status("Charging", 60)
    told = stage.csms.statuses(IDENTITY, 1)
    assert told[told.index("SuspendedEVSE") :] in (
        ["SuspendedEVSE", "Charging"],
        ["SuspendedEVSE", "SuspendedEV", "Charging"],
    )
