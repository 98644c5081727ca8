"""A board's store as a file: a zip of its records, with a manifest that tells their digests."""

import hashlib
import io
import json
import os
import struct
import zipfile
import zlib
from datetime import UTC, datetime

_MANIFEST = "manifest.json"
_FORMAT = "pilotlight store 1"
# Where a board keeps what is being restored (firmware: drivers/store_restore).
_RESTORING = "restore"
# What zipfile and json say of a file that is none of ours, or damaged: a wrong password or method
# is a RuntimeError, EOFError a member that ends early.
_FOREIGN = (
    zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, struct.error,
    KeyError, TypeError, AttributeError, ValueError,
)  # fmt: skip


def digest(data: bytes) -> str:
    """SHA-256, in hex."""
    return hashlib.sha256(data).hexdigest()


def write(path: str, records: dict, about: dict) -> None:
    """``records``: name -> bytes; ``about`` what it is of. Only its owner may read the file: it
    has the station's passwords in it. What was there before stays until the new one is whole."""
    digests = {name: digest(data) for name, data in records.items()}
    told = {"format": _FORMAT, "made": datetime.now(UTC).isoformat(), **about, "records": digests}
    partly = f"{path}.part"
    with open(os.open(partly, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(_MANIFEST, json.dumps(told, indent=2))
            for name, data in records.items():
                archive.writestr("store/" + name, data)
    os.replace(partly, path)


def read(path: str) -> tuple:
    """(records, manifest). ValueError names what is wrong with the file; OSError: it can't be
    read."""
    with open(path, "rb") as file:
        whole = io.BytesIO(file.read())
    try:
        with zipfile.ZipFile(whole) as archive:
            told = json.loads(archive.read(_MANIFEST))
            if told["format"] != _FORMAT:
                raise ValueError(f"format {told['format']!r}, expected {_FORMAT!r}")
            records = {name: archive.read("store/" + name) for name in told["records"]}
            for name, wanted in told["records"].items():
                _check(name, records[name], wanted)
    except _FOREIGN as error:
        raise ValueError(f"{path}: no whole backup of a store ({error})") from error
    return records, told


def _check(name, data, wanted):
    if digest(data) != wanted:
        raise ValueError(f"record {name} is damaged")
    parts = name.split("/")
    if "" in parts or "." in parts or ".." in parts or parts[0] == _RESTORING:
        raise ValueError(f"record {name!r} would lie outside of the store")
