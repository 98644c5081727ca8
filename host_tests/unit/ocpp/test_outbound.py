"""ocpp/v16/outbound: our events in OCPP's words, by the official schemas."""

import pytest

from chargepoint.ocpp.v16 import outbound
from host_tests.unit.ocpp.bench import UTC_S, assert_official, new_settings


class Happening:
    """An event of the journal."""

    def __init__(self, kind, transaction=7, **body):
        self.kind, self.connector, self.transaction, self.body = kind, 2, transaction, body


EVERYTHING = [
    ["energy_wh", 0, 12345],
    ["export_wh", 0, 0],
    ["power_w", 0, 11040],
    ["power_w", 1, -3],
    ["current_ma", 1, 16000],
    ["current_ma", 2, 5],
    ["offered_ma", 0, 16000],
    ["voltage_mv", 3, 230_150],
    ["frequency_mhz", 0, 49_990],
    ["interval_wh", 0, 250],
    ["reactive_var", 0, -12],
    ["factor_milli", 0, 985],
    ["offered_w", 0, 11_040],
    ["celsius_mc", 0, 31_500],
]


def rendered(event, transaction_id=55, utc_s=UTC_S):
    action, payload = outbound.render(event, transaction_id, utc_s)
    assert_official(action, payload)
    return action, payload


def test_start_is_rendered_with_its_own_register_and_time():
    action, payload = rendered(Happening("STARTED", tag="A1", meter_wh=100), None)
    assert action == "StartTransaction"
    assert payload == {
        "connectorId": 2,
        "idTag": "A1",
        "meterStart": 100,
        "timestamp": "2025-11-24T16:00:00Z",
    }


def test_readings_carry_measurand_unit_phase_and_context():
    """OCPP 1.6 §7.28-7.33."""
    event = Happening("SAMPLED", context="periodic", values=EVERYTHING)
    action, payload = rendered(event)
    samples = payload["meterValue"][0]["sampledValue"]
    assert action == "MeterValues" and payload["transactionId"] == 55
    short = [(s["measurand"], s["value"], s.get("unit"), s.get("phase")) for s in samples]
    assert short == [
        ("Energy.Active.Import.Register", "12345", "Wh", None),
        ("Energy.Active.Export.Register", "0", "Wh", None),
        ("Power.Active.Import", "11040", "W", None),
        ("Power.Active.Import", "-3", "W", "L1"),
        ("Current.Import", "16.0", "A", "L1"),
        ("Current.Import", "0.005", "A", "L2"),
        ("Current.Offered", "16.0", "A", None),
        ("Voltage", "230.15", "V", "L3-N"),
        ("Frequency", "49.99", None, None),
        ("Energy.Active.Import.Interval", "250", "Wh", None),
        ("Power.Reactive.Import", "-12", "var", None),
        ("Power.Factor", "0.985", None, None),
        ("Power.Offered", "11040", "W", None),
        ("Temperature", "31.5", "Celcius", None),
    ]
    assert [s["measurand"] for s in samples if "location" in s] == ["Temperature"]
    assert {s["context"] for s in samples} == {"Sample.Periodic"}


def test_reading_outside_a_transaction_names_none():
    values = [["energy_wh", 0, 1]]
    event = Happening("SAMPLED", transaction=None, context="clock", values=values)
    assert "transactionId" not in rendered(event, None)[1]


@pytest.mark.parametrize("kind", ["SAMPLED", "STOPPED"])
def test_transaction_whose_start_was_never_answered_is_minus_one(kind):
    """OCPP 1.6 §4.8."""
    values = [["energy_wh", 0, 1]]
    event = Happening(
        kind, context="periodic", values=values, tag=None, reason="local", meter_wh=1
    )
    assert rendered(event, None)[1]["transactionId"] == -1


@pytest.mark.parametrize(
    "reason, said",
    [
        ("local", "Local"),
        ("remote", "Remote"),
        ("deauthorised", "DeAuthorized"),
        ("unplugged", "EVDisconnected"),
        ("power_loss", "PowerLoss"),
        ("soft_reset", "SoftReset"),
        ("hard_reset", "HardReset"),
        ("unlock", "UnlockCommand"),
        ("emergency", "EmergencyStop"),
        ("reboot", "Reboot"),
        ("other", "Other"),
    ],
)
def test_stop_says_each_reason(reason, said):
    event = Happening("STOPPED", tag=None, reason=reason, meter_wh=900)
    action, payload = rendered(event, 0)
    assert action == "StopTransaction"
    assert (payload["reason"], payload["transactionId"], payload["meterStop"]) == (said, 0, 900)
    assert "idTag" not in payload and "transactionData" not in payload


