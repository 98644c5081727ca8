"""OCTT, Reservation: one connector or any, for an idTag or its family, until used or over."""

import pytest

from host_tests.harness.stage import CARD, CARD_TAG

GUEST = bytes.fromhex("AABBCCDD")
GUEST_TAG = "AABBCCDD"


@pytest.fixture
def stage(make_ready):
    """A station that the guest may use as well."""
    stage = make_ready()
    stage.csms.add_card(GUEST_TAG)
    return stage


def request(stage, connector=1, for_s=600, **fields):
    """The payload of ReserveNow."""
    until = stage.time_text(for_s)
    return {
        "connectorId": connector,
        "expiryDate": until,
        "idTag": CARD_TAG,
        "reservationId": 5,
        **fields,
    }


def reserve(case, stage, connector=1, **fields):
    """ReserveNow that is accepted, and the connector Reserved."""
    case.ask("ReserveNow", request(stage, connector, **fields), status="Accepted")
    case.status("Reserved")


def test_tc_046_1_connector_local_start(case, stage):
    """OCPP 1.6 §5.13: another card is refused, and the reserved one begins; A7, G2."""
    reserve(case, stage)
    stage.tap(GUEST)
    case.silent("StartTransaction", 5)
    assert case.so_far("StatusNotification") == []
    stage.tap()
    case.status("Preparing")
    stage.vehicle.plug_in(amps=16)
    case.next("StartTransaction", idTag=CARD_TAG, connectorId=1, reservationId=5)
    case.status("Charging")


def test_tc_046_2_connector_remote_start(case, stage):
    """OCPP 1.6 §5.13: RemoteStartTransaction with the reserved idTag."""
    reserve(case, stage)
    start = {"idTag": GUEST_TAG, "connectorId": 1}
    case.ask("RemoteStartTransaction", start, status="Rejected")
    start = {"idTag": CARD_TAG, "connectorId": 1}
    case.ask("RemoteStartTransaction", start, status="Accepted")
    case.status("Preparing")
    stage.vehicle.plug_in(amps=16)
    case.next("StartTransaction", idTag=CARD_TAG, reservationId=5)
    case.status("Charging")


def test_tc_047_expires(case, stage):
    """OCPP 1.6 §5.13: at expiryDate the connector is Available again; G1."""
    reserve(case, stage, for_s=30)
    assert case.so_far("StatusNotification") == []
    case.status("Available", timeout_s=35)
    stage.vehicle.plug_in(amps=16)
    stage.tap(GUEST)
    start = case.next("StartTransaction", idTag=GUEST_TAG)
    assert "reservationId" not in start


def test_tc_048_1_connector_faulted(case, stage):
    """OCPP 1.6 §5.13: Faulted."""
    stage.world.fault("pilot_earth_short")
    case.status("Faulted")
    case.ask("ReserveNow", request(stage), status="Faulted")


def test_tc_048_2_connector_occupied(case, stage):
    """OCPP 1.6 §5.13: Occupied while someone is there, and while it is reserved already."""
    stage.vehicle.plug_in(amps=16)
    case.status("Preparing")
    case.ask("ReserveNow", request(stage), status="Occupied")
    stage.tap(GUEST)
    case.status("Charging")
    case.ask("ReserveNow", request(stage), status="Occupied")


def test_tc_048_3_connector_unavailable(case, stage):
    """OCPP 1.6 §5.13: Unavailable."""
    change = {"connectorId": 1, "type": "Inoperative"}
    case.ask("ChangeAvailability", change, status="Accepted")
    case.status("Unavailable")
    case.ask("ReserveNow", request(stage), status="Unavailable")


def test_tc_048_4_connector_rejected(case, stage):
    """OCPP 1.6 §5.13: the station is configured not to accept reservations."""
    case.set("ReservationEnabled", "false")
    case.ask("ReserveNow", request(stage), status="Rejected")
    case.silent("StatusNotification", 5)


