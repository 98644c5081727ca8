"""An order: settings, files and a technician's code that take effect all together, or not at all.

Rules:
- Everything is examined before anything is changed; each field that is wrong gets its message.
- Then one record (fact REDO) holds all of it. Once that is on the medium the order is as good as
  done: it is carried out in the next steps, and after a power cut at the next start.
- Nothing is taken while a transaction runs.
- What protects the installation (_CODED) changes only with the technician's code, once there is
  one. A code makes SupplyLimit the technician's, unless the same order says otherwise.
"""

import json

from chargepoint.core.settings import ACCESS, NAME, REBOOT
from chargepoint.ocpp.access import CA, CERTIFICATE, KEY

REDO = "redo"
# The technician's code: salt and hash, in hex.
CODE = "code"
# What access.py keeps of credentials on trial: an order is not on trial.
_TRIAL = "access"
# Read-only for the back end, and yet not the hardware's to say.
_ORDERED = " Identity Phases Earthing MaxCurrent "
_CODED = " SupplyLimit SupplyLimitLock MaxCurrent Earthing "
_FILES = (CA, CERTIFICATE, KEY)
_FILE_MOST = 4096
# The store may refuse a file for a moment; after so many tries the next start goes on.
_TRIES = 5
_UNFINISHED = {"store": "the store refuses: the next start goes on with this order"}


def is_writable(row: tuple) -> bool:
    """An order may set what this row is of."""
    return row[ACCESS] != "R" or _among(row[NAME], _ORDERED)


def is_coded(name: str) -> bool:
    """It changes only with the technician's code."""
    return _among(name, _CODED)


def examining(settings, wanted: dict, files: dict, has):
    """A generator that pauses and returns {field: what is wrong}; {} when all of it may be.

    ``wanted`` is name -> text, ``files`` name -> text (None takes it away); ``has(name)`` tells
    whether the store has a file now.
    """
    errors = {}
    values = {}
    for name, text in wanted.items():
        try:
            row, values[name.lower()] = settings.examine(name, text)
            if not is_writable(row):
                raise ValueError("%s: the hardware or the program says it, no order" % row[NAME])
        except KeyError:
            errors[name] = "unknown setting %s" % name
        except ValueError as error:
            errors[name] = str(error)
        yield
    for name, text in files.items():
        why = _wrong_file(name, text)
        if why:
            errors[name] = why
    if not errors:
        _examine_credentials(settings, values, files, has, errors)
    return errors


def is_guarded(settings, name: str, text: str) -> bool:
    """``text``, examined, would change a setting that needs the code."""
    row, value = settings.examine(name, text)
    return is_coded(row[NAME]) and value != settings.get(name)


def saving(station, order: dict):
    """A generator that pauses and returns {}, or {field: why} when ``order`` was not taken.

    ``order`` has "settings", "files" and perhaps "code", as examined.
    """
    journal = station.journal
    if station.busy():
        return {"transaction": "a vehicle is charged: expected no transaction while this is set"}
    if not journal.trouble:
        journal.put(REDO, json.dumps(order).encode())
    if not (yield from _written(journal)):
        journal.put(REDO, b"")
        return {"store": "the store refuses (%s): nothing was changed" % journal.trouble}
    return (yield from carrying_out(station, order))


def carrying_out(station, order: dict):
    """A generator that pauses and returns {}, or {"store": why}; what is done is done again."""
    journal, settings = station.journal, station.settings
    for name, text in order["settings"].items():
        settings.change(name, text)
    if "code" in order:
        journal.put(CODE, order["code"].encode())
    if dials(order):
        journal.put(_TRIAL, b"")
    left = dict(order["files"])
    for name, text in order["files"].items():
        if not (yield from _lying(station, name, text)):
            break
        left.pop(name)
    if left or not (yield from _written(journal)):
        # The settings are queued before this. What is changed from now on, no later start undoes.
        journal.put(REDO, json.dumps({"settings": {}, "files": left}).encode())
        return _UNFINISHED
    journal.put(REDO, b"")
    yield from _written(journal)
    return {}


def _lying(station, name, text):
    """A generator that pauses; True once the file ``name`` is there (or gone, for None)."""
    data = None if text is None else text.encode()
    for _ in range(_TRIES):
        station.journal.lay(name, data)
        yield from _written(station.journal)
        if station.ports.store.read(name) == data:
            return True
    return False


def _written(journal):
    """A generator that pauses until all that was said is on the medium; False: it refuses."""
    while journal.pending and not journal.trouble:
        yield
    return not journal.trouble


def dials(order: dict) -> bool:
    """The order says anew where the back end is, or as whom the station comes."""
    names = " ".join(order["settings"]).lower()
    credentials = ("centralsystemurl", "authorizationkey", "securityprofile")
    return bool(order["files"]) or any([name in names for name in credentials])


def left(station) -> dict:
    """The order that a power cut left half done, or None; what another program left is none."""
    try:
        order = json.loads(station.journal.get(REDO) or b"null")
        good = type(order["settings"]) is dict and type(order["files"]) is dict
    except (ValueError, KeyError, TypeError):
        return None
    return order if good else None


def reboots(settings, wanted: dict) -> list:
    """The names in ``wanted`` that count from the next start."""
    rows = [settings.row(name) for name in wanted]
    return [row[NAME] for row in rows if row[REBOOT]]


def described(settings, row: tuple) -> dict:
    """A setting for people and forms: all of its row and its value; a secret is shown as ***."""
    name, kind, default, low, high, access, reboot, meaning = row
    value = settings.shown(row)
    if value is None:
        value, default = "***" if settings.get(name) else "", ""
    return {
        "name": name, "kind": kind, "value": value, "default": default, "low": low, "high": high,
        "secret": access == "W", "order": is_writable(row), "code": is_coded(name),
        "reboot": reboot, "meaning": meaning,
    }  # fmt: skip


def _among(name, names):
    return (" %s " % name) in names


def _wrong_file(name, text):
    if name not in _FILES:
        return "unknown file, expected one of: " + ", ".join(_FILES)
    if text is None:
        return None
    if type(text) is not str or "-----BEGIN " not in text or "-----END " not in text:
        return "%s: expected a text in PEM, from -----BEGIN to -----END" % name
    if len(text) > _FILE_MOST:
        return "%s: %d characters, expected at most %d" % (name, len(text), _FILE_MOST)
    return None


def _examine_credentials(settings, values, files, has, errors):
    """A profile without what it needs would keep the station off line for ever (A05)."""

    def value(name):
        return values.get(name.lower(), settings.get(name))

    def lacks(name):
        return files[name] is None if name in files else not has(name)

    profile = value("SecurityProfile")
    if profile in (1, 2) and not value("AuthorizationKey"):
        errors["AuthorizationKey"] = "AuthorizationKey: security profile %d needs one" % profile
    secure = profile > 1 or value("CentralSystemUrl").startswith("wss:")
    needed = _FILES if profile == 3 else _FILES[:1] if secure else ()
    for name in needed:
        if lacks(name):
            errors[name] = "%s: a wss connection of this profile needs this file" % name
