"""Two connectors and one reader: each for itself, and the station (connector 0) for both."""

import pytest

from host_tests.harness.stage import CARD, CARD_TAG, IDENTITY

pytestmark = pytest.mark.connectors(2)

GUEST = bytes.fromhex("AABBCCDD")
GUEST_TAG = "AABBCCDD"
CARDS = {1: CARD, 2: GUEST}
TAGS = {1: CARD_TAG, 2: GUEST_TAG}


@pytest.fixture
def stage(make_stage):
    return ready(make_stage)


def ready(make_stage, **options):
    """A station with two connectors, both free, and two cards."""
    stage = make_stage(connectors=2, **options).ready()
    stage.csms.add_card(GUEST_TAG)
    stage.until(lambda: stage.status(2) == "Available", 10, "connector 2")
    return stage


def call(stage, action, **payload):
    """The status that the station answers with."""
    pending = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: pending.done, 30, action)
    assert pending.error is None, pending.error
    return pending.result["status"]


def availability(stage, connector, kind):
    return call(stage, "ChangeAvailability", connectorId=connector, type=kind)


def vehicle(stage, number):
    return stage.world.connectors[number].vehicle


def closed(stage):
    """The numbers of the connectors with energy."""
    return [n for n, outlet in stage.world.connectors.items() if outlet.contactor.closed]


def statuses(stage):
    """What the back end was last told of 0, 1 and 2."""
    return [stage.status(number) for number in (0, 1, 2)]


def until_statuses(stage, *wanted, timeout_s=30):
    stage.until(lambda: statuses(stage) == list(wanted), timeout_s, str(wanted))


def charge(stage, number):
    """The driver of connector ``number`` plugs in and taps."""
    vehicle(stage, number).plug_in(amps=8)
    stage.tap(CARDS[number])
    stage.until(lambda: number in closed(stage), 60, f"energy at {number}")


def charge_both(stage):
    for number in (1, 2):
        charge(stage, number)
    until_statuses(stage, "Available", "Charging", "Charging")


def sessions(stage):
    """The sessions by connector; each connector had one."""
    told = {each["connector"]: each for each in stage.sessions()}
    assert len(told) == len(stage.sessions())
    return told


def since(stage, action, count):
    """What was said after the first ``count`` calls of ``action``."""
    return stage.csms.calls(IDENTITY, action)[count:]


def count(stage, action):
    return len(stage.csms.calls(IDENTITY, action))


# -- availability and statuses --------------------------------------------------------------------


def test_each_connector_is_taken_out_of_service_for_itself(stage):
    """OCPP 1.6 §5.2: the other one, and the station, stay."""
    assert availability(stage, 2, "Inoperative") == "Accepted"
    until_statuses(stage, "Available", "Available", "Unavailable")
    vehicle(stage, 2).plug_in(amps=8)
    stage.tap(GUEST)
    stage.advance(8)
    assert closed(stage) == []
    charge(stage, 1)
    assert availability(stage, 2, "Operative") == "Accepted"
    until_statuses(stage, "Available", "Charging", "Preparing")


def test_zero_takes_all_out_of_service_and_back(stage):
    """OCPP 1.6 §5.2: 0 is the station and all of its connectors; it survives a reboot."""
    assert availability(stage, 0, "Inoperative") == "Accepted"
    until_statuses(stage, "Unavailable", "Unavailable", "Unavailable")
    stage.power_cut()
    stage.start()
    stage.advance(20)
    assert statuses(stage) == ["Unavailable"] * 3
    assert availability(stage, 0, "Operative") == "Accepted"
    until_statuses(stage, "Available", "Available", "Available")


def test_zero_waits_for_the_transaction_and_the_free_connector_does_not(stage):
    """OCPP 1.6 §5.2: Scheduled, while idle connectors become Unavailable at once."""
    charge(stage, 1)
    assert availability(stage, 0, "Inoperative") == "Scheduled"
    until_statuses(stage, "Available", "Charging", "Unavailable")
    stage.tap(GUEST)
    stage.advance(5)
    assert closed(stage) == [1]
    stage.tap(CARD)
    until_statuses(stage, "Unavailable", "Unavailable", "Unavailable")
    assert sessions(stage)[1]["reason"] == "Local"


