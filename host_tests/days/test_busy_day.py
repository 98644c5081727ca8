"""A day of virtual time at a busy site: the back end's ledger equals the world's.

In process only: a day there is less than a minute.
"""

import time

import pytest

from host_tests.days.day import CARDS, MINUTES, SAMPLE_S, TROUBLES, Day, plan
from host_tests.harness.stage import IDENTITY, Stage

# Asked with one question, so that long steps of an idle station don't make its reading stale.
METER = "PZEM004T"
LEISURE_MS = 1500
SETTINGS = {
    "WebSocketPingInterval": "120",
    "AllowOfflineTxForUnknownId": "true",
    "MeterValueSampleInterval": str(SAMPLE_S),
    "StopTxnSampledData": "Energy.Active.Import.Register",
}


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """The day, played to its end, and everything delivered."""
    folder = tmp_path_factory.mktemp("day")
    with Stage("in_process", folder, connectors=2, settings=SETTINGS, meter=METER) as stage:
        stage.pace.leisure_ms = LEISURE_MS
        for tag in CARDS:
            stage.csms.add_card(tag)
        stage.start()
        stage.ready()
        day = Day(stage, plan(seed=7), seed=7)
        before_s = time.process_time()
        day.play()
        day.took_s = time.process_time() - before_s
        stage.until(lambda: stage.facts()["undelivered"] == 0, 900, "everything delivered")
        yield day


def sessions_of(day, visit):
    """The back end's sessions that lie between the registers of a visit."""
    return [
        each
        for each in day.stage.sessions()
        if each["connector"] == visit.connector
        and visit.begin_wh <= each["meter_start"] <= visit.end_wh
        and each["id_tag"] == visit.tag
        and each["meter_stop"] <= visit.end_wh
    ]


def test_plan_is_a_busy_day():
    visits = plan(seed=7)
    assert len(visits) == 40 and max(visit.end for visit in visits) < MINUTES - 5
    arrivals = [visit.start for visit in visits]
    assert len(set(arrivals)) == 40 and list(TROUBLES.values()).count("power cut") == 3


def test_each_visit_is_billed_once_and_to_its_driver(day):
    """Issue 4: 40 sessions, outages, limits, reboots; nothing lost, nothing doubled."""
    assert len(day.stage.sessions()) == len(day.visits) == 40
    for visit in day.visits:
        billed = sessions_of(day, visit)
        assert len(billed) == 1, (vars(visit), billed)
        assert billed[0]["meter_start"] == visit.begin_wh, (vars(visit), billed)
        assert billed[0]["meter_stop"] == visit.end_wh, (vars(visit), billed)


def test_energy_of_the_back_end_is_that_of_the_meters(day):
    for number, outlet in day.stage.world.connectors.items():
        mine = [each for each in day.stage.sessions() if each["connector"] == number]
        billed_wh = sum(each["meter_stop"] - each["meter_start"] for each in mine)
        visits = [visit for visit in day.visits if visit.connector == number]
        assert billed_wh == outlet.meter.energy_wh - visits[0].begin_wh > 50_000


def test_every_reading_of_the_day_arrived_once(day):
    """OCPP 1.6 §4.7: one every MeterValueSampleInterval, outages included."""
    for each in day.stage.sessions():
        begin_s = day.stage.seconds(each["start_time"])
        lasted_s = day.stage.seconds(each["stop_time"]) - begin_s
        periodic = [
            value
            for value in each["values"]
            if value["context"] == "Sample.Periodic" and value["source"] == "MeterValues"
        ]
        registers = [int(value["value"]) for value in periodic]
        assert registers == sorted(registers), each
        assert all(each["meter_start"] <= at <= each["meter_stop"] for at in registers), each
        late_s = [
            day.stage.seconds(value["timestamp"]) - begin_s - SAMPLE_S * (at + 1)
            for at, value in enumerate(periodic)
        ]
        assert all(0 <= late <= 4 for late in late_s), (each, late_s)
        assert len(periodic) >= (lasted_s - 4) // SAMPLE_S, each


def test_day_passes_in_under_a_minute(day, record_property):
    """Issue 4. Of the processor: what else the machine does is not counted."""
    record_property("seconds", round(day.took_s, 1))
    assert day.took_s < 60


def test_site_kept_its_limits(day):
    assert day.limits > 70 and day.broken == []


def test_station_said_nothing_wrong_and_never_crashed(day):
    assert day.stage.csms.violations(IDENTITY) == []
    assert day.stage.restarts == 2
    assert not [line for line in day.stage.log if "Traceback" in line[2]]
    reasons = {each["reason"] for each in day.stage.sessions()}
    assert {"Local", "Remote", "EVDisconnected", "PowerLoss", "SoftReset"} <= reasons
