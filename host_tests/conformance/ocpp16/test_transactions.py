"""OCTT, Core: transactions from the plug and the card to the stop, on line and off line."""

from host_tests.harness.stage import CARD_TAG

# What may stop without a back end, and start.
OFFLINE = {"AllowOfflineTxForUnknownId": "true", "LocalAuthorizeOffline": "true"}


def charging(case, stage, seconds=10):
    """A session up to its first seconds of energy; its transactionId."""
    stage.charge(seconds)
    case.skip()
    return stage.sessions()[-1]["transaction_id"]


def test_tc_003_plug_in_first(case, stage):
    """OCPP 1.6 §4.9 A2, B3: Preparing by the plug, then the card, then Charging."""
    stage.vehicle.plug_in(amps=16)
    case.status("Preparing")
    stage.tap()
    case.next("Authorize", idTag=CARD_TAG)
    start = case.next("StartTransaction", connectorId=1, idTag=CARD_TAG)
    assert start["meterStart"] <= stage.meter_wh and "reservationId" not in start
    case.status("Charging", errorCode="NoError")


def test_tc_004_1_identification_first(case, stage):
    """OCPP 1.6 §4.9 A2, B3: Preparing by the card, then the plug, then Charging."""
    stage.tap()
    case.next("Authorize", idTag=CARD_TAG)
    case.status("Preparing")
    stage.vehicle.plug_in(amps=16)
    case.next("StartTransaction", connectorId=1, idTag=CARD_TAG)
    case.status("Charging")


def test_tc_004_2_identification_first_connection_time_out(case, make_ready):
    """OCPP 1.6 §4.9 B1, §9.1.7: no plug within ConnectionTimeOut: Available, and no session."""
    stage = make_ready(settings={"ConnectionTimeOut": "20"})
    stage.tap()
    case.next("Authorize", idTag=CARD_TAG)
    case.status("Preparing")
    began_ms = stage.now_ms
    case.status("Available")
    assert 19_000 <= stage.now_ms - began_ms <= 22_000
    stage.vehicle.plug_in(amps=16)
    case.silent("StartTransaction", 10)


def test_tc_005_1_ev_side_disconnect_stop_unlock(case, make_ready):
    """OCPP 1.6 §4.10, §9.1.26, §9.1.33: the transaction ends, the bolt sets the cable free. With a
    socket UnlockConnectorOnEVSideDisconnect is true and can't be changed (errata 3.84)."""
    stage = make_ready()
    case.set("StopTransactionOnEVSideDisconnect", "true")
    assert case.setting("UnlockConnectorOnEVSideDisconnect") == "true"
    charging(case, stage)
    assert stage.outlet.lock.word == "in"
    stage.vehicle.unplug(cable_stays=True)
    case.next("StopTransaction", reason="EVDisconnected")
    stage.until(lambda: stage.outlet.lock.word == "out", 10, "a free cable")
    stage.until_status("Available", 10)


def test_tc_005_2_ev_side_disconnect_stop_no_unlock(case, make_ready):
    """OCPP 1.6 §4.10, errata 3.84: a cable of the station's own has nothing to unlock."""
    stage = make_ready(socket=False)
    case.set("StopTransactionOnEVSideDisconnect", "true")
    assert case.setting("UnlockConnectorOnEVSideDisconnect") == "false"
    charging(case, stage)
    stage.vehicle.unplug()
    case.next("StopTransaction", reason="EVDisconnected")
    stage.until_status("Available", 10)


def test_tc_005_3_ev_side_disconnect_no_stop_no_unlock(case, make_ready):
    """OCPP 1.6 §4.10: SuspendedEV, "EV side disconnected"; plugged in again it goes on."""
    stage = make_ready(socket=False)
    case.set("StopTransactionOnEVSideDisconnect", "false")
    number = charging(case, stage)
    stage.vehicle.unplug()
    told = case.status("SuspendedEV", timeout_s=10)
    assert told.get("info") == "EV side disconnected"
    case.silent("StopTransaction", 20)
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Charging", 30)
    stage.tap()
    case.next("StopTransaction", transactionId=number)
    assert len(stage.sessions()) == 1


def test_tc_036_connection_lost_in_a_transaction(case, make_ready):
    """OCPP 1.6 §3.7, §4.7: energy goes on; the readings of the outage are delivered afterwards."""
    stage = make_ready(settings={"MeterValueSampleInterval": "10"})
    number = charging(case, stage)
    stage.network.up = False
    lost_s = stage.clock.utc_s()
    stage.advance(40)
    assert stage.contactor.closed
    found_s = stage.clock.utc_s()
    stage.network.up = True
    stage.until(lambda: stage.csms.online(stage.identity), 120, "a connection")
    stage.advance(20)
    assert case.so_far("BootNotification") == []
    told = case.so_far("MeterValues", transactionId=number)
    times = [stage.seconds(call["meterValue"][0]["timestamp"]) for call in told]
    assert times == sorted(times)
    assert len([at_s for at_s in times if lost_s <= at_s <= found_s]) >= 3
    stage.tap()
    case.next("StopTransaction", transactionId=number)


def test_tc_038_offline_stop(case, stage):
    """OCPP 1.6 §3.7, §4.10: stopped by its card without a back end; Local or absent, at its own
    time, then Finishing."""
    number = charging(case, stage)
    stage.csms.stop()
    stage.advance(5)
    stage.tap()
    stage.until(lambda: not stage.contactor.closed, 15, "the end")
    stopped_s = stage.clock.utc_s()
    stage.advance(30)
    stage.csms.start()
    stop = case.next("StopTransaction", 180, transactionId=number, meterStop=stage.meter_wh)
    assert stop.get("reason", "Local") == "Local"
    assert abs(stage.seconds(stop["timestamp"]) - stopped_s) <= 5
    stage.until_status("Finishing", 20)


def test_tc_039_offline_transaction(case, make_ready):
    """OCPP 1.6 §3.7, §4.8: started and stopped without a back end; delivered in order."""
    stage = make_ready(settings=OFFLINE)
    stage.csms.stop()
    stage.advance(5)
    began_s = stage.clock.utc_s()
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 90, "energy without a back end")
    stage.advance(30)
    stage.tap()
    stage.until(lambda: not stage.contactor.closed, 15, "the end")
    ended_s = stage.clock.utc_s()
    stage.advance(20)
    stage.csms.start()
    start = case.next("StartTransaction", 180, idTag=CARD_TAG)
    stop = case.next("StopTransaction", 60, meterStop=stage.meter_wh)
    assert began_s <= stage.seconds(start["timestamp"]) < stage.seconds(stop["timestamp"])
    assert stage.seconds(stop["timestamp"]) <= ended_s + 5
    assert stop["transactionId"] == stage.sessions()[0]["transaction_id"]
