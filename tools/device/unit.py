"""The unit of a board that is flashed: its serial number, its secret, and the label for its box.

Of the secret come the access point's password and the key that signs its reports (core/unit); the
label file is for the printer and for the back office, which checks reports with it. Keep it as you
keep a password.
"""

import json
import os
import secrets
from pathlib import Path

from host_tests.harness import paths
from tools.paths import BUILD

paths.use_firmware()

from chargepoint.core import unit  # noqa: E402

LABELS = BUILD / "labels"


def made(serial: str = None, folder: Path = LABELS) -> bytes:
    """A new record; of a ``serial`` that has a label already, the record of that label, for it
    may be on a box. ValueError for a serial number, or a label, of no use."""
    given = json.loads(unit.made(secrets.token_bytes(20)))
    if serial is not None:
        given["serial"] = serial
        if (label := _label(serial, folder)).exists():
            given["secret"] = _secret(label, serial)
    record = json.dumps(given).encode()
    if unit.read(record) is None:
        raise ValueError(f"serial number {serial!r}: expected 1 to 25 characters")
    return record


def write_label(record: bytes, folder: Path = LABELS) -> Path:
    """``label-<serial>.json``, which only its owner may read."""
    serial, secret = unit.read(record)
    folder.mkdir(parents=True, exist_ok=True)
    path = _label(serial, folder)
    label = {"serial": serial, "secret": secret.hex(), "password": unit.password(secret)}
    # Of an older file the permissions would stay.
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(label, file, indent=2)
    return path


def _label(serial, folder):
    return folder / f"label-{''.join(c if c.isalnum() or c in '-_' else '_' for c in serial)}.json"


def _secret(label, serial):
    told = unit.read(label.read_bytes())
    if told is None or told[0] != serial:
        raise ValueError(f"{label}: no label of unit {serial}; take it away, or mend it")
    return told[1].hex()