def test_scheduled_change_is_taken_back_in_time(stage):
    """OCPP 1.6 §5.2: the last word counts."""
    charge_both(stage)
    assert availability(stage, 0, "Inoperative") == "Scheduled"
    assert availability(stage, 0, "Operative") == "Accepted"
    stage.tap(CARD)
    until_statuses(stage, "Available", "Finishing", "Charging")


def test_zero_knows_three_statuses(stage):
    """OCPP 1.6 §4.9: what happens at a connector is not the station's; nor is its fault."""
    charge(stage, 1)
    stage.world.fault("pilot_earth_short", 2)
    until_statuses(stage, "Available", "Charging", "Faulted")
    assert closed(stage) == [1]
    stage.world.clear_fault("pilot_earth_short", 2)
    until_statuses(stage, "Available", "Charging", "Available", timeout_s=60)
    assert set(stage.csms.statuses(IDENTITY, 0)) == {"Available"}


def test_reader_that_is_gone_is_a_warning_of_the_station(stage):
    """Errata 3.19: who charges goes on charging, the error is told of 0."""
    charge_both(stage)
    stage.world.fault("reader_absent")
    stage.advance(30)
    told = stage.csms.calls(IDENTITY, "StatusNotification")[-1]
    assert (told["connectorId"], told["errorCode"]) == (0, "ReaderFailure")
    assert statuses(stage) == ["Available", "Charging", "Charging"] and closed(stage) == [1, 2]


# -- what the back end asks -----------------------------------------------------------------------


def test_remote_start_without_a_connector_takes_the_vehicle_that_waits(stage):
    """OCPP 1.6 §5.11: the station chooses."""
    vehicle(stage, 2).plug_in(amps=8)
    until_statuses(stage, "Available", "Available", "Preparing")
    assert call(stage, "RemoteStartTransaction", idTag=CARD_TAG) == "Accepted"
    stage.until(lambda: closed(stage) == [2], 30, "energy at 2")
    assert call(stage, "RemoteStartTransaction", idTag=GUEST_TAG) == "Accepted"
    vehicle(stage, 1).plug_in(amps=8)
    stage.until(lambda: closed(stage) == [1, 2], 30, "energy at both")
    assert [sessions(stage)[n]["id_tag"] for n in (1, 2)] == [GUEST_TAG, CARD_TAG]
    assert call(stage, "RemoteStartTransaction", idTag="THIRD") == "Rejected"


@pytest.mark.parametrize("connector", [0, 3, -1])
def test_remote_start_of_a_connector_that_there_is_not_is_rejected(stage, connector):
    """OCPP 1.6 §5.11, OCTT TC_027."""
    start = {"idTag": CARD_TAG, "connectorId": connector}
    assert call(stage, "RemoteStartTransaction", **start) == "Rejected"


def test_remote_stop_ends_the_transaction_that_it_names(stage):
    """OCPP 1.6 §5.12."""
    charge_both(stage)
    number = sessions(stage)[2]["transaction_id"]
    assert call(stage, "RemoteStopTransaction", transactionId=number) == "Accepted"
    until_statuses(stage, "Available", "Charging", "Finishing")
    stage.until(lambda: sessions(stage)[2]["reason"], 20, "a stop")
    assert closed(stage) == [1] and sessions(stage)[2]["reason"] == "Remote"
    assert call(stage, "RemoteStopTransaction", transactionId=number) == "Rejected"


