"""What the factory laid into the store of a board, as JSON objects."""

import json


def provisioned(store, name: str, log) -> dict:
    """The object under ``name``; {} when there is none, or none that can be read, which is told.

    A damaged store must not keep a station from starting: it has its own settings, and defaults.
    """
    saved = store.read(name)
    if saved is None:
        return {}
    try:
        value = json.loads(saved)
        if type(value) is dict:
            return value
    except ValueError:
        pass
    log.write("error", "store: %s is damaged, expected a JSON object: left out" % name)
    return {}


def factory_of(store, log) -> dict:
    """The settings given at provisioning; the unit's record tells the serial number."""
    given = provisioned(store, "factory", log)
    serial = provisioned(store, "unit", log).get("serial")
    if type(serial) is str and 0 < len(serial) <= 25:
        given.setdefault("ChargePointSerialNumber", serial)
    return given
