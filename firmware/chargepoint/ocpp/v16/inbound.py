"""The calls of the back end: checked by the schema table, then one function for each action.

``charge`` is the station's side: remote_start(id_tag, connector or None) -> bool,
remote_stop(transaction_id) -> bool, change_availability(connector, operative) -> status,
reset(hard) -> bool, unlock(connector) -> status or a function now_ms -> status or None,
trigger(message, connector or None) -> status,
clear_cache() -> bool, setting_changed(name), connector_count, once_saved(payload) -> a function
now_ms -> payload, or None while what was changed is not on the medium.
"""

from chargepoint.ocpp.check import checking
from chargepoint.ocpp.dialogue import status_of
from chargepoint.ocpp.errors import (
    NOT_IMPLEMENTED,
    NOT_SUPPORTED,
    OCCURENCE_CONSTRAINT_VIOLATION,
    PROPERTY_CONSTRAINT_VIOLATION,
    OcppError,
)
from chargepoint.ocpp.strict_json import whole

_TX_PROFILE = "TxProfile"
_ONLY_ACCEPTED = ("RemoteStartTransaction", "RemoteStopTransaction")
# Keys that one step describes: all of them at once would hold it up for half a second.
_KEYS_A_STEP = 4


class Inbound:
    """What the dialogue calls; ``schema`` is the module v16/schema.py."""

    def __init__(self, charge, settings, schema):
        self._charge = charge
        self._settings = settings
        self._schema = schema
        self._added = {}
        # Keys that are more than a value: lower-case name -> function(text) -> status.
        self.keys = {}
        # With smart charging: a function(profile) that reads one, None for one that is refused.
        self.read_tx_profile = None

    def add(self, actions: dict) -> None:
        """Let the rooms of other profiles answer: action -> ``function(payload, now_ms)``, which
        gives a payload, or a function ``now_ms -> payload or None``, or raises OcppError."""
        self._added.update(actions)

    def checking(self, action: str, payload):
        """A generator, which pauses, and raises OcppError where this is no call for us."""
        if action not in _ACTIONS and action not in self._added:
            raise self._unknown(action)
        return checking(self._schema.TABLE, action, payload)

    def checking_answer(self, action: str, payload):
        """As ``checking``, for the answer to our call ``action``."""
        return checking(self._schema.TABLE, action + ".conf", payload, True)

    def answer(self, action: str, payload: dict, now_ms: int, accepted: bool = True) -> dict:
        """The payload of the answer to a call that was checked, or a function (dialogue.py).

        While the registration is pending (not ``accepted``) there is no remote start or stop
        (OCPP 1.6 §4.2). Raises OcppError.
        """
        if not accepted and action in _ONLY_ACCEPTED:
            return _yes(False)
        added = self._added.get(action)
        return _ACTIONS[action](self, payload) if added is None else added(payload, now_ms)

    def __call__(self, action: str, payload, now_ms: int) -> dict:
        """Check and answer at once; raises OcppError."""
        whole(self.checking(action, payload))
        return self.answer(action, payload, now_ms)

    def _unknown(self, action):
        name = action.encode()
        known = b" %s " % name in self._schema.OTHER_ACTIONS
        known = known or b"\n%s {" % name in self._schema.TABLE
        if known and action and " " not in action and not action.endswith(".conf"):
            return OcppError(NOT_SUPPORTED, "%s: not supported by this station" % action)
        return OcppError(NOT_IMPLEMENTED, "%s: not an action of OCPP 1.6" % action[:50])

    def _connector(self, payload, lowest):
        """``connectorId`` of ``payload``, or None where it may be absent and is."""
        connector = payload.get("connectorId")
        if connector is not None and not lowest <= connector <= self._charge.connector_count:
            raise OcppError(
                PROPERTY_CONSTRAINT_VIOLATION,
                "connectorId: expected %d to %d" % (lowest, self._charge.connector_count),
            )
        return connector

    # -- one function for each action -----------------------------------------------------------

    def _remote_start(self, payload):
        profile = payload.get("chargingProfile")
        # A profile is ignored without SmartCharging, but a wrong one is refused (OCTT TC_060).
        if profile is not None and (
            profile["chargingProfilePurpose"] != _TX_PROFILE or "transactionId" in profile
        ):
            return _yes(False)
        connector = payload.get("connectorId")
        # A connector that can't be started is Rejected, not an error (OCTT TC_027).
        if connector is not None and not 1 <= connector <= self._charge.connector_count:
            return _yes(False)
        if profile is None or self.read_tx_profile is None:
            return _yes(self._charge.remote_start(payload["idTag"], connector))
        read = self.read_tx_profile(profile)
        return _yes(read and self._charge.remote_start(payload["idTag"], connector, read))

    def _remote_stop(self, payload):
        return _yes(self._charge.remote_stop(payload["transactionId"]))

    def _reset(self, payload):
        return _yes(self._charge.reset(payload["type"] == "Hard"))

    def _change_availability(self, payload):
        connector = self._connector(payload, 0)
        charge, operative = self._charge, payload["type"] == "Operative"
        return charge.once_saved({"status": charge.change_availability(connector, operative)})

    def _clear_cache(self, payload):
        charge = self._charge
        return charge.once_saved(_yes(True)) if charge.clear_cache() else _yes(False)

    def _data_transfer(self, payload):
        return {"status": "UnknownVendorId"}

    def _unlock_connector(self, payload):
        connector = payload["connectorId"]
        # An unknown connector is NotSupported here (OCPP 1.6 §5.18).
        if not 1 <= connector <= self._charge.connector_count:
            return {"status": "NotSupported"}
        return status_of(self._charge.unlock(connector))

    def _trigger_message(self, payload):
        connector = payload.get("connectorId")
        # An unknown connector is Rejected, not an error (OCTT TC_055).
        if connector is not None and not 0 <= connector <= self._charge.connector_count:
            return _yes(False)
        return {"status": self._charge.trigger(payload["requestedMessage"], connector)}

    def _change_configuration(self, payload):
        key, text = payload["key"], payload["value"]
        change = self.keys.get(key.lower())
        status = self._settings.change_by_peer(key, text) if change is None else change(text)
        if status not in ("Accepted", "RebootRequired"):
            return {"status": status}
        self._charge.setting_changed(self._settings.row(key)[0])
        return self._charge.once_saved({"status": status})

    def _get_configuration(self, payload):
        # No key, and an empty list, which a known back end sends for it, both mean all.
        wanted = payload.get("key") or None
        most = self._settings.get("GetConfigurationMaxKeys")
        if wanted is not None and len(wanted) > most:
            raise OcppError(OCCURENCE_CONSTRAINT_VIOLATION, "key: expected at most %d" % most)
        rows = self._readable() if wanted is None else self._named(wanted)
        known, unknown = [], []

        def answer(now_ms):
            for _ in range(_KEYS_A_STEP):
                found = next(rows, None)
                if found is None:
                    told = {"configurationKey": known}
                    if unknown:
                        told["unknownKey"] = unknown
                    return told
                name, row = found
                if row is None:
                    unknown.append(name)
                else:
                    known.append(self._entry(row))
            return None

        return answer

    def _readable(self):
        for row in self._settings.rows():
            if row[5] != "W":
                yield row[0], row

    def _named(self, names):
        for name in names:
            try:
                yield name, self._settings.row(name)
            except KeyError:
                yield name, None

    def _entry(self, row):
        entry = {"key": row[0], "readonly": row[5] == "R"}
        text = self._settings.shown(row)
        if text is not None:
            entry["value"] = text
        return entry


def _yes(accepted):
    return {"status": "Accepted" if accepted else "Rejected"}


_ACTIONS = {
    "ChangeAvailability": Inbound._change_availability,
    "ChangeConfiguration": Inbound._change_configuration,
    "ClearCache": Inbound._clear_cache,
    "DataTransfer": Inbound._data_transfer,
    "GetConfiguration": Inbound._get_configuration,
    "RemoteStartTransaction": Inbound._remote_start,
    "RemoteStopTransaction": Inbound._remote_stop,
    "Reset": Inbound._reset,
    "TriggerMessage": Inbound._trigger_message,
    "UnlockConnector": Inbound._unlock_connector,
}
