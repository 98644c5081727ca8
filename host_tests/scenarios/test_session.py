"""One charging session, in every order that drivers choose."""

from host_tests.harness.stage import CARD_TAG, IDENTITY


def test_session_is_recorded_when_the_driver_plugs_first(stage):
    """OCPP 1.6 §4.8, OCTT TC_003: plug, card, charge, card, unplug."""
    before_wh = stage.meter_wh
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Preparing", 5)
    stage.tap()
    stage.until_status("Charging", 30)
    assert stage.contactor.closed
    stage.advance(120)
    stage.tap()
    session = stage.finished_session()
    assert not stage.contactor.closed
    assert session["id_tag"] == CARD_TAG and session["reason"] == "Local"
    assert session["meter_start"] == before_wh
    assert session["meter_stop"] == stage.meter_wh > before_wh + 300
    stage.until_status("Finishing", 5)
    stage.vehicle.unplug()
    stage.until_status("Available", 5)
    assert stage.csms.violations(IDENTITY) == []


def test_session_is_recorded_when_the_driver_taps_first(stage):
    """OCPP 1.6 §4.1, OCTT TC_004_1: the identification comes first."""
    stage.tap()
    stage.until_status("Preparing", 5)
    assert not stage.contactor.closed
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Charging", 30)
    stage.advance(30)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    told = stage.csms.statuses(IDENTITY, 1)
    assert told == ["Available", "Preparing", "Charging", "Finishing"]


def test_session_does_not_begin_without_a_card(make_stage):
    """OCPP 1.6 §4.9 B6, §9.1.4: ConnectionTimeOut ends Preparing, the cable stays."""
    stage = make_stage(settings={"ConnectionTimeOut": "20"}).ready()
    stage.vehicle.plug_in()
    stage.until_status("Finishing", 25)
    assert not stage.contactor.closed and stage.sessions() == []
    stage.vehicle.unplug()
    stage.until_status("Available", 5)


def test_session_does_not_begin_when_the_authorised_driver_never_plugs(make_stage):
    """OCPP 1.6 §9.1.4, OCTT TC_004_2: identification first, ConnectionTimeOut."""
    stage = make_stage(settings={"ConnectionTimeOut": "20"}).ready()
    stage.tap()
    stage.until_status("Preparing", 5)
    stage.until_status("Available", 25)
    stage.vehicle.plug_in()
    stage.advance(10)
    assert not stage.contactor.closed and stage.sessions() == []


def test_session_is_refused_to_a_card_that_the_back_end_does_not_know(stage):
    """OCPP 1.6 §4.1, OCTT TC_023: an idTag that is not Accepted gets no energy."""
    stage.vehicle.plug_in()
    stage.until_status("Preparing", 5)
    stage.tap(bytes.fromhex("DEADBEEF"))
    stage.advance(10)
    assert stage.csms.calls(IDENTITY, "Authorize") == [{"idTag": "DEADBEEF"}]
    assert not stage.contactor.closed and stage.sessions() == []


def test_session_pauses_and_resumes_within_one_transaction(stage):
    """IEC 61851-1 table A.6 7 and 8.1; OCPP 1.6 §4.9 C4, D3: C-B-C is one transaction."""
    stage.charge(30)
    stage.vehicle.stop_power()
    stage.until_status("SuspendedEV", 15)
    stage.until(lambda: not stage.contactor.closed, 0.1, "an open contactor")
    stage.advance(30)
    stage.vehicle.request_power()
    stage.until_status("Charging", 15)
    stage.advance(30)
    stage.tap()
    session = stage.finished_session()
    assert session["meter_stop"] == stage.meter_wh
    assert stage.contactor.cycles == 2


