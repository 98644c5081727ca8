"""What the meter shows reaches the back end: sampled, on the clock, on request, in the stop."""

from host_tests.harness.stage import IDENTITY

ENERGY = "Energy.Active.Import.Register"
# One after the other, as evcc does; SoC is not the charge point's to know.
EVCC = (
    "Power.Active.Import", ENERGY, "Current.Import", "Voltage", "Current.Offered",
    "Power.Offered", "SoC",
)  # fmt: skip


def ask(stage, action, payload):
    pending = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: pending.done, 30, f"an answer to {action}")
    assert pending.error is None, pending.error
    return pending.result


def change(stage, key, value):
    return ask(stage, "ChangeConfiguration", {"key": key, "value": value})["status"]


def setting(stage, key):
    told = ask(stage, "GetConfiguration", {"key": [key]})
    return told["configurationKey"][0]["value"]


def told(stage):
    return stage.csms.calls(IDENTITY, "MeterValues")


def samples_of(value):
    return {
        (sample["measurand"], sample.get("phase")): sample["value"]
        for sample in value["sampledValue"]
    }


def test_measurands_set_one_after_the_other_are_taken_where_the_meter_has_them(make_stage):
    """OCPP 1.6 §9.1.23, back-ends.md 8: what is refused leaves the list as it was."""
    stage = make_stage(settings={"MeterValueSampleInterval": "10"}).ready()
    taken = [name for name in EVCC if change(stage, "MeterValuesSampledData", name) == "Accepted"]
    assert taken == list(EVCC[:-1])
    assert setting(stage, "MeterValuesSampledData") == "Power.Offered"
    assert change(stage, "MeterValuesSampledData", ",".join(EVCC)) == "Rejected"
    assert setting(stage, "MeterValuesSampledData") == "Power.Offered"
    assert change(stage, "MeterValuesSampledData", ",".join(taken)) == "Accepted"
    assert change(stage, "MeterValuesSampledData", "Power.Reactive.Import") == "Rejected"
    assert setting(stage, "MeterValuesSampledData") == ",".join(taken)
    stage.charge(25)
    values = samples_of(told(stage)[-1]["meterValue"][0])
    assert {name for name, _ in values} == set(taken)
    assert values["Current.Import", "L1"] == "16.0"
    assert values["Power.Active.Import", "L2"] == "3680"
    assert values["Power.Active.Import", None] == "11040"
    assert int(values["Power.Offered", None]) == 3 * 230 * float(values["Current.Offered", None])


def test_phase_of_a_measurand_may_be_named(make_stage):
    """OCPP 1.6 §9.1.23: "Voltage.L1"."""
    stage = make_stage(settings={"MeterValueSampleInterval": "10"}).ready()
    wanted = "Voltage.L1,Current.Import.L3,Power.Active.Import.L2,Temperature,Frequency"
    assert change(stage, "MeterValuesSampledData", wanted) == "Accepted"
    assert change(stage, "MeterValuesSampledData", "Voltage.L4") == "Rejected"
    assert setting(stage, "MeterValuesSampledData") == wanted
    stage.charge(15)
    assert set(samples_of(told(stage)[-1]["meterValue"][0])) == {
        ("Voltage", "L1-N"),
        ("Current.Import", "L3"),
        ("Power.Active.Import", "L2"),
        ("Temperature", None),
        ("Frequency", None),
    }


def test_clock_samples_outside_a_transaction_are_told_and_not_kept(make_stage):
    """OCPP 1.6 §9.1.2: outside transactions, too; off line they would only wear the flash."""
    settings = {"ClockAlignedDataInterval": "10", "MeterValueSampleInterval": "0"}
    stage = make_stage(settings=settings).ready()
    stage.advance(35)
    values = told(stage)
    assert 3 <= len(values) <= 4
    assert all("transactionId" not in each and each["connectorId"] == 1 for each in values)
    stage.csms.stop()
    stage.advance(60)
    assert stage.facts()["undelivered"] == 0
    stage.csms.start()
    stage.until(lambda: len(told(stage)) > len(values), 120, "a sample after the outage")
    times = [stage.seconds(each["meterValue"][0]["timestamp"]) for each in told(stage)]
    assert all(at_s % 10 == 0 for at_s in times)
    assert max(after - before for before, after in zip(times, times[1:], strict=False)) >= 60


