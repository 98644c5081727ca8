"""A board's store as a file: a zip of its records, with a manifest that tells their digests."""

import hashlib
import json
import os
import zipfile
from datetime import UTC, datetime

_MANIFEST = "manifest.json"
_FORMAT = "pilotlight store 1"


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
    try:
        with zipfile.ZipFile(path) as archive:
            told = json.loads(archive.read(_MANIFEST))
            if told.get("format") != _FORMAT:
                raise ValueError(f"{path}: format {told.get('format')!r}, expected {_FORMAT!r}")
            records = {name: archive.read("store/" + name) for name in told["records"]}
    except (zipfile.BadZipFile, KeyError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path}: no whole backup of a store ({error})") from error
    for name, wanted in told["records"].items():
        if digest(records[name]) != wanted:
            raise ValueError(f"{path}: record {name} is damaged")
        if name.startswith("/") or ".." in name.split("/"):
            raise ValueError(f"{path}: record {name!r} would lie outside of the store")
    return records, told
