"""The time of day: never set, set late, set back and forward, absurd, in every form."""

import datetime

import pytest

from host_tests.harness.stage import IDENTITY

DAY_S = 86400
SAMPLES = {"MeterValueSampleInterval": "60", "ClockAlignedDataInterval": "900"}


def tell(stage, offset_s, times=1):
    """The back end's clock is off by so much for the next answers that tell it."""

    def moved(usual):
        return {**usual, "currentTime": text_of(stage, offset_s)}

    for action in ("Heartbeat", "BootNotification"):
        stage.csms.answer(action, with_=moved, times=times)


def text_of(stage, offset_s, form="%Y-%m-%dT%H:%M:%SZ"):
    at_s = stage.clock.utc_s() + offset_s
    return datetime.datetime.fromtimestamp(at_s, datetime.UTC).strftime(form)


def ask_heartbeat(stage):
    """Have the station ask for the time now."""
    before = len(stage.csms.calls(IDENTITY, "Heartbeat"))
    stage.csms.call(IDENTITY, "TriggerMessage", {"requestedMessage": "Heartbeat"})
    stage.until(lambda: len(stage.csms.calls(IDENTITY, "Heartbeat")) > before, 10, "a Heartbeat")
    stage.advance(1)


def off_by(stage):
    """Seconds by which the station's clock is ahead of the world's."""
    return stage.facts()["utc_s"] - stage.clock.utc_s()


def samples(stage, context):
    """The times (in the station's words) of all readings of a context."""
    return [
        stage.seconds(value["timestamp"])
        for told in stage.csms.calls(IDENTITY, "MeterValues")
        for value in told["meterValue"]
        if value["sampledValue"][0].get("context", "Sample.Periodic") == context
    ]


def test_clock_follows_every_answer_that_tells_the_time(stage):
    """OCPP 1.6 §4.6: also backwards; the back end dates the bills."""
    assert abs(off_by(stage)) <= 1
    for offset_s in (3600, -7200, 40 * DAY_S, 0):
        tell(stage, offset_s)
        ask_heartbeat(stage)
        assert abs(off_by(stage) - offset_s) <= 2


@pytest.mark.parametrize("year", ["1970-01-01", "2019-12-31", "2051-01-02", "2099-06-01"])
def test_absurd_time_is_refused_and_the_session_is_dated_right(stage, year):
    """A back end that says 1970 or 2099, by mistake or not."""
    for action in ("Heartbeat", "BootNotification"):
        stage.csms.answer(action, with_={"currentTime": year + "T12:00:00Z"})
    ask_heartbeat(stage)
    assert abs(off_by(stage)) <= 1
    assert any("refused" in text for _, _, text in stage.log)
    stage.charge(5)
    began = stage.csms.calls(IDENTITY, "StartTransaction")[0]["timestamp"]
    assert abs(stage.seconds(began) - stage.clock.utc_s()) < 20


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%dT%H:%M:%SZ",
        "%Y-%m-%dT%H:%M:%S.123Z",
        "%Y-%m-%dT%H:%M:%S.123456+00:00",
        "%Y-%m-%dT%H:%M:%S+00:00",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M:%S+0000",
        "%Y-%m-%dT%H:%M:%S,5Z",
        "%Y-%m-%dT%H:%M:%S-00",
        "%Y-%m-%dt%H:%M:%Sz",
        "%Y%m%dT%H%M%SZ",
    ],
)
def test_time_is_read_in_every_form_that_back_ends_write(make_stage, form):
    """OCPP 1.6 §3.14, 3.15; back-ends.md §2.1."""
    stage = make_stage(start=False)

    def told(usual):
        return {**usual, "currentTime": text_of(stage, 0, form)}

    stage.csms.answer("BootNotification", with_=told)
    stage.start()
    stage.ready()
    assert abs(off_by(stage)) <= 1


