"""A driver has reserved: what the others meet, and what becomes of it (OCPP 1.6 §5.13, §5.1)."""

import pytest

from host_tests.harness.stage import CARD, CARD_TAG, IDENTITY

GUEST = bytes.fromhex("AABBCCDD")
GUEST_TAG = "AABBCCDD"


@pytest.fixture
def stage(make_stage):
    stage = make_stage().ready()
    stage.csms.add_card(GUEST_TAG)
    return stage


def call(stage, action, payload):
    """The answer to a call of the back end."""
    pending = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: pending.done, 30, action)
    assert pending.error is None
    return pending.result["status"]


def reserve(stage, number=5, for_s=600, connector=1, **fields):
    """ReserveNow for the first card; the answer's status."""
    until = stage.time_text(for_s)
    payload = {"connectorId": connector, "expiryDate": until, "idTag": CARD_TAG}
    return call(stage, "ReserveNow", {**payload, "reservationId": number, **fields})


def cancel(stage, number=5):
    """CancelReservation; the answer's status."""
    return call(stage, "CancelReservation", {"reservationId": number})


def starts(stage):
    """(idTag, reservationId) of each StartTransaction."""
    told = stage.csms.calls(IDENTITY, "StartTransaction")
    return [(each["idTag"], each.get("reservationId")) for each in told]


def test_others_vehicle_is_refused_and_the_holders_begins(stage):
    """A7, G2: Reserved stays while a stranger is plugged in, and while his card is refused."""
    assert reserve(stage) == "Accepted"
    stage.until_status("Reserved", 5)
    stage.vehicle.plug_in(amps=16)
    stage.tap(GUEST)
    stage.advance(8)
    assert not stage.contactor.closed and stage.status() == "Reserved"
    stage.vehicle.unplug()
    stage.advance(5)
    stage.vehicle.plug_in(amps=16)
    stage.tap(CARD)
    stage.until_status("Charging")
    assert starts(stage) == [(CARD_TAG, 5)]
    assert stage.csms.statuses(IDENTITY, 1)[-3:] == ["Reserved", "Preparing", "Charging"]


def test_reservation_of_zero_is_used_up_as_well(stage):
    """With one connector, connector 0 is the same promise."""
    assert reserve(stage, connector=0) == "Accepted"
    stage.until_status("Reserved", 5)
    stage.tap(GUEST)
    stage.advance(5)
    assert stage.status() == "Reserved"
    stage.charge(5)
    assert starts(stage) == [(CARD_TAG, 5)] and cancel(stage) == "Rejected"


def test_card_that_no_vehicle_follows_leaves_the_reservation(make_stage):
    """ConnectionTimeOut after the reserved id: B1, then Reserved again, for no start ended it."""
    stage = make_stage(settings={"ConnectionTimeOut": "10"}).ready()
    reserve(stage)
    stage.until_status("Reserved", 5)
    stage.tap()
    stage.until_status("Preparing", 10)
    stage.until_status("Reserved", 20)
    assert stage.csms.statuses(IDENTITY, 1)[-3:] == ["Preparing", "Available", "Reserved"]
    stage.charge(5)
    assert starts(stage) == [(CARD_TAG, 5)]


def test_reservation_survives_a_power_cut_and_a_reset(stage):
    """What was promised is kept; the back end is told that it still is."""
    reserve(stage)
    stage.power_cut()
    stage.advance(5)
    stage.start()
    stage.advance(20)
    assert stage.status() == "Reserved"
    call(stage, "Reset", {"type": "Soft"})
    stage.until(lambda: stage.restarts == 1, 30, "a restart")
    stage.advance(20)
    assert stage.status() == "Reserved"
    stage.charge(5)
    assert starts(stage) == [(CARD_TAG, 5)]


def test_reservation_expires_without_power(stage):
    """The time that passes while the station is off counts."""
    reserve(stage, for_s=60)
    stage.power_cut()
    stage.advance(61)
    stage.start()
    stage.until(lambda: stage.facts()["registration"] == "accepted", 30, "accepted")
    stage.advance(5)
    assert stage.status() == "Available" and cancel(stage) == "Rejected"


