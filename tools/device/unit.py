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


def made(serial: str = None) -> bytes:
    """A new record. ValueError for a serial number of no use."""
    given = json.loads(unit.made(secrets.token_bytes(20)))
    if serial is not None:
        given["serial"] = serial
    record = json.dumps(given).encode()
    if unit.read(record) is None:
        raise ValueError(f"serial number {serial!r}: expected 1 to 25 characters")
    return record


def write_label(record: bytes, folder: Path = LABELS) -> Path:
    """``label-<serial>.json``, which only its owner may read."""
    serial, secret = unit.read(record)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"label-{''.join(c if c.isalnum() or c in '-_' else '_' for c in serial)}.json"
    label = {"serial": serial, "secret": secret.hex(), "password": unit.password(secret)}
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(label, file, indent=2)
    return path
