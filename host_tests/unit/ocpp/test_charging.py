"""ocpp/v16/charging: the messages of smart charging, and each way to get one wrong."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.core import composition, timing
from chargepoint.core.profiles import Profiles
from chargepoint.ocpp import times
from chargepoint.ocpp.errors import OcppError
from chargepoint.ocpp.v16.charging import Charging
from host_tests.unit.ocpp.bench import (
    UTC_S,
    Charge,
    assert_official,
    new_inbound,
    new_settings,
    official_faults,
)

GOOD = {
    "connectorId": 0,
    "csChargingProfiles": {
        "chargingProfileId": 12,
        "stackLevel": 9,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "startSchedule": "2026-11-25T21:00:00Z",
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.1}],
        },
    },
}


class Facts(dict):
    """A journal of facts on a medium that takes what it is given when ``pending`` says so."""

    pending = 0

    def put(self, name, data):
        self[name] = data


class Supply:
    """The station's side: transaction 5 runs at connector 1, which is 55 to the back end."""

    def __init__(self):
        self.facts = Facts()
        self.profiles = Profiles(self.facts, 2, 12)
        self.looks = 0

    def transaction_id(self, connector):
        return (True, 55) if connector == 1 else (False, None)

    def look(self, connector, unit, at_s, utc_s, now_ms):
        """A limit that changes every ten seconds."""
        self.looks += 1
        return (160 + at_s // 10 * (connector + 1) + unit, connector, 60), 10 - at_s % 10


@pytest.fixture
def supply():
    return Supply()


@pytest.fixture
def utc():
    return [UTC_S]


@pytest.fixture
def ask(supply, utc):
    """Asks as the dialogue does, until the answer is there or ``patience_ms`` has passed."""
    config = new_settings()
    inbound = new_inbound(Charge(), config)
    inbound.add(Charging(supply, config, 2, lambda: utc[0]).actions())

    def ask(action, payload, patience_ms=60_000):
        assert official_faults(action, payload) == []
        answer, now_ms = inbound(action, payload, 1000), 1000
        while callable(answer):
            now_ms += 10
            if now_ms > 1000 + patience_ms:
                return None
            answer = answer(now_ms) or answer
        assert_official(f"{action}Response", answer)
        return answer

    return ask


def changed(path, value):
    """GOOD with another value; a value of None takes the field away."""
    payload = copy.deepcopy(GOOD)
    place = payload
    *way, last = path.split(".")
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return payload


PROFILE = "csChargingProfiles."
SCHEDULE = PROFILE + "chargingSchedule."
PERIODS = SCHEDULE + "chargingSchedulePeriod"


def test_profile_is_kept_as_it_came(ask, supply):
    assert ask("SetChargingProfile", GOOD) == {"status": "Accepted"}
    head = composition.head_of(supply.profiles.slots[0])
    start_s = times.parse("2026-11-25T21:00:00Z")
    assert head[1:6] == (composition.DEFAULT, 0, 9, composition.ABSOLUTE, composition.AMPERES)
    assert head[7:] == (12, start_s, -1, -1, -1, -1)
    assert composition.allowed(supply.profiles.slots, 2, start_s, 0)[0] == 161


@pytest.mark.parametrize(
    "path, value, code",
    [
        ("connectorId", 3, "PropertyConstraintViolation"),
        ("connectorId", -1, "PropertyConstraintViolation"),
        (PROFILE + "stackLevel", -1, "PropertyConstraintViolation"),
        (PROFILE + "chargingProfileId", 2**31, "PropertyConstraintViolation"),
        (PROFILE + "chargingProfileKind", "Recurring", "OccurenceConstraintViolation"),
        (PERIODS, [], "OccurenceConstraintViolation"),
        (PERIODS, [{"startPeriod": 1, "limit": 6}], "PropertyConstraintViolation"),
        (PERIODS, [{"startPeriod": -1, "limit": 6}], "PropertyConstraintViolation"),
        (
            PERIODS,
            [{"startPeriod": 0, "limit": 6}, {"startPeriod": 0, "limit": 7}],
            "PropertyConstraintViolation",
        ),
        (PERIODS + ".0.limit", -0.1, "PropertyConstraintViolation"),
        (PERIODS + ".0.numberPhases", 4, "PropertyConstraintViolation"),
        (PERIODS + ".0.numberPhases", 0, "PropertyConstraintViolation"),
        (SCHEDULE + "duration", -1, "PropertyConstraintViolation"),
        (SCHEDULE + "minChargingRate", -1, "PropertyConstraintViolation"),
    ],
)
def test_profile_that_makes_no_sense_is_an_error_that_names_the_field(
    ask, supply, path, value, code
):
    """Errata 3.24, 3.38; nothing is changed."""
    with pytest.raises(OcppError) as error:
        ask("SetChargingProfile", changed(path, value))
    assert error.value.code == code
    assert "expected" in error.value.description or "required" in error.value.description
    assert not any(supply.profiles.slots) and not supply.facts


def test_validity_that_ends_before_it_begins_is_an_error(ask):
    payload = changed(PROFILE + "validFrom", "2026-11-25T21:00:00Z")
    payload["csChargingProfiles"]["validTo"] = "2026-11-25T21:00:00Z"
    with pytest.raises(OcppError, match="validTo: expected later"):
        ask("SetChargingProfile", payload)


@pytest.mark.parametrize(
    "path, value",
    [
        (PROFILE + "stackLevel", 10),
        (PERIODS, [{"startPeriod": n, "limit": 6} for n in range(25)]),
        (PROFILE + "chargingProfilePurpose", "TxProfile"),
    ],
)
def test_profile_that_can_not_be_had_is_rejected(ask, supply, path, value):
    """ChargeProfileMaxStackLevel, ChargingScheduleMaxPeriods; a TxProfile for connector 0."""
    assert ask("SetChargingProfile", changed(path, value)) == {"status": "Rejected"}
    assert not any(supply.profiles.slots)


def test_thirteenth_profile_is_rejected(ask):
    """MaxChargingProfilesInstalled."""
    for number in range(12):
        payload = changed(PROFILE + "chargingProfileId", number + 100)
        payload["csChargingProfiles"]["stackLevel"] = number % 6
        payload["connectorId"] = number // 6
        assert ask("SetChargingProfile", payload) == {"status": "Accepted"}
    payload = changed(PROFILE + "chargingProfileId", 99)
    assert ask("SetChargingProfile", payload) == {"status": "Rejected"}


def purposed(purpose, connector, **fields):
    payload = changed(PROFILE + "chargingProfilePurpose", purpose)
    payload["connectorId"] = connector
    payload["csChargingProfiles"].update(fields)
    return payload


@pytest.mark.parametrize(
    "purpose, connector, fields, status",
    [
        ("ChargePointMaxProfile", 0, {}, "Accepted"),
        ("ChargePointMaxProfile", 1, {}, "Rejected"),
        ("TxProfile", 1, {"transactionId": 55}, "Accepted"),
        ("TxProfile", 1, {"transactionId": 5}, "Rejected"),
        ("TxProfile", 1, {}, "Accepted"),
        ("TxProfile", 2, {}, "Rejected"),
        ("TxProfile", 2, {"transactionId": 55}, "Rejected"),
    ],
)
def test_purpose_goes_with_connector_and_transaction(ask, purpose, connector, fields, status):
    """OCPP 1.6 §5.16, errata 3.7."""
    assert ask("SetChargingProfile", purposed(purpose, connector, **fields))["status"] == status


@pytest.mark.parametrize("kind", ["Relative", "Absolute"])
def test_maximum_of_the_station_without_a_start_counts_from_now_on(ask, supply, kind):
    """HA's slider: a Relative ChargePointMaxProfile (back-ends.md §2); there is no transaction."""
    payload = purposed("ChargePointMaxProfile", 0, chargingProfileKind=kind)
    del payload["csChargingProfiles"]["chargingSchedule"]["startSchedule"]
    ask("SetChargingProfile", payload)
    head = composition.head_of(supply.profiles.slots[0])
    assert (head[4], head[8]) == (composition.ABSOLUTE, UTC_S)


def test_change_is_answered_when_it_is_on_the_medium(ask, supply):
    """DESIGN: nothing is said before it is saved; a change that is not taken is undone."""
    ask("SetChargingProfile", GOOD)
    before = list(supply.profiles.slots)
    supply.facts.pending = 1
    other = changed(PERIODS + ".0.limit", 6)
    assert ask("SetChargingProfile", other, patience_ms=5000) is None
    assert ask("ClearChargingProfile", {}, patience_ms=5000) is None
    supply.profiles.restore(before)
    patience_ms = timing.PROFILE_SAVE_MS + 20
    assert ask("SetChargingProfile", other, patience_ms) == {"status": "Rejected"}
    assert supply.profiles.slots == before
    assert ask("ClearChargingProfile", {}, patience_ms) == {"status": "Unknown"}
    assert supply.profiles.slots == before


def test_clearing_what_there_is_none_of_is_unknown(ask):
    """OCPP 1.6 §5.5."""
    assert ask("ClearChargingProfile", {}) == {"status": "Unknown"}
    ask("SetChargingProfile", GOOD)
    wrong = {"id": 13, "connectorId": 0}
    assert ask("ClearChargingProfile", wrong) == {"status": "Unknown"}
    by_kind = {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 9, "connectorId": 0}
    assert ask("ClearChargingProfile", by_kind) == {"status": "Accepted"}


def test_composite_schedule_tells_start_unit_and_periods(ask):
    """OCPP 1.6 §5.7: the unit asked for, tenths where they are needed."""
    told = ask("GetCompositeSchedule", {"connectorId": 1, "duration": 25})
    assert told == {
        "status": "Accepted",
        "connectorId": 1,
        "scheduleStart": times.text_of(UTC_S),
        "chargingSchedule": {
            "duration": 25,
            "chargingRateUnit": "A",
            "minChargingRate": 6,
            "chargingSchedulePeriod": [
                {"startPeriod": 0, "limit": 16, "numberPhases": 1},
                {"startPeriod": 10, "limit": 16.2, "numberPhases": 1},
                {"startPeriod": 20, "limit": 16.4, "numberPhases": 1},
            ],
        },
    }
    wanted = {"connectorId": 0, "duration": 5, "chargingRateUnit": "W"}
    told = ask("GetCompositeSchedule", wanted)["chargingSchedule"]
    assert told["chargingRateUnit"] == "W"
    assert told["chargingSchedulePeriod"] == [{"startPeriod": 0, "limit": 16.1}]


def test_composite_schedule_of_many_periods_tells_how_far_it_goes(ask, supply):
    """ChargingScheduleMaxPeriods; and no step reckons for long."""
    told = ask("GetCompositeSchedule", {"connectorId": 1, "duration": 2**31 - 1})
    assert len(told["chargingSchedule"]["chargingSchedulePeriod"]) == 24
    assert told["chargingSchedule"]["duration"] == 240 and supply.looks == 25


@pytest.mark.parametrize("connector", [-1, 3])
def test_composite_schedule_of_an_unknown_connector_is_rejected(ask, connector):
    """OCPP 1.6 §5.7."""
    wanted = {"connectorId": connector, "duration": 60}
    assert ask("GetCompositeSchedule", wanted) == {"status": "Rejected"}


def test_composite_schedule_without_the_time_of_day_is_rejected(ask, utc):
    utc[0] = None
    assert ask("GetCompositeSchedule", {"connectorId": 1, "duration": 60})["status"] == "Rejected"


@pytest.mark.parametrize("duration", [0, -5])
def test_composite_schedule_of_no_time_is_an_error(ask, duration):
    with pytest.raises(OcppError, match="duration: expected at least 1"):
        ask("GetCompositeSchedule", {"connectorId": 1, "duration": duration})


@given(st.integers(0, 10**6))
def test_limit_is_exact_to_the_tenth(tenths):
    """OCPP 1.6 §7.12: limits such as 16.1 A or 11040.1 W."""
    supply = Supply()
    room = Charging(supply, new_settings(), 2, lambda: UTC_S)
    payload = changed(PERIODS + ".0.limit", tenths / 10)
    room.actions()["SetChargingProfile"](payload, 0)
    start_s = times.parse("2026-11-25T21:00:00Z")
    assert composition.allowed(supply.profiles.slots, 1, start_s, 0)[0] == tenths


WILD = st.recursive(
    st.one_of(
        st.integers(-(2**40), 2**40),
        st.floats(allow_nan=False, allow_infinity=False).map(lambda x: round(x % 1e6, 1)),
        st.sampled_from(["A", "W", "Absolute", "TxProfile", "2026-01-01T00:00:00Z"]),
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        ["connectorId"]
        + [PROFILE + n for n in ("stackLevel", "chargingProfileId", "validTo", "transactionId")]
        + [SCHEDULE + n for n in ("duration", "minChargingRate", "startSchedule")]
        + [PERIODS, PERIODS + ".0.limit", PERIODS + ".0.startPeriod"]
    ),
    WILD,
)
def test_whatever_stands_in_a_field_is_answered_and_never_half_done(path, value):
    """Accepted with one profile more, or refused with none."""
    supply = Supply()
    config = new_settings()
    inbound = new_inbound(Charge(), config)
    inbound.add(Charging(supply, config, 2, lambda: UTC_S).actions())
    try:
        answer = inbound("SetChargingProfile", changed(path, value), 0)
        answer = answer(10) if callable(answer) else answer
        accepted = answer == {"status": "Accepted"}
        assert accepted or answer == {"status": "Rejected"}
    except OcppError:
        accepted = False
    assert sum(each is not None for each in supply.profiles.slots) == accepted