def test_reservation_holds_and_is_used_off_line(make_stage):
    """The list knows the holder; StartTransaction tells the number when the link is back."""
    settings = {"AllowOfflineTxForUnknownId": "true"}
    stage = make_stage(settings=settings).ready()
    reserve(stage)
    stage.csms.stop()
    stage.advance(5)
    stage.vehicle.plug_in(amps=16)
    stage.tap(GUEST)
    stage.advance(8)
    assert not stage.contactor.closed
    stage.tap(CARD)
    stage.until(lambda: stage.contactor.closed, 60, "energy")
    stage.csms.start()
    stage.until(lambda: starts(stage), 120, "the start")
    assert starts(stage) == [(CARD_TAG, 5)]


def test_reservation_ends_with_a_fault(stage):
    """G9, and §5.13: a connector that is Faulted is no one's."""
    reserve(stage)
    stage.until_status("Reserved", 5)
    stage.world.fault("pilot_earth_short")
    stage.until_status("Faulted", 10)
    stage.world.clear_fault("pilot_earth_short")
    stage.until_status("Available", 60)
    assert cancel(stage) == "Rejected"


def test_reservation_ends_with_the_service(stage):
    """G8, and §5.13: so is one that is Unavailable."""
    reserve(stage)
    stage.until_status("Reserved", 5)
    change = {"connectorId": 1, "type": "Inoperative"}
    assert call(stage, "ChangeAvailability", change) == "Accepted"
    stage.until_status("Unavailable", 5)
    call(stage, "ChangeAvailability", {"connectorId": 1, "type": "Operative"})
    stage.until_status("Available", 5)
    assert cancel(stage) == "Rejected"


def test_reserved_card_that_the_back_end_refuses_does_not_begin(stage):
    """§5.13 admits the idTag; who is Blocked stays so."""
    stage.csms.add_card(CARD_TAG, status="Blocked")
    reserve(stage)
    stage.vehicle.plug_in(amps=16)
    stage.tap(CARD)
    stage.advance(8)
    assert not stage.contactor.closed and stage.status() == "Reserved"
    assert cancel(stage) == "Accepted"


def test_cancelled_while_the_holder_waits_for_his_plug(stage):
    """His card was accepted already: he begins, and no reservation is told."""
    reserve(stage)
    stage.until_status("Reserved", 5)
    stage.tap(CARD)
    stage.until_status("Preparing", 10)
    assert cancel(stage) == "Accepted"
    stage.vehicle.plug_in(amps=16)
    stage.until_status("Charging")
    assert starts(stage) == [(CARD_TAG, None)]


def test_replaced_reservation_is_told_by_its_number(stage):
    """§5.13: the same number again, for another."""
    reserve(stage)
    assert reserve(stage, idTag=GUEST_TAG) == "Accepted"
    assert reserve(stage, number=6) == "Occupied"
    stage.vehicle.plug_in(amps=16)
    stage.tap(CARD)
    stage.advance(8)
    assert not stage.contactor.closed
    stage.tap(GUEST)
    stage.until_status("Charging")
    assert starts(stage) == [(GUEST_TAG, 5)]


def test_reservation_for_the_past_is_rejected(stage):
    """Own: nothing is promised that is over."""
    assert reserve(stage, for_s=-5) == "Rejected"
    stage.advance(2)
    assert stage.status() == "Available"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("connectorId", 3, "PropertyConstraintViolation"),
        ("connectorId", -1, "PropertyConstraintViolation"),
        ("expiryDate", "tomorrow", "PropertyConstraintViolation"),
        ("reservationId", "5", "TypeConstraintViolation"),
        ("idTag", "A" * 21, "PropertyConstraintViolation"),
        ("parentIdTag", None, "TypeConstraintViolation"),
    ],
)
def test_wrong_reservation_is_an_error_that_changes_nothing(stage, field, value, code):
    """OCPP-J 1.6 §4.2.3."""
    until = stage.time_text(600)
    good = {"connectorId": 1, "expiryDate": until, "idTag": CARD_TAG, "reservationId": 5}
    pending = stage.csms.call(IDENTITY, "ReserveNow", {**good, field: value})
    stage.until(lambda: pending.done, 30, "an answer")
    assert pending.error[0] == code
    stage.advance(2)
    assert stage.status() == "Available" and cancel(stage) == "Rejected"
