"""OCTT, RemoteTrigger: the answer first, then what was asked for."""

import json

from host_tests.harness.stage import IDENTITY


def trigger(case, message, status="Accepted", **more):
    """TriggerMessage; what it brings must leave after its answer."""
    case.ask("TriggerMessage", {"requestedMessage": message, **more}, status=status)


def comes_after_its_answer(case, stage, action):
    """The first call of ``action`` after the last TriggerMessage left after the answer."""
    frames = [(way, json.loads(raw)) for way, _, raw in stage.csms.frames(IDENTITY)]
    asked = max(
        at
        for at, (way, frame) in enumerate(frames)
        if way == "sent" and frame[2] == "TriggerMessage"
    )
    told = [frame for way, frame in frames[asked + 1 :] if way == "received"]
    answer = next(at for at, frame in enumerate(told) if frame[1] == frames[asked][1][1])
    came = next(at for at, frame in enumerate(told) if frame[0] == 2 and frame[2] == action)
    assert answer < came


def test_tc_054_triggermessage(case, stage):
    """OCPP 1.6 §5.17: each message that there is; without a connector, of all."""
    number = charging(case, stage)
    trigger(case, "MeterValues", connectorId=1)
    values = case.next("MeterValues", connectorId=1, transactionId=number)
    comes_after_its_answer(case, stage, "MeterValues")
    samples = [sample for told in values["meterValue"] for sample in told["sampledValue"]]
    assert {sample["context"] for sample in samples} == {"Trigger"}
    trigger(case, "Heartbeat")
    case.next("Heartbeat")
    comes_after_its_answer(case, stage, "Heartbeat")
    trigger(case, "StatusNotification", connectorId=1)
    case.status("Charging")
    trigger(case, "StatusNotification")
    case.status("Available", 0)
    case.status("Charging", 1)
    for message in ("DiagnosticsStatusNotification", "FirmwareStatusNotification"):
        trigger(case, message)
        case.next(message, status="Idle")
    trigger(case, "BootNotification", status="Rejected")


def charging(case, stage):
    """A session; its transactionId."""
    stage.charge(5)
    case.skip()
    return stage.sessions()[-1]["transaction_id"]


def test_tc_055_triggermessage_rejected(case, stage):
    """OCPP 1.6 §5.17: a connector that there is not, and nothing comes."""
    trigger(case, "MeterValues", status="Rejected", connectorId=7)
    case.silent("MeterValues", 5)