def test_unlock_ends_the_session_of_its_connector_only(stage):
    """OCPP 1.6 §5.18."""
    charge_both(stage)
    assert call(stage, "UnlockConnector", connectorId=2) == "Unlocked"
    until_statuses(stage, "Available", "Charging", "Finishing")
    stage.until(lambda: sessions(stage)[2]["reason"], 20, "a stop")
    assert closed(stage) == [1] and sessions(stage)[2]["reason"] == "UnlockCommand"
    engaged = [outlet.lock.engaged for outlet in stage.world.connectors.values()]
    assert engaged == [True, False]
    assert call(stage, "UnlockConnector", connectorId=0) == "NotSupported"
    assert call(stage, "UnlockConnector", connectorId=3) == "NotSupported"


@pytest.mark.parametrize(("connector", "told"), [(None, [0, 1, 2]), (0, [0]), (2, [2])])
def test_status_is_triggered_for_the_connector_that_is_named(stage, connector, told):
    """OCPP 1.6 §5.17: without a connectorId for all of them."""
    before = count(stage, "StatusNotification")
    named = {} if connector is None else {"connectorId": connector}
    asked = {"requestedMessage": "StatusNotification", **named}
    assert call(stage, "TriggerMessage", **asked) == "Accepted"
    stage.advance(3)
    said = since(stage, "StatusNotification", before)
    assert [each["connectorId"] for each in said] == told


@pytest.mark.parametrize(("connector", "told"), [(None, [1, 2]), (1, [1]), (2, [2])])
def test_readings_are_triggered_for_the_connector_that_is_named(stage, connector, told):
    """OCPP 1.6 §5.17: those of a transaction name it."""
    charge(stage, 2)
    stage.advance(5)
    before = count(stage, "MeterValues")
    named = {} if connector is None else {"connectorId": connector}
    asked = {"requestedMessage": "MeterValues", **named}
    assert call(stage, "TriggerMessage", **asked) == "Accepted"
    stage.advance(3)
    said = since(stage, "MeterValues", before)
    assert [each["connectorId"] for each in said] == told
    transactions = {each["connectorId"]: each.get("transactionId") for each in said}
    assert transactions.get(1) is None
    if 2 in told:
        assert transactions[2] == sessions(stage)[2]["transaction_id"]


@pytest.mark.parametrize("message", ["StatusNotification", "MeterValues"])
def test_trigger_for_a_connector_that_there_is_not_is_rejected(stage, message):
    """OCPP 1.6 §5.17, OCTT TC_055."""
    asked = {"requestedMessage": message, "connectorId": 3}
    assert call(stage, "TriggerMessage", **asked) == "Rejected"


def test_reset_ends_both_sessions(stage):
    """OCPP 1.6 §5.14: SoftReset, for each of them."""
    charge_both(stage)
    assert call(stage, "Reset", type="Soft") == "Accepted"
    stage.until(lambda: stage.restarts == 1, 60, "a restart")
    stage.advance(30)
    assert [sessions(stage)[n]["reason"] for n in (1, 2)] == ["SoftReset"] * 2
    for number, session in sessions(stage).items():
        assert session["meter_stop"] == stage.world.connectors[number].meter.energy_wh


# -- two transactions at a time -------------------------------------------------------------------


def test_readings_name_the_transaction_of_their_connector(make_stage):
    """OCPP 1.6 §4.7."""
    stage = ready(make_stage, settings={"MeterValueSampleInterval": "10"})
    charge_both(stage)
    stage.advance(65)
    ids = {number: session["transaction_id"] for number, session in sessions(stage).items()}
    assert ids[1] != ids[2]
    told = stage.csms.calls(IDENTITY, "MeterValues")
    for number in (1, 2):
        mine = [each["transactionId"] for each in told if each["connectorId"] == number]
        assert len(mine) >= 6 and set(mine) == {ids[number]}


