"""OCTT, Meter values: in a transaction every so many seconds, and on the clock."""

ENERGY = "Energy.Active.Import.Register"
LIST = ENERGY + ",Current.Import,Voltage,Power.Active.Import"


def measured(payload, context):
    """The measurands of a MeterValues, all of which have ``context``."""
    samples = [each for value in payload["meterValue"] for each in value["sampledValue"]]
    assert {sample.get("context", "Sample.Periodic") for sample in samples} == {context}
    return {sample.get("measurand", ENERGY) for sample in samples}


def test_tc_070_sampled_meter_values(case, stage):
    """OCPP 1.6 §4.7, §9.1.25-26: MeterValueSampleInterval and MeterValuesSampledData."""
    case.set("MeterValueSampleInterval", 10)
    case.set("MeterValuesSampledData", LIST)
    case.set("ClockAlignedDataInterval", 0)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    start = case.next("StartTransaction")
    case.status("Charging")
    began_s = stage.seconds(start["timestamp"])
    transaction = stage.sessions()[-1]["transaction_id"]
    for count in (1, 2, 3):
        told = case.next("MeterValues", 12, connectorId=1, transactionId=transaction)
        assert measured(told, "Sample.Periodic") == set(LIST.split(","))
        at_s = stage.seconds(told["meterValue"][0]["timestamp"])
        assert abs(at_s - began_s - 10 * count) <= 1
    stage.tap()
    case.next("StopTransaction", transactionId=transaction)
    case.silent("MeterValues", 25)


def test_tc_071_clock_aligned_meter_values(case, stage):
    """OCPP 1.6 §4.7, §9.1.2: ClockAlignedDataInterval, in a transaction and outside of one."""
    case.set("ClockAlignedDataInterval", 10)
    case.set("MeterValuesAlignedData", LIST)
    case.set("MeterValueSampleInterval", 0)
    for _ in range(2):
        told = case.next("MeterValues", 12, connectorId=1)
        assert "transactionId" not in told
        aligned(stage, told)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    case.next("StartTransaction")
    case.status("Charging")
    transaction = stage.sessions()[-1]["transaction_id"]
    for _ in range(3):
        aligned(stage, case.next("MeterValues", 12, connectorId=1, transactionId=transaction))
    stage.tap()
    case.next("StopTransaction", transactionId=transaction)
    case.set("ClockAlignedDataInterval", 0)
    case.silent("MeterValues", 25)


def aligned(stage, told):
    assert measured(told, "Sample.Clock") == set(LIST.split(","))
    assert stage.seconds(told["meterValue"][0]["timestamp"]) % 10 == 0