def test_stop_carries_its_card_and_its_readings():
    event = Happening("STOPPED", tag="A1", reason="local", meter_wh=900, values=EVERYTHING)
    payload = rendered(event)[1]
    assert payload["idTag"] == "A1"
    assert payload["transactionData"][0]["sampledValue"][0]["context"] == "Transaction.End"


def test_stop_tells_begin_and_what_lay_between_before_the_end():
    """OCPP 1.6 §6.45, §9.1.30: transactionData, each reading with its own time and context."""
    values = [["energy_wh", 0, 900]]
    values += [["at", 0, UTC_S - 100], ["energy_wh", 0, 100]]
    values += [["at", 1, -40], ["energy_wh", 0, 500], ["power_w", 1, 7]]
    values += [["at", 2, 0], ["energy_wh", 0, 600]]
    event = Happening("STOPPED", tag=None, reason="local", meter_wh=900, values=values)
    told = rendered(event)[1]["transactionData"]
    short = [
        (each["timestamp"][11:], [(s["context"], s["value"]) for s in each["sampledValue"]])
        for each in told
    ]
    assert short == [
        ("15:58:20Z", [("Transaction.Begin", "100")]),
        ("15:59:20Z", [("Sample.Periodic", "500"), ("Sample.Periodic", "7")]),
        ("16:00:00Z", [("Sample.Clock", "600")]),
        ("16:00:00Z", [("Transaction.End", "900")]),
    ]


def test_stop_carries_signed_texts_unchanged():
    """OCA, Signed Meter Values: format SignedData; a signature covers each byte."""
    texts = {"begin": 'OCMF|{"FV":"1.0","é":"\\/"}|{"SD":"30"}', "end": 'OCMF|{"PG":"T2"}|{}'}
    event = Happening("STOPPED", tag=None, reason="local", meter_wh=9, signed=texts)
    event.body["values"] = [["at", 0, UTC_S - 100]]
    told = rendered(event)[1]["transactionData"]
    assert [each["sampledValue"] for each in told] == [
        [
            {
                "value": texts[word],
                "context": context,
                "format": "SignedData",
                "measurand": "Energy.Active.Import.Register",
            }
        ]
        for word, context in (("begin", "Transaction.Begin"), ("end", "Transaction.End"))
    ]


def test_stop_with_a_begin_that_told_nothing_leaves_it_away():
    """An empty sampledValue breaks some back ends (back-ends.md §1)."""
    event = Happening("STOPPED", tag=None, reason="local", meter_wh=9, values=[["at", 0, 5]])
    assert "transactionData" not in rendered(event)[1]


def test_event_without_any_clock_shows_1970():
    assert rendered(Happening("STARTED", tag="A", meter_wh=0), None, None)[1]["timestamp"] == (
        "1970-01-01T00:00:00Z"
    )


def test_boot_leaves_away_what_is_not_known():
    payload = outbound.boot(new_settings(MeterSerialNumber="M-1"))
    assert_official("BootNotification", payload)
    assert payload["meterSerialNumber"] == "M-1" and "iccid" not in payload


def test_authorize_and_triggered_readings_are_official():
    assert_official("Authorize", outbound.authorize("A" * 20))
    for transaction_id in (None, 0, 5):
        payload = outbound.meter_values(1, transaction_id, "trigger", EVERYTHING, UTC_S)
        assert_official("MeterValues", payload)
        assert payload.get("transactionId") == transaction_id
    assert_official("MeterValues", outbound.meter_values(1, None, "trigger", EVERYTHING, None))


@pytest.mark.parametrize(
    "value, text",
    [(0, "0.0"), (1, "0.001"), (-1, "-0.001"), (16000, "16.0"), (-2500, "-2.5"), (99, "0.099")],
)
def test_thousandths_are_written_without_a_float(value, text):
    assert outbound.thousandths_text(value) == text
