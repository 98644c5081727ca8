"""Counts of the ESP32's ADC at 11 dB and what they mean, found from two levels of one wave.

Straight up to 2880 counts (some 2.45 V), bent above. How it bends is known of every chip between
two curves, at a reference of 1.0 and of 1.2 V (ESP-IDF, characterisation of ADC1); the upper level
says where between them this chip lies, one below the bend by where its line meets it. Counts are
whole, voltages tenths of a millivolt.
"""

from micropython import const

# Where it bends, half way, and its end: counts, and tenths of a millivolt on both curves.
_BENT = const(2880)
_CURVES = ((2880, 22400, 26670), (3456, 27090, 29560), (4095, 30600, 32090))
_WHOLE = const(1000)


def points_of(low: int, low_tenths: int, high: int, high_tenths: int, bends: bool) -> tuple:
    """((counts, tenths of a millivolt), ...), rising, through both levels.

    ``bends``: levels of this board lie where a straight line is wrong. ``high`` need not be one of
    them: a start in C or D sees less than B.
    """
    if not bends:
        return ((low, low_tenths), (high, high_tenths))
    if high < _BENT:
        high_tenths = low_tenths + (_BENT - low) * (high_tenths - low_tenths) // (high - low)
        high = _BENT
    share = _share(high, high_tenths)
    bent = [(at, slow + (fast - slow) * share // _WHOLE) for at, slow, fast in _CURVES]
    return ((low, low_tenths),) + tuple(bent)


def along(points: tuple, value: int, given: int, wanted: int) -> int:
    """What belongs to ``value``; ``given`` and ``wanted`` are places in a point (0 counts, 1
    tenths). Beyond the ends the last piece goes on. Makes no garbage."""
    before = points[0]
    after = points[1]
    at = 2
    while at < len(points) and value > after[given]:
        before = after
        after = points[at]
        at += 1
    span = after[given] - before[given]
    return before[wanted] + (value - before[given]) * (after[wanted] - before[wanted]) // span


def _share(counts, tenths):
    """How far between both curves a level lies, in 1/1000; a chip lies within."""
    before, after = _CURVES[0], _CURVES[1]
    if counts > after[0]:
        before, after = after, _CURVES[2]
    part, span = counts - before[0], after[0] - before[0]
    slow = before[1] + (after[1] - before[1]) * part // span
    fast = before[2] + (after[2] - before[2]) * part // span
    return min(max((tenths - slow) * _WHOLE // (fast - slow), 0), _WHOLE)
