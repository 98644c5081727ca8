"""Secrets of units, by serial number: from a label file as flashing writes it."""

import csv
import json
from pathlib import Path

from tools.commission.signature import Unverified


def key_of(secret: str) -> bytes:
    """The report key of a unit's secret (32 hex digits), as the station derives it."""
    from host_tests.harness import paths

    paths.use_firmware()
    from chargepoint.core import unit

    try:
        data = bytes.fromhex(secret)
    except ValueError:
        data = b""
    if len(data) != 16:
        raise Unverified("the secret: expected 32 hexadecimal digits")
    return unit.report_key(data)


def secret_of(serial: str, labels: Path) -> str:
    """The secret of unit ``serial`` in a label file, or in a folder of them: JSON (one object, a
    list, or one a line), or CSV with a heading; each with ``serial`` and ``secret``. Unverified
    when it is not there."""
    labels = Path(labels)
    for path in sorted(labels.glob("*.json")) if labels.is_dir() else [labels]:
        for row in _rows(path):
            if isinstance(row, dict) and row.get("serial") == serial:
                return str(row.get("secret", ""))
    raise Unverified(f"{labels}: has no unit {serial}")


def _rows(path):
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Unverified(f"{path}: no label file: {error}") from None
    try:
        whole = json.loads(text)
        return whole if isinstance(whole, list) else [whole]
    except ValueError:
        pass
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        return [json.loads(line) for line in lines]
    except ValueError:
        return list(csv.DictReader(lines))
