"""How a report is signed: an HMAC-SHA256 with the unit's report key, over the digest of its text.

The station signs a short line (``line_of``), whatever the report's length; whoever knows the
unit's secret (the label file that flashing wrote) can check it. A report is a JSON object; its
``signature`` is hexadecimal and not part of what is signed.
"""

import hashlib
import hmac
import json
from pathlib import Path

FORMAT = "pilotlight commissioning report 1"
_SIGNATURE = "signature"


class Unverified(ValueError):
    """The report is not what the station signed; the message says in what way."""


def canonical(report: dict) -> bytes:
    """The one text of a report: names sorted, no blanks, ASCII; without the signature."""
    content = {name: value for name, value in report.items() if name != _SIGNATURE}
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii")


def line_of(report: dict) -> str:
    """What the station is asked to sign."""
    return f"{FORMAT} {hashlib.sha256(canonical(report)).hexdigest()}"


def signature_of(report: dict, key: bytes) -> str:
    """What a station with this report key answers."""
    return hmac.new(key, line_of(report).encode(), hashlib.sha256).hexdigest()


def verify(report: dict, key: bytes) -> None:
    """Unverified unless the unit with this report key signed exactly this."""
    if not isinstance(report, dict) or report.get("format") != FORMAT:
        raise Unverified(f'not a report of ours: expected "format": "{FORMAT}"')
    told = report.get(_SIGNATURE)
    if not isinstance(told, str) or not told:
        raise Unverified("the report is not signed")
    if not hmac.compare_digest(told.encode(), signature_of(report, key).encode()):
        raise Unverified("the signature does not fit: the report was changed, or another unit's")


def read(path: Path) -> dict:
    """A report from a file; Unverified for what is none."""
    try:
        report = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise Unverified(f"{path}: no report: {error}") from None
    if not isinstance(report, dict):
        raise Unverified(f"{path}: no report: a JSON object expected")
    return report
