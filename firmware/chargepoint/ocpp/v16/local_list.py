"""SendLocalList (OCPP 1.6 §5.15; errata).

- An entry without idTagInfo is a deletion in a Differential; a Full list has none.
- A Differential must be newer than the list that there is; a Full list replaces any.
- An idTag twice in one message, or more than the list can hold: Failed, and the list stays.
- The answer leaves when the new list counts on flash. An update that comes meanwhile waits.
"""

from chargepoint.ocpp import times
from chargepoint.ocpp.errors import (
    OCCURENCE_CONSTRAINT_VIOLATION,
    PROPERTY_CONSTRAINT_VIOLATION,
    OcppError,
)


def send(known, settings, payload: dict):
    """The answer to SendLocalList, or a function (dialogue.py); ``known`` is the station's.

    Raises OcppError for a version that is none, too many idTags, and one without idTagInfo in a
    Full list.
    """
    if not settings.get("LocalAuthListEnabled"):
        return {"status": "NotSupported"}
    version, entries = payload["listVersion"], payload.get("localAuthorizationList", [])
    is_full = payload["updateType"] == "Full"
    _check(version, entries, is_full, settings.get("SendLocalListMaxLength"))
    listed, most = known.local_list, settings.get("LocalAuthListMaxLength")
    cache = known.cache if settings.get("AuthorizationCacheEnabled") else None
    begun = False

    def answer(now_ms):
        nonlocal begun
        if not begun:
            if listed.busy:
                return None
            if not is_full and version <= listed.head.version:
                return {"status": "VersionMismatch"}
            begun = True
            listed.begin(version, _read(entries), is_full, most, cache)
        return None if listed.outcome is None else {"status": listed.outcome}

    return answer


def _check(version, entries, is_full, most):
    if version <= 0:
        raise OcppError(PROPERTY_CONSTRAINT_VIOLATION, "listVersion: expected 1 or more")
    if len(entries) > most:
        raise OcppError(
            OCCURENCE_CONSTRAINT_VIOLATION,
            "localAuthorizationList: %d idTags, expected at most %d" % (len(entries), most),
        )
    for number, entry in enumerate(entries):
        if is_full and "idTagInfo" not in entry:
            raise OcppError(
                OCCURENCE_CONSTRAINT_VIOLATION,
                "localAuthorizationList[%d].idTagInfo: required in a Full list" % number,
            )


def _read(entries):
    """(idTag, status, expiry_s, parent) of each, which leaves the memory with it."""
    while entries:
        entry = entries.pop()
        info = entry.get("idTagInfo")
        if info is None:
            yield entry["idTag"], None, None, None
            continue
        expiry = info.get("expiryDate")
        expiry_s = None if expiry is None else times.parse(expiry)
        yield entry["idTag"], info["status"], expiry_s, info.get("parentIdTag")
