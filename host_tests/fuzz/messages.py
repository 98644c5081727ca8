"""Texts that a back end could send: valid, nearly valid and hostile, made of the JSON schemas.

What would change the way to the back end, or what comes by itself afterwards, is left out: those
settings have stories of their own.
"""

import json

from hypothesis import strategies as st

from host_tests.harness.stage import CARD_TAG
from tools.make_schema import REQUESTS, schema_of

_LEFT_ALONE = {"Reset"}
ACTIONS = [name for name in REQUESTS if name not in _LEFT_ALONE]
_STRANGE_ACTIONS = (
    *("", "reset", "GetBaseReport", "Reset.conf", "Authorize.conf", "\n", "Nope {", "é" * 60),
)
_KEYS = (
    *("HeartbeatInterval", "heartbeatinterval", "NumberOfConnectors", "LightIntensity"),
    *("MeterValuesSampledData", "StopTxnSampledData", "LocalPreAuthorize", "BlinkRepeat"),
    *("ConnectionTimeOut", "ConnectorPhaseRotation", "MaxEnergyOnInvalidId", "TariffText"),
    *("LocalAuthListEnabled", "AuthorizationCacheEnabled", "NoSuchKey", "", "MessageTimeout"),
)
_VALUES = (
    *("true", "false", "0", "1", "60", "-1", "3600", "many", "", " 7", "1e3", "9" * 39, "٣"),
    *("Energy.Active.Import.Register", "Voltage,Current.Import", "Voltage,", "1.RST", "é" * 255),
)
_TIMES = (
    *("2020-01-01T00:00:00Z", "2046-02-28T23:59:59.999Z", "2045-06-01T12:00:00+02:00"),
    *("2044-02-29T00:00:00.123456+00:00", "2050-12-31T23:59:60Z"),
)
_BAD_TIMES = ("", "now", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "1", "2026-01-01")
_IDS = (0, 1, 1, 1, 2, -1, 7, 2**31 - 1, 2**31, -(2**31), 10**39)
SMALL = (0, 1, 2, 5, 60, 86400, -1, 2**31 - 1, 10**12)
_NOWHERE = ("http://127.0.0.1:9/x", "ftp://127.0.0.1:9/x", "gopher://x", "", "/etc/passwd")
_BY_NAME = {
    "key": st.sampled_from(_KEYS),
    "value": st.sampled_from(_VALUES),
    "connectorId": st.sampled_from(_IDS),
    "idTag": st.sampled_from((CARD_TAG, "A", "", "a b", "é" * 20, "X" * 20)),
    "location": st.sampled_from(_NOWHERE),
    "retries": st.sampled_from((0, 1, -1)),
    "listVersion": st.sampled_from((0, 1, 2, 3, 2**31 - 1, -1)),
}


def _text(form):
    return st.text(st.characters(codec="utf-8"), max_size=min(form.get("maxLength", 40), 500))


def _value(form, name=""):
    """Values of the JSON schema ``form``, of the property ``name``."""
    if form["type"] == "object":
        properties = form.get("properties", {})
        needed = form.get("required", [])
        made = {each: _value(properties[each], each) for each in properties}
        return st.fixed_dictionaries(
            {each: made[each] for each in needed},
            optional={each: made[each] for each in made if each not in needed},
        )
    if form["type"] == "array":
        return st.lists(_value(form["items"], name), max_size=4)
    if "enum" in form:
        return st.sampled_from(form["enum"])
    if name in _BY_NAME:
        return _BY_NAME[name]
    if form.get("format") == "date-time":
        return st.sampled_from(_TIMES)
    return {
        "string": _text(form),
        "integer": st.sampled_from(SMALL),
        "number": st.integers(-10, 3000).map(lambda tenths: tenths / 10),
    }[form["type"]]


_PAYLOADS = {action: _value(schema_of(action)) for action in ACTIONS}
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
_JUNK = st.sampled_from((None, True, "x" * 501, "Wrong", 7, 1.5, [], {}, [{}], {"a": 1}))


@st.composite
def _valid(draw):
    action = draw(st.sampled_from(ACTIONS))
    return action, draw(_PAYLOADS[action])


@st.composite
def _nearly_valid(draw):
    """One thing about a valid payload is changed, at any depth."""
    action, payload = draw(_valid())
    place = payload
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = draw(st.sampled_from(keys))
        inner = place[key]
        if isinstance(inner, dict | list) and inner and draw(st.booleans()):
            place = inner
            continue
        change = draw(st.sampled_from(("drop", "junk", "rename", "time")))
        if change == "junk":
            place[key] = draw(_JUNK)
        elif change == "time":
            place[key] = draw(st.sampled_from(_BAD_TIMES))
        else:
            del place[key]
            if change == "rename" and isinstance(place, dict):
                place[f"{key}x"] = inner
        return action, payload
    if isinstance(payload, dict):
        payload["extra"] = draw(_JUNK)
    return action, payload


_NOT_OURS = ("Heartbeat", "BootNotification", "SignCertificate", "ExtendedTriggerMessage")


@st.composite
def _not_ours(draw):
    """An action of OCPP that a back end can't call here: chance alone makes too few of them."""
    return draw(st.sampled_from(_NOT_OURS)), draw(_ANY)


@st.composite
def _hostile(draw):
    """Any payload, any action."""
    return draw(st.sampled_from((*ACTIONS, *_STRANGE_ACTIONS))), draw(_ANY)


@st.composite
def _spoiled(draw, calls):
    """A text with some of it cut out, doubled or replaced."""
    action, payload = draw(calls)
    text = json.dumps([2, "$ID", action, payload], ensure_ascii=draw(st.booleans()))
    start = draw(st.integers(0, len(text)))
    end = min(len(text), start + draw(st.integers(0, 6)))
    middle = draw(st.sampled_from(("", ",", '"', "]", "}{", "\\ud800", "1e999", "NaN", "\t", "0")))
    return text[:start] + middle + text[end:]


@st.composite
def _misshapen(draw):
    """Frames of no shape that OCPP-J has."""
    kind = draw(st.sampled_from((2, 2, 3, 4, 0, 1, 5, -2, "2", 2.0, None, True)))
    unique_id = draw(st.sampled_from(("$ID", "$ID", "", "i" * 37, 7, None, ["$ID"])))
    return json.dumps([kind, unique_id, *draw(st.lists(_ANY, max_size=4))])


def _long(size):
    return json.dumps([2, "$ID", "DataTransfer", {"vendorId": "v", "data": "x" * size}])


_LONG = st.sampled_from((9_000, 30_000, 65_000)).map(_long)
_DEEP = st.sampled_from(
    ('[2,"$ID","DataTransfer",' + "[" * 400 + "]" * 400 + "]", '[2,"$ID","Reset",' + "[" * 500)
)


def _framed(calls):
    return calls.map(lambda call: json.dumps([2, "$ID", *call], ensure_ascii=False))


# Texts in which "$ID" stands for the id of the message.
VALID = _framed(_valid())
REFUSED = _framed(_nearly_valid()) | _framed(_hostile()) | _misshapen() | _spoiled(_valid())
REFUSED |= _framed(_not_ours())
TEXTS = VALID | VALID | _framed(_nearly_valid()) | _framed(_nearly_valid()) | REFUSED
RARE = _LONG | _DEEP