def test_trigger_tells_readings_with_and_without_a_connector(make_stage):
    """OCPP 1.6 §5.17, back-ends.md 8: evcc asks every two seconds and names no connector."""
    stage = make_stage(settings={"MeterValueSampleInterval": "0"}).ready()
    trigger = {"requestedMessage": "MeterValues"}
    for connector in ({}, {"connectorId": 1}, {"connectorId": 0}):
        # An idle station's steps are long, and its meter answers one question a step.
        stage.advance(1.5)
        count = len(told(stage))
        assert ask(stage, "TriggerMessage", {**trigger, **connector}) == {"status": "Accepted"}
        stage.until(lambda count=count: len(told(stage)) == count + 1, 5, "the readings")
    assert all("transactionId" not in each for each in told(stage))
    stage.charge(5)
    count = len(told(stage))
    for _ in range(10):
        assert ask(stage, "TriggerMessage", trigger)["status"] == "Accepted"
        stage.advance(2)
    values = told(stage)[count:]
    assert len(values) == 10
    number = stage.sessions()[0]["transaction_id"]
    for each in values:
        assert each["transactionId"] == number and each["connectorId"] == 1
        (value,) = each["meterValue"]
        assert {sample["context"] for sample in value["sampledValue"]} == {"Trigger"}


def test_stop_tells_begin_what_lay_between_and_end(make_stage):
    """OCPP 1.6 §9.1.29-30, errata 3.91: transactionData is bounded, begin and end stay."""
    settings = {
        "MeterValueSampleInterval": "5",
        "StopTxnSampledData": ENERGY,
        "StopTxnAlignedData": ENERGY + ",Energy.Active.Import.Interval",
        "ClockAlignedDataInterval": "60",
    }
    stage = make_stage(settings=settings).ready()
    most = int(setting(stage, "StopTransactionMaxMeterValues"))
    stage.charge(150)
    stage.tap()
    session = stage.finished_session()
    (stop,) = stage.csms.calls(IDENTITY, "StopTransaction")
    data = stop["transactionData"]
    assert len(data) <= most
    contexts = [each["sampledValue"][0]["context"] for each in data]
    assert contexts[0] == "Transaction.Begin" and contexts[-1] == "Transaction.End"
    assert set(contexts[1:-1]) == {"Sample.Periodic", "Sample.Clock"}
    registers = [int(samples_of(each)[ENERGY, None]) for each in data]
    assert registers == sorted(registers)
    assert (registers[0], registers[-1]) == (session["meter_start"], session["meter_stop"])
    times = [stage.seconds(each["timestamp"]) for each in data]
    assert times == sorted(times)
    assert (data[0]["timestamp"], data[-1]["timestamp"]) == (
        session["start_time"],
        session["stop_time"],
    )


def test_begin_survives_a_power_cut(make_stage):
    """standards.md §2.7: begin and end are never dropped, an outage and a power cut included."""
    settings = {"StopTxnSampledData": ENERGY, "AllowOfflineTxForUnknownId": "true"}
    stage = make_stage(settings=settings).ready()
    before_wh = stage.meter_wh
    stage.csms.stop()
    stage.advance(40)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 90, "energy without a back end")
    stage.advance(70)
    stage.power_cut()
    stage.advance(5)
    stage.start()
    stage.csms.start()
    session = stage.finished_session()
    (stop,) = stage.csms.calls(IDENTITY, "StopTransaction")
    data = stop["transactionData"]
    assert [each["sampledValue"][0]["context"] for each in data] == [
        "Transaction.Begin",
        "Sample.Periodic",
        "Transaction.End",
    ]
    registers = [int(samples_of(each)[ENERGY, None]) for each in data]
    assert registers[0] == before_wh and registers[-1] == session["meter_stop"] == stage.meter_wh
    assert data[0]["timestamp"] == session["start_time"]


def test_nothing_is_told_in_the_stop_when_nothing_is_wanted(stage):
    """OCPP 1.6 §9.1.29-30: empty lists, no transactionData."""
    stage.charge(10)
    stage.tap()
    stage.finished_session()
    (stop,) = stage.csms.calls(IDENTITY, "StopTransaction")
    assert "transactionData" not in stop


def test_interval_is_what_flowed_since_the_sample_before(make_stage):
    """OCPP 1.6 §7.31: Energy.Active.Import.Interval."""
    settings = {
        "MeterValueSampleInterval": "20",
        "MeterValuesSampledData": ENERGY + ",Energy.Active.Import.Interval",
    }
    stage = make_stage(settings=settings).ready()
    stage.charge(70)
    values = [samples_of(each["meterValue"][0]) for each in told(stage)]
    assert len(values) >= 3
    register_wh = stage.sessions()[0]["meter_start"]
    for each in values:
        interval_wh = int(each["Energy.Active.Import.Interval", None])
        assert register_wh + interval_wh == int(each[ENERGY, None])
        register_wh += interval_wh
    assert register_wh > stage.sessions()[0]["meter_start"]
