"""OCTT, Core: start, reset, configuration, power failures, faults."""

from host_tests.harness.stage import CARD_TAG, IDENTITY


def off(make_stage, policy, interval, **options):
    """A station without power, and what its first BootNotification will get."""
    stage = make_stage(start=False, **options)
    stage.csms.boot_policy(policy, interval=interval)
    return stage


def started_anew(case, connector=1):
    """What a station says after a restart, up to its status."""
    case.next("BootNotification")
    case.status("Available", connector=0)
    case.status("Available", connector=connector)


def test_tc_001_cold_boot(case, make_stage):
    """OCPP 1.6 §4.2: Rejected waits for the interval; then the status of 0 and each connector, and
    the heartbeat as often as it was told."""
    stage = off(make_stage, "Rejected", 15, connectors=2)
    stage.start()
    boot = case.next("BootNotification")
    assert boot["chargePointVendor"] and boot["chargePointModel"]
    case.silent("StatusNotification", 13)
    assert case.so_far("BootNotification") == []
    stage.csms.boot_policy("Accepted", interval=40)
    case.next("BootNotification", 10)
    for connector in (0, 1, 2):
        case.status("Available", connector)
    first_ms = last_heartbeat_ms(case, stage)
    assert 39_000 <= last_heartbeat_ms(case, stage) - first_ms <= 42_000


def last_heartbeat_ms(case, stage):
    case.next("Heartbeat", 60)
    return stage.now_ms


def test_tc_002_cold_boot_pending(case, make_stage):
    """OCPP 1.6 §4.2: Pending answers and says what is triggered, and nothing else."""
    stage = off(make_stage, "Pending", 60)
    stage.start()
    case.next("BootNotification")
    stage.advance(1)
    case.ask("GetConfiguration", {"key": ["HeartbeatInterval"]})
    case.set("MeterValueSampleInterval", 30)
    case.ask("RemoteStartTransaction", {"idTag": CARD_TAG}, status="Rejected")
    case.silent("StatusNotification", 5)
    case.ask("TriggerMessage", {"requestedMessage": "StatusNotification"}, status="Accepted")
    case.status("Available", 0)
    case.status("Available", 1)
    stage.csms.boot_policy("Accepted", interval=300)
    case.ask("TriggerMessage", {"requestedMessage": "BootNotification"}, status="Accepted")
    started_anew(case)
    assert case.setting("MeterValueSampleInterval") == "30"


def test_tc_013_hard_reset_without_a_transaction(case, stage):
    """OCPP 1.6 §5.14: answered, then a start with a BootNotification."""
    case.ask("Reset", {"type": "Hard"}, status="Accepted")
    started_anew(case)
    assert stage.restarts == 1


def test_tc_014_soft_reset_without_a_transaction(case, stage):
    """OCPP 1.6 §5.14."""
    case.ask("Reset", {"type": "Soft"}, status="Accepted")
    started_anew(case)
    assert stage.restarts == 1


def test_tc_015_hard_reset_with_a_transaction(case, stage):
    """OCPP 1.6 §5.14, errata 3.36: StopTransaction HardReset, before the restart or after."""
    stage.charge(10)
    case.ask("Reset", {"type": "Hard"}, status="Accepted")
    stop = case.next("StopTransaction", 120, reason="HardReset")
    assert stop["meterStop"] == stage.meter_wh
    stage.until(lambda: stage.restarts == 1, 60, "a restart")
    stage.until_status("Finishing", 60)


def test_tc_016_soft_reset_with_a_transaction(case, stage):
    """OCPP 1.6 §5.14: the transaction is stopped, SoftReset, then comes the restart."""
    stage.charge(10)
    case.ask("Reset", {"type": "Soft"}, status="Accepted")
    case.next("StopTransaction", reason="SoftReset")
    case.next("BootNotification")
    stage.until_status("Finishing", 60)


def test_tc_019_retrieve_configuration(case, stage):
    """OCPP 1.6 §5.8: all keys, then one."""
    told = case.ask("GetConfiguration")
    named = {entry["key"]: entry for entry in told["configurationKey"]}
    assert "unknownKey" not in told and all("value" in entry for entry in named.values())
    assert named["NumberOfConnectors"] == {
        "key": "NumberOfConnectors",
        "readonly": True,
        "value": "1",
    }
    one = case.ask("GetConfiguration", {"key": ["SupportedFeatureProfiles"]})
    assert one["configurationKey"] == [named["SupportedFeatureProfiles"]]


def test_tc_021_change_configuration(case, stage):
    """OCPP 1.6 §5.3: what was set is what is told."""
    case.set("MeterValueSampleInterval", 17)
    told = case.ask("GetConfiguration", {"key": ["MeterValueSampleInterval"]})
    (entry,) = told["configurationKey"]
    assert entry == {"key": "MeterValueSampleInterval", "readonly": False, "value": "17"}


def test_tc_032_1_power_failure_stopped_before_going_down(case, stage):
    """OCPP 1.6 §4.9: this station has no power left to say it; the stop is PowerLoss all the same,
    with the register and a time of before the failure."""
    stage.charge(30)
    register_wh = stage.meter_wh
    gone_s = stage.clock.utc_s()
    stage.power_cut()
    stage.advance(60)
    case.skip()
    stage.start()
    case.next("BootNotification")
    stop = case.next("StopTransaction", reason="PowerLoss", meterStop=register_wh)
    assert stage.seconds(stop["timestamp"]) <= gone_s


def test_tc_032_2_power_failure_stopped_after_the_boot(case, stage):
    """OCPP 1.6 §4.9: after the boot StopTransaction PowerLoss, and Finishing with the plug in."""
    stage.charge(30)
    stage.power_cut()
    stage.advance(5)
    case.skip()
    stage.start()
    case.next("BootNotification")
    case.next("StopTransaction", reason="PowerLoss")
    assert len(stage.sessions()) == 1
    stage.until_status("Finishing", 30)
    stage.vehicle.unplug()
    case.status("Available")


def test_tc_034_power_failure_with_a_connector_unavailable(case, stage):
    """OCPP 1.6 §5.2: Inoperative is kept."""
    case.ask("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}, status="Accepted")
    case.status("Unavailable", 0)
    case.status("Unavailable", 1)
    stage.power_cut()
    stage.advance(5)
    case.skip()
    stage.start()
    case.next("BootNotification")
    case.status("Unavailable", 0)
    case.status("Unavailable", 1)
    case.ask("ChangeAvailability", {"connectorId": 0, "type": "Operative"}, status="Accepted")
    case.status("Available", 0)
    case.status("Available", 1)


def test_tc_040_1_configuration_key_not_supported(case, stage):
    """OCPP 1.6 §5.3."""
    case.set("NoSuchKeyAtAll", "1", status="NotSupported")


def test_tc_040_2_configuration_value_invalid(case, stage):
    """OCPP 1.6 §5.3: Rejected, and the value stays."""
    before = case.setting("MeterValueSampleInterval")
    for value in ("-1", "many", ""):
        case.set("MeterValueSampleInterval", value, status="Rejected")
    assert case.setting("MeterValueSampleInterval") == before


def test_tc_041_fault_behaviour(case, stage):
    """OCPP 1.6 §4.9 A9, I1: Faulted with its code, and back to what was before."""
    stage.world.fault("earth_lost")
    case.status("Faulted", errorCode="GroundFailure")
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.advance(10)
    assert not stage.contactor.closed and stage.csms.sessions(IDENTITY) == []
    stage.vehicle.unplug()
    stage.advance(2)
    stage.world.clear_fault("earth_lost")
    case.status("Available", timeout_s=120, errorCode="NoError")