@pytest.mark.parametrize("offset_s", [3 * 3600, -3 * 3600, 1])
def test_periodic_readings_keep_their_beat_when_the_clock_is_set(make_stage, offset_s):
    """Intervals run on a clock that no one sets; daylight saving is of no account."""
    stage = make_stage(settings=dict(SAMPLES, ClockAlignedDataInterval="0")).ready()
    stage.charge(90)
    tell(stage, offset_s, times=100)
    ask_heartbeat(stage)
    stage.advance(150)
    at = samples(stage, "Sample.Periodic")
    assert len(at) in (3, 4)
    gaps = [later - earlier for earlier, later in zip(at, at[1:], strict=False)]
    assert all(min(abs(gap - 60), abs(gap - 60 - offset_s)) <= 2 for gap in gaps)


@pytest.mark.parametrize("offset_s", [3 * 3600, -3 * 3600])
def test_aligned_readings_stay_aligned_when_the_clock_is_set(make_stage, offset_s):
    """OCPP 1.6 §9.1.2: at whole quarters of an hour; for all that a jump left out, one at most."""
    stage = make_stage(settings=dict(SAMPLES, MeterValueSampleInterval="0")).ready()
    stage.charge(10)
    stage.advance(900)
    before = len(samples(stage, "Sample.Clock"))
    tell(stage, offset_s, times=100)
    ask_heartbeat(stage)
    stage.advance(1790)
    at = samples(stage, "Sample.Clock")
    assert before == 1 and 2 <= len(at) - before <= 3
    assert sum(at_s % 900 > 1 for at_s in at) <= (offset_s > 0)


def test_session_over_a_clock_that_is_set_back_ends_not_before_it_began(stage):
    """The bill's energy is right, and its end is dated by the clock as it is then."""
    stage.charge(30)
    tell(stage, -3600, times=100)
    ask_heartbeat(stage)
    stage.advance(30)
    stage.tap()
    session = stage.finished_session()
    assert session["meter_stop"] == stage.meter_wh
    stopped = stage.csms.calls(IDENTITY, "StopTransaction")[0]["timestamp"]
    assert abs(stage.seconds(stopped) - stage.clock.utc_s() + 3600) < 10


def test_waits_do_not_depend_on_the_time_of_day(make_stage):
    """ConnectionTimeOut, with the clock set by a day in between."""
    stage = make_stage(settings={"ConnectionTimeOut": "30"}).ready()
    stage.tap()
    stage.until_status("Preparing")
    tell(stage, DAY_S)
    ask_heartbeat(stage)
    stage.advance(15)
    assert stage.status() == "Preparing"
    stage.until_status("Available", 20)


def test_power_cut_off_line_dates_nothing_by_the_floor(make_stage):
    """What happens before the true time is known is dated when it is (core/timekeeping)."""
    stage = make_stage(settings={"AllowOfflineTxForUnknownId": "true"}).ready()
    stage.advance(20)
    stage.csms.stop()
    stage.power_cut()
    stage.advance(8 * 3600)
    stage.start()
    stage.vehicle.plug_in(amps=16)
    stage.advance(5)
    began_s = stage.clock.utc_s()
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy")
    stage.advance(30)
    stage.tap()
    stage.advance(5)
    stage.csms.start()
    stage.finished_session()
    start = stage.csms.calls(IDENTITY, "StartTransaction")[0]
    assert abs(stage.seconds(start["timestamp"]) - began_s) <= 5


def test_power_cut_of_a_session_without_a_clock_is_not_dated_before_its_start(make_stage):
    """A sign of life of an earlier session says nothing of this one (core/alive)."""
    stage = make_stage(settings={"AllowOfflineTxForUnknownId": "true"}).ready()
    stage.charge(400)
    stage.tap()
    stage.finished_session()
    stage.vehicle.unplug()
    stage.advance(5)
    stage.csms.stop()
    stage.power_cut()
    stage.advance(8 * 3600)
    stage.start()
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 60, "energy")
    stage.advance(30)
    stage.power_cut()
    stage.advance(60)
    stage.csms.start()
    stage.start()
    stage.until(lambda: len(stage.csms.calls(IDENTITY, "StopTransaction")) == 2, 300, "a stop")
    start = stage.csms.calls(IDENTITY, "StartTransaction")[1]
    stop = stage.csms.calls(IDENTITY, "StopTransaction")[1]
    assert stage.seconds(stop["timestamp"]) >= stage.seconds(start["timestamp"])