def test_two_sessions_off_line_are_told_in_their_order(make_stage):
    """OCPP 1.6 §4.10: strictly as it happened, each with the id that its start is given then."""
    settings = {"AllowOfflineTxForUnknownId": "true", "MeterValueSampleInterval": "0"}
    stage = ready(make_stage, settings=settings)
    stage.csms.stop()
    stage.advance(5)
    for number in (1, 2):
        charge(stage, number)
        stage.advance(60)
    stage.tap(GUEST)
    stage.until(lambda: closed(stage) == [1], 20, "the end at 2")
    stage.advance(10)
    stage.tap(CARD)
    stage.until(lambda: closed(stage) == [], 20, "the end at 1")
    stage.advance(10)
    stage.csms.start()
    stage.until(lambda: stage.facts()["undelivered"] == 0, 240, "delivery")
    for number, session in sessions(stage).items():
        meter_wh = stage.world.connectors[number].meter.energy_wh
        assert session["id_tag"] == TAGS[number]
        assert session["meter_start"] < session["meter_stop"] == meter_wh
    frames = [raw for way, _, raw in stage.csms.frames(IDENTITY) if way == "received"]
    told = [raw.split('"')[3] for raw in frames if "Transaction" in raw]
    assert told == ["StartTransaction"] * 2 + ["StopTransaction"] * 2
    stops = stage.csms.calls(IDENTITY, "StopTransaction")
    ids = [sessions(stage)[number]["transaction_id"] for number in (2, 1)]
    assert [stop["transactionId"] for stop in stops] == ids


def test_card_of_one_does_not_end_the_session_of_the_other(stage):
    """OCPP 1.6 §4.8."""
    charge(stage, 1)
    stage.tap(GUEST)
    stage.advance(8)
    assert closed(stage) == [1] and stage.status(2) == "Preparing"
    stage.tap(CARD)
    stage.until(lambda: closed(stage) == [], 20, "the end at 1")


# -- reservations ---------------------------------------------------------------------------------


def reserve(stage, connector, number=5, for_s=600, **fields):
    until = stage.time_text(for_s)
    payload = {"connectorId": connector, "expiryDate": until, "idTag": CARD_TAG, **fields}
    return call(stage, "ReserveNow", reservationId=number, **payload)


def test_other_driver_uses_the_connector_that_is_not_reserved(stage):
    """OCPP 1.6 §5.13: the reader serves both; the stranger's card goes to what is free."""
    assert reserve(stage, 1) == "Accepted"
    until_statuses(stage, "Available", "Reserved", "Available")
    stage.tap(GUEST)
    until_statuses(stage, "Available", "Reserved", "Preparing")
    vehicle(stage, 2).plug_in(amps=8)
    until_statuses(stage, "Available", "Reserved", "Charging")
    charge(stage, 1)
    told = stage.csms.calls(IDENTITY, "StartTransaction")
    assert [each.get("reservationId") for each in told] == [None, 5]


def test_holders_card_is_meant_for_the_reserved_connector(stage):
    """Also while a stranger's vehicle waits beside it for its own card."""
    assert reserve(stage, 1) == "Accepted"
    vehicle(stage, 2).plug_in(amps=8)
    stage.advance(3)
    stage.tap(CARD)
    until_statuses(stage, "Available", "Preparing", "Preparing")
    stage.advance(5)
    assert closed(stage) == []
    vehicle(stage, 1).plug_in(amps=8)
    stage.until(lambda: closed(stage) == [1], 30, "energy at 1")
    stage.tap(GUEST)
    stage.until(lambda: closed(stage) == [1, 2], 30, "energy at both")


def test_holder_who_plugs_in_beside_his_place_charges_there(stage):
    """The card goes along; the reservation stays, for no start used it (§5.13)."""
    assert reserve(stage, 1) == "Accepted"
    stage.tap(CARD)
    until_statuses(stage, "Available", "Preparing", "Available")
    vehicle(stage, 2).plug_in(amps=8)
    stage.until(lambda: closed(stage) == [2], 30, "energy at 2")
    until_statuses(stage, "Available", "Reserved", "Charging")
    assert "reservationId" not in stage.csms.calls(IDENTITY, "StartTransaction")[0]


