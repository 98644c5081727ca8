"""OCTT, Core: transactions from the plug and the card to the stop, on line and off line."""

from host_tests.harness.stage import CARD_TAG


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
