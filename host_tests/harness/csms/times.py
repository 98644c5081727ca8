"""Moments: milliseconds since 1970 UTC, and as OCPP writes them."""

from datetime import UTC, datetime


def utc_text(utc_ms: int) -> str:
    """``2026-01-05T08:00:00.000Z``."""
    moment = datetime.fromtimestamp(utc_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{utc_ms % 1000:03d}Z"


def utc_ms(text: str) -> int:
    """The moment of an ISO 8601 text; one without zone is taken as UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