def test_session_stops_by_another_card_of_the_same_parent(stage):
    """OCPP 1.6 §4.8, OCTT TC_069: equal parent ids may stop each other's transactions."""
    stage.csms.add_card(CARD_TAG, parent="FAMILY")
    stage.csms.add_card("AABBCCDD", parent="FAMILY")
    stage.csms.add_card("11223344", parent="OTHERS")
    stage.charge(20)
    stage.tap(bytes.fromhex("11223344"))
    stage.advance(5)
    assert stage.contactor.closed
    stage.tap(bytes.fromhex("AABBCCDD"))
    session = stage.finished_session()
    assert session["reason"] == "Local"
    stops = stage.csms.calls(IDENTITY, "StopTransaction")
    assert [stop["idTag"] for stop in stops] == ["AABBCCDD"]


def test_session_stops_when_the_vehicle_is_unplugged(stage):
    """OCPP 1.6 §4.10, OCTT TC_005: StopTransactionOnEVSideDisconnect is true."""
    stage.charge(30)
    stage.vehicle.unplug()
    session = stage.finished_session()
    assert session["reason"] == "EVDisconnected"
    assert session["meter_stop"] == stage.meter_wh
    stage.until_status("Available", 5)


def test_session_reports_readings_at_the_interval(make_stage):
    """OCPP 1.6 §4.7, OCTT TC_070: MeterValues every MeterValueSampleInterval seconds."""
    stage = make_stage(settings={"MeterValueSampleInterval": "10"}).ready()
    stage.charge(65)
    stage.tap()
    session = stage.finished_session()
    values = [
        int(float(value["value"]))
        for call in stage.csms.calls(IDENTITY, "MeterValues")
        for value in call["meterValue"][0]["sampledValue"]
        if value.get("measurand", "Energy.Active.Import.Register")
        == "Energy.Active.Import.Register"
    ]
    assert 6 <= len(values) <= 7 and values == sorted(values)
    assert session["meter_start"] <= values[0] and values[-1] <= session["meter_stop"]


def test_session_outlives_the_plug_where_that_is_wanted(make_stage):
    """OCPP 1.6 §4.10, §9.1.31: StopTransactionOnEVSideDisconnect false, same cable, same bill."""
    stage = make_stage(settings={"StopTransactionOnEVSideDisconnect": "false"}).ready()
    stage.charge(15)
    stage.vehicle.unplug()
    stage.until_status("SuspendedEV", 5)
    stage.until(lambda: not stage.contactor.closed, 0.1, "an open contactor")
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Charging", 30)
    stage.advance(10)
    stage.tap()
    session = stage.finished_session()
    assert session["reason"] == "Local" and session["meter_stop"] == stage.meter_wh


def test_session_reports_readings_on_the_clock(make_stage):
    """OCPP 1.6 §4.7, §9.1.7: ClockAlignedDataInterval counts from midnight."""
    settings = {
        "ClockAlignedDataInterval": "10",
        "MeterValueSampleInterval": "0",
        "MeterValuesAlignedData": "Energy.Active.Import.Register,Voltage",
    }
    stage = make_stage(settings=settings).ready()
    stage.charge(25)
    stage.tap()
    stage.finished_session()
    told = [call["meterValue"][0] for call in stage.csms.calls(IDENTITY, "MeterValues")]
    assert len(told) >= 2
    assert all(stage.seconds(value["timestamp"]) % 10 == 0 for value in told)
    for value in told:
        contexts = {sample["context"] for sample in value["sampledValue"]}
        assert contexts == {"Sample.Clock"} and len(value["sampledValue"]) == 4


def test_driver_who_leaves_before_the_start_is_not_billed(stage):
    """OCPP 1.6 §3.6: a start that could not be metered yet is no transaction."""
    stage.world.fault("meter_silent")
    stage.advance(8)
    stage.vehicle.plug_in()
    stage.tap()
    stage.advance(3)
    stage.vehicle.unplug()
    stage.until_status("Available", 5)
    stage.world.clear_fault("meter_silent")
    stage.advance(10)
    assert stage.sessions() == []
