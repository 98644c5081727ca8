"""ocpp/check and v16/schema: the short table judges as the official schemas do."""

import subprocess
import sys
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.ocpp.check import check
from chargepoint.ocpp.errors import OcppError
from chargepoint.ocpp.v16 import schema
from host_tests.unit.ocpp.bench import official_faults
from tools import make_schema
from tools.make_schema import schema_of

NAMES = [(name, name) for name in make_schema.REQUESTS]
NAMES += [(f"{name}.conf", f"{name}Response") for name in make_schema.ANSWERS]


def valid(form):
    """Values of the JSON schema ``form``."""
    if form["type"] == "object":
        properties = form.get("properties", {})
        required = {name: valid(properties[name]) for name in form.get("required", [])}
        optional = {name: valid(each) for name, each in properties.items() if name not in required}
        return st.fixed_dictionaries(required, optional=optional)
    if form["type"] == "array":
        return st.lists(valid(form["items"]), max_size=3)
    if "enum" in form:
        return st.sampled_from(form["enum"])
    if form.get("format") == "date-time":
        return st.just("2026-11-23T20:57:00Z")
    return {
        "string": st.text(max_size=form.get("maxLength", 30)),
        "integer": st.integers(),
        "number": st.integers(-1000, 30000).map(lambda tenths: tenths / 10),
    }[form["type"]]


@cache
def valid_message(name):
    return valid(schema_of(name))


JUNK = st.sampled_from([None, True, "x" * 501, "Wrong", 7, 1.5, [], {}, [{}], {"a": 1}])


@st.composite
def nearly_valid(draw, name):
    """A valid payload of ``name`` with one thing about it changed, at any depth."""
    payload = draw(valid_message(name))
    place = payload
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys + ["extra"])) if isinstance(place, dict) else keys[0]
        inner = place.get(key) if isinstance(place, dict) else place[key]
        if isinstance(inner, (dict, list)) and inner and draw(st.booleans()):
            place = inner
            continue
        if draw(st.booleans()) and key in place and isinstance(place, dict):
            del place[key]
        else:
            place[key] = draw(JUNK)
        return payload


@pytest.mark.parametrize("row, name", NAMES)
def test_table_takes_every_valid_message(row, name):
    @given(valid_message(name))
    @settings(max_examples=20)
    def each(payload):
        check(schema.TABLE, row, payload)
        check(schema.TABLE, row, payload, True)

    each()


@pytest.mark.parametrize("row, name", NAMES)
def test_table_agrees_with_the_official_schema_on_what_is_wrong(row, name):
    @given(nearly_valid(name))
    @settings(max_examples=30)
    def each(payload):
        wrong = official_faults(name, payload)
        try:
            check(schema.TABLE, row, payload)
        except OcppError as error:
            ours = "ISO 8601" in error.description or "multiple of" in error.description
            assert wrong or ours, error.description
            assert ":" in error.description
        else:
            assert not wrong

    each()


@pytest.mark.parametrize(
    "row, payload, code, said",
    [
        ("Reset", [], "FormationViolation", "expected an object"),
        ("Reset", None, "FormationViolation", "expected an object"),
        ("Reset", {}, "OccurenceConstraintViolation", "type: required"),
        ("Reset", {"type": "Warm"}, "PropertyConstraintViolation", "one of Hard, Soft"),
        ("Reset", {"type": None}, "TypeConstraintViolation", "type: expected a string"),
        ("Reset", {"type": "Hard", "now": 1}, "FormationViolation", "now: not a property"),
        ("UnlockConnector", {"connectorId": "1"}, "TypeConstraintViolation", "an integer"),
        ("UnlockConnector", {"connectorId": True}, "TypeConstraintViolation", "an integer"),
        ("UnlockConnector", {"connectorId": 1.0}, "TypeConstraintViolation", "an integer"),
        ("GetConfiguration", {"key": "a"}, "TypeConstraintViolation", "an array"),
        ("GetConfiguration", {"key": ["a", "b" * 51]}, "PropertyConstraintViolation", "key[1]"),
        ("ClearCache", {"a": 1}, "FormationViolation", "a: not a property"),
    ],
)
def test_check_names_the_field_and_gives_the_right_code(row, payload, code, said):
    """standards.md §2.1."""
    with pytest.raises(OcppError) as caught:
        check(schema.TABLE, row, payload)
    assert caught.value.code == code and said in caught.value.description


def profile(**changes):
    period = {"startPeriod": 0, "limit": changes.pop("limit", 16.1)}
    plan = {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]}
    whole = {"chargingProfileId": 1, "stackLevel": 0, "chargingProfilePurpose": "TxProfile"}
    whole.update(chargingProfileKind="Relative", chargingSchedule=plan, **changes)
    return {"idTag": "A", "chargingProfile": whole}


@pytest.mark.parametrize(
    "payload, said",
    [
        (profile(limit=16.15), "chargingSchedulePeriod[0].limit: expected a multiple of 0.1"),
        (profile(limit=float("inf")), "multiple of 0.1"),
        (profile(validFrom="tomorrow"), "chargingProfile.validFrom: expected an ISO 8601 time"),
        (profile(limit="16"), "limit: expected a number"),
    ],
)
def test_check_reaches_into_nested_objects(payload, said):
    with pytest.raises(OcppError) as caught:
        check(schema.TABLE, "RemoteStartTransaction", payload)
    assert said in caught.value.description


def test_answers_are_read_leniently_where_that_does_no_harm():
    info = {"status": "Accepted", "parentIdTag": None, "expiryDate": "soon", "more": 1}
    check(schema.TABLE, "StartTransaction.conf", {"transactionId": 5, "idTagInfo": info}, True)


@pytest.mark.parametrize(
    "payload",
    [{}, {"transactionId": "5", "idTagInfo": {"status": "Accepted"}}, {"transactionId": 5}]
    + [{"transactionId": 5, "idTagInfo": {"status": "Fine"}}, "5", None]
    + [{"transactionId": None, "idTagInfo": {"status": "Accepted"}}],
)
def test_answers_without_what_we_need_are_refused(payload):
    with pytest.raises(OcppError):
        check(schema.TABLE, "StartTransaction.conf", payload, True)


def test_schema_file_is_not_stale():
    assert subprocess.run([sys.executable, make_schema.__file__, "--check"]).returncode == 0
    assert make_schema.generate() == make_schema.generate()


def test_stale_schema_file_is_noticed(tmp_path, monkeypatch):
    stale = tmp_path / "schema.py"
    stale.write_text(make_schema.generate().replace("Hard|Soft", "Hard"))
    monkeypatch.setattr(make_schema, "TARGET", stale)
    monkeypatch.setattr(sys, "argv", ["make_schema", "--check"])
    assert make_schema.main() == 1