def test_reserved_zero_keeps_whichever_is_left(stage):
    """OCPP 1.6 §5.13: one connector remains free for the holder; which one, the others decide."""
    assert reserve(stage, 0) == "Accepted"
    stage.advance(3)
    assert statuses(stage) == ["Available"] * 3
    charge(stage, 2)
    until_statuses(stage, "Available", "Reserved", "Charging")
    stage.csms.add_card("01020304")
    stage.tap(bytes.fromhex("01020304"))
    stage.advance(5)
    assert stage.status(1) == "Reserved"
    assert call(stage, "RemoteStartTransaction", idTag="01020304") == "Rejected"
    stage.tap(GUEST)
    until_statuses(stage, "Available", "Reserved", "Finishing")
    vehicle(stage, 2).unplug()
    until_statuses(stage, "Available", "Available", "Available")
    vehicle(stage, 2).plug_in(amps=8)
    stage.tap(CARD)
    stage.until(lambda: closed(stage) == [2], 30, "energy at 2")
    assert stage.csms.calls(IDENTITY, "StartTransaction")[1]["reservationId"] == 5
    until_statuses(stage, "Available", "Available", "Charging")


def test_stranger_who_changes_his_connector_is_let(stage):
    """While 0 is reserved: his first connector is free again for the holder."""
    assert reserve(stage, 0) == "Accepted"
    stage.tap(GUEST)
    until_statuses(stage, "Available", "Preparing", "Reserved")
    vehicle(stage, 2).plug_in(amps=8)
    stage.until(lambda: closed(stage) == [2], 30, "energy at 2")
    until_statuses(stage, "Available", "Reserved", "Charging")


def test_fault_beside_leaves_the_station_reserved(stage):
    """I7: the connector that is kept is Reserved again when its fault is over."""
    assert reserve(stage, 0) == "Accepted"
    charge(stage, 2)
    until_statuses(stage, "Available", "Reserved", "Charging")
    stage.world.fault("pilot_earth_short", 1)
    until_statuses(stage, "Available", "Faulted", "Charging")
    stage.world.clear_fault("pilot_earth_short", 1)
    until_statuses(stage, "Available", "Reserved", "Charging", timeout_s=60)


def test_reservations_of_both_and_no_more(stage):
    """OCPP 1.6 §5.13: Occupied when reserved for the same or another."""
    assert reserve(stage, 1, 5) == "Accepted"
    assert reserve(stage, 2, 6, idTag=GUEST_TAG) == "Accepted"
    until_statuses(stage, "Available", "Reserved", "Reserved")
    assert reserve(stage, 0, 7) == "Occupied"
    for number in (1, 2):
        charge(stage, number)
    told = stage.csms.calls(IDENTITY, "StartTransaction")
    assert [each.get("reservationId") for each in told] == [5, 6]


def test_family_card_begins_at_the_reserved_connector_and_ends_nothing(stage):
    """OCPP 1.6 §4.8 and §5.13: a card of the same parent could end the session beside it."""
    for tag in TAGS.values():
        stage.csms.add_card(tag, parent="FAMILY")
    charge(stage, 2)
    assert reserve(stage, 1, idTag="MAMA", parentIdTag="FAMILY") == "Accepted"
    stage.tap(CARD)
    until_statuses(stage, "Available", "Preparing", "Charging")
    vehicle(stage, 1).plug_in(amps=8)
    stage.until(lambda: closed(stage) == [1, 2], 30, "energy at both")
    assert stage.csms.calls(IDENTITY, "StartTransaction")[1]["reservationId"] == 5


def test_remote_start_without_a_connector_goes_where_it_is_reserved(stage):
    """OCPP 1.6 §5.11, §5.13: the station chooses the holder's place, and never another's."""
    assert reserve(stage, 2) == "Accepted"
    assert reserve(stage, 1, 6, idTag="OTHER") == "Accepted"
    assert call(stage, "RemoteStartTransaction", idTag=GUEST_TAG) == "Rejected"
    assert call(stage, "RemoteStartTransaction", idTag=CARD_TAG) == "Accepted"
    vehicle(stage, 2).plug_in(amps=8)
    until_statuses(stage, "Available", "Reserved", "Charging")
    assert stage.csms.calls(IDENTITY, "StartTransaction")[0]["reservationId"] == 5
