"""ISO 8601 times to seconds since 1970-01-01 UTC and back, by own arithmetic.

MicroPython has no datetime, its epoch differs between ports, and single floats can't hold
seconds. Read: the extended format and the basic one (20261123T205700Z), with or without seconds,
``T`` or a space, fractions, ``Z``, ``+hh:mm``, ``+hhmm``, ``+hh``, or no zone at all, which counts
as UTC (OCPP 1.6 §3.15 recommends UTC strongly).
"""

_MONTH_STARTS = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)
_FIRST_YEAR = 1970
_LAST_YEAR = 2199


def parse(text: str) -> int:
    """Whole seconds since 1970 (fractions are dropped), 0 or more; ValueError for all else."""
    if type(text) is not str:
        raise _wrong(text)
    if text[8:9] in ("T", "t"):
        # The basic format, without marks.
        text = "%s-%s-%s:%s" % (text[:4], text[4:6], text[6:11], text[11:])
        text = text[:16] + (":" if "0" <= text[16:17] <= "9" else "") + text[16:]
    if len(text) > 15 and text[16:17] in ("", "Z", "z", "+", "-"):
        text = text[:16] + ":00" + text[16:]
    if len(text) < 19 or len(text) > 40:
        raise _wrong(text)
    # Slices and bytes: MicroPython keeps every character that stands alone for ever.
    marks = text[4:5] + text[7:8] + text[10:11] + text[13:14] + text[16:17]
    if marks not in ("--T::", "--t::", "-- ::"):
        raise _wrong(text)
    year, month, day = _digits(text, 0, 4), _digits(text, 5, 7), _digits(text, 8, 10)
    hour, minute, second = _digits(text, 11, 13), _digits(text, 14, 16), _digits(text, 17, 19)
    if not _FIRST_YEAR <= year <= _LAST_YEAR or not 1 <= month <= 12:
        raise _wrong(text)
    if not 1 <= day <= _days_in(year, month) or hour > 23 or minute > 59 or second > 60:
        raise _wrong(text)
    seconds = (_day_number(year, month, day) * 24 + hour) * 3600 + minute * 60 + second
    utc_s = seconds - _zone_s(text, _after_fraction(text))
    if utc_s < 0:
        raise _wrong(text)
    return utc_s


def text_of(utc_s: int) -> str:
    """``2026-11-23T20:57:00Z`` for seconds since 1970."""
    days, second = divmod(utc_s, 86400)
    year = _FIRST_YEAR + days // 366
    while _day_number(year + 1, 1, 1) <= days:
        year += 1
    month = 12
    while _day_number(year, month, 1) > days:
        month -= 1
    day = days - _day_number(year, month, 1) + 1
    clock = (second // 3600, second // 60 % 60, second % 60)
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % ((year, month, day) + clock)


def _wrong(text):
    return ValueError("time %r: expected ISO 8601 such as 2026-11-23T20:57:00Z" % (text,))


def _digits(text, start, end):
    part = text[start:end]
    for digit in part.encode():
        if not 48 <= digit <= 57:
            raise _wrong(text)
    if len(part) != end - start:
        raise _wrong(text)
    return int(part)


def _after_fraction(text):
    at = 19
    if text[at : at + 1] in (".", ","):
        at += 1
        while "0" <= text[at : at + 1] <= "9":
            at += 1
        if at == 20:
            raise _wrong(text)
    return at


def _zone_s(text, at):
    zone = text[at:]
    if zone in ("", "Z", "z"):
        return 0
    length = len(zone)
    if zone[:1] not in ("+", "-") or length not in (3, 5, 6) or length == 6 and zone[3:4] != ":":
        raise _wrong(text)
    hours = _digits(text, at + 1, at + 3)
    minutes = _digits(text, at + length - 2, at + length) if length > 3 else 0
    if hours > 14 or minutes > 59:
        raise _wrong(text)
    seconds = hours * 3600 + minutes * 60
    return seconds if zone[:1] == "+" else -seconds


def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_in(year, month):
    if month == 2:
        return 29 if _is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _day_number(year, month, day):
    """Days from 1970-01-01 to the given day."""
    before = year - 1
    leap_days = before // 4 - before // 100 + before // 400 - 477
    days = (year - _FIRST_YEAR) * 365 + leap_days + _MONTH_STARTS[month - 1] + day - 1
    return days + 1 if month > 2 and _is_leap(year) else days