def test_tc_049_station_transaction(case, make_ready):
    """OCPP 1.6 §5.13: with connector 0 the last free connector is kept for the holder."""
    stage = make_ready()
    assert case.setting("ReserveConnectorZeroSupported") == "true"
    reserve(case, stage, connector=0)
    stage.tap()
    case.status("Preparing")
    stage.vehicle.plug_in(amps=16)
    case.next("StartTransaction", idTag=CARD_TAG, connectorId=1, reservationId=5)
    case.status("Charging")


def test_tc_050_1_station_faulted(case, stage):
    """OCPP 1.6 §5.13: no connector that is not Faulted."""
    stage.world.fault("pilot_earth_short")
    case.status("Faulted")
    case.ask("ReserveNow", request(stage, connector=0), status="Faulted")


def test_tc_050_2_station_occupied(case, stage):
    """OCPP 1.6 §5.13: no connector is free."""
    stage.vehicle.plug_in(amps=16)
    stage.tap(GUEST)
    case.status("Preparing")
    case.status("Charging")
    case.ask("ReserveNow", request(stage, connector=0), status="Occupied")


def test_tc_050_3_station_unavailable(case, stage):
    """OCPP 1.6 §5.13: Unavailable."""
    change = {"connectorId": 0, "type": "Inoperative"}
    case.ask("ChangeAvailability", change, status="Accepted")
    case.status("Unavailable")
    case.ask("ReserveNow", request(stage, connector=0), status="Unavailable")


def test_tc_050_4_station_rejected(case, make_ready):
    """OCPP 1.6 §5.13: without ReserveConnectorZeroSupported."""
    stage = make_ready(settings={"ReserveConnectorZeroSupported": "false"})
    case.ask("ReserveNow", request(stage, connector=0), status="Rejected")
    case.ask("ReserveNow", request(stage, connector=1), status="Accepted")


def test_tc_051_cancel(case, stage):
    """OCPP 1.6 §5.1: Available again, for everyone; G1."""
    reserve(case, stage)
    case.ask("CancelReservation", {"reservationId": 5}, status="Accepted")
    case.status("Available")
    stage.vehicle.plug_in(amps=16)
    stage.tap(GUEST)
    start = case.next("StartTransaction", idTag=GUEST_TAG)
    assert "reservationId" not in start
    case.status("Charging")


def test_tc_052_cancel_rejected(case, stage):
    """OCPP 1.6 §5.1: another number; the reservation stands."""
    reserve(case, stage)
    case.ask("CancelReservation", {"reservationId": 6}, status="Rejected")
    stage.tap(GUEST)
    case.silent("StatusNotification", 5)


@pytest.fixture
def family(stage):
    """A station, and two cards of one family."""
    for tag in (CARD_TAG, GUEST_TAG):
        stage.csms.add_card(tag, parent="FAMILY")
    return stage


def test_tc_053_1_parent_local(case, family):
    """OCPP 1.6 §5.13: a card of the same parent, which Authorize tells."""
    reserve(case, family, parentIdTag="FAMILY")
    family.tap(GUEST)
    case.next("Authorize", idTag=GUEST_TAG)
    case.status("Preparing")
    family.vehicle.plug_in(amps=16)
    case.next("StartTransaction", idTag=GUEST_TAG, reservationId=5)
    case.status("Charging")


@pytest.mark.parametrize("always", ["true", "false"])
def test_tc_053_2_parent_remote(case, family, always):
    """OCPP 1.6 §5.13: the parent has to be asked for, whatever AuthorizeRemoteTxRequests says."""
    case.set("AuthorizeRemoteTxRequests", always)
    reserve(case, family, parentIdTag="FAMILY")
    start = {"idTag": GUEST_TAG, "connectorId": 1}
    case.ask("RemoteStartTransaction", start, status="Accepted")
    case.next("Authorize", idTag=GUEST_TAG)
    case.status("Preparing")
    family.vehicle.plug_in(amps=16)
    case.next("StartTransaction", idTag=GUEST_TAG, reservationId=5)
    case.status("Charging")


def test_reserved_tag_is_the_one_of_the_payload(case, stage):
    """OCPP 1.6 §7.28: idTags are compared without regard to case."""
    reserve(case, stage, idTag=GUEST_TAG.lower())
    stage.tap(CARD)
    case.silent("StatusNotification", 5)
    stage.tap(GUEST)
    case.status("Preparing")
