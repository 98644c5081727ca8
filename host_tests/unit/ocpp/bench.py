"""What the tests of this room share: small doubles, and the official schemas as a judge."""

import json
from functools import cache

from jsonschema import Draft4Validator

from chargepoint.core.settings import Settings
from chargepoint.core.settings_own import TABLE as OWN
from chargepoint.ocpp.errors import OcppError
from chargepoint.ocpp.v16 import schema
from chargepoint.ocpp.v16.inbound import Inbound
from chargepoint.ocpp.v16.settings import CORE, PROFILES, SECURITY
from tools.make_schema import schema_of

UTC_S = 1_764_000_000


@cache
def _judge(name):
    return Draft4Validator(schema_of(name))


def official_faults(name, payload):
    """What the official schema of message ``name`` ("ResetResponse") finds wrong.

    Not what it says of multiples of 0.1: in double floats 0.3 is none.
    """
    messages = [error.message for error in _judge(name).iter_errors(payload)]
    return [message for message in messages if "multiple of" not in message]


def assert_official(name, payload):
    """``payload`` is a message ``name`` by the official schema, and survives JSON."""
    payload = json.loads(json.dumps(payload))
    assert official_faults(name, payload) == []


class Drawer(dict):
    """A store of small facts."""

    def put(self, name, data):
        self[name] = data


def new_settings(drawer=None, **factory):
    drawer = Drawer() if drawer is None else drawer
    settings = Settings((OWN, CORE, PROFILES, SECURITY), drawer.get, drawer.put)
    settings.factory(factory)
    return settings


class FixedRandom:
    """Bytes that count up, or always ``byte``."""

    def __init__(self, byte=None):
        self.byte, self.count = byte, 0

    def take(self, count):
        self.count += 1
        return bytes([self.count % 256 if self.byte is None else self.byte]) * count


class Charge:
    """The station's side of the calls: notes what it was asked and says yes."""

    connector_count = 2

    def __init__(self):
        self.asked = []

    def _note(self, *what, answer=True):
        self.asked.append(what)
        return answer

    def remote_start(self, id_tag, connector):
        return self._note("remote_start", id_tag, connector)

    def remote_stop(self, transaction_id):
        return self._note("remote_stop", transaction_id)

    def change_availability(self, connector, operative):
        return self._note("change_availability", connector, operative, answer="Scheduled")

    def reset(self, hard):
        return self._note("reset", hard)

    def unlock(self, connector):
        return self._note("unlock", connector, answer="Unlocked")

    def trigger(self, message, connector):
        return self._note("trigger", message, connector, answer="Accepted")

    def clear_cache(self):
        return self._note("clear_cache", answer=False)

    def setting_changed(self, name):
        self._note("setting_changed", name)

    def once_saved(self, payload):
        return payload


class Source:
    """A source of the dialogue with the calls that a test puts in ``calls``."""

    def __init__(self, *calls):
        self.calls = list(calls)

    def next(self, now_ms):
        return self.calls.pop(0) if self.calls else None


class Outcomes(list):
    """A ``done`` callback that keeps what it is told."""

    def __call__(self, outcome, payload, now_ms):
        self.append((outcome, payload))


def new_inbound(charge=None, settings=None):
    return Inbound(charge or Charge(), settings or new_settings(), schema)


def refusal(inbound, action, payload):
    """The code with which ``inbound`` refuses, None when it answers."""
    try:
        inbound(action, payload, 0)
    except OcppError as error:
        assert error.description
        return error.code
    return None
