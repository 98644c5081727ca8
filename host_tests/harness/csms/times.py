"""Moments: milliseconds since 1970 UTC, and as OCPP writes them."""

from datetime import UTC, datetime

# What a page can show in any zone: not the last 14 hours of 9999.
_END_MS = 253_402_250_400_000


def utc_text(utc_ms: int) -> str:
    """``2026-01-05T08:00:00.000Z``."""
    moment = datetime.fromtimestamp(utc_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{utc_ms % 1000:03d}Z"


def utc_ms(text: str) -> int:
    """The moment of an ISO 8601 text; one without zone is taken as UTC.

    Raises ValueError for what is none, and for one before 1970 or in the last hours of 9999.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        at_ms = round(moment.timestamp() * 1000)
    except OverflowError:
        at_ms = -1
    if not 0 <= at_ms < _END_MS:
        raise ValueError(f"expected a moment from 1970 to 9999, got {text}")
    return at_ms


def utc_ms_or_none(text: object) -> int | None:
    """The same of what a station said; None for what is no moment."""
    try:
        return utc_ms(text)
    except (TypeError, ValueError):
        return None
