"""The ESP32's ADC at 11 dB, of a chip whose reference is 1.1 V: counts of a voltage, and back.

Nothing below 142 mV, straight to 2880 counts, and then bent: a voltage each 64 counts, half way
between what ESP-IDF's characterisation has for a reference of 1.0 and of 1.2 V.
"""

_FIRST_MV, _BENT, _EACH, _MOST = 142, 2880, 64, 4095
_SLOW_MV = (2240, 2297, 2352, 2405, 2457, 2512, 2564, 2616, 2664, 2709, 2754, 2795, 2832, 2868,
            2903, 2937, 2969, 3000, 3030, 3060)  # fmt: skip
_FAST_MV = (2667, 2706, 2745, 2780, 2813, 2844, 2873, 2901, 2928, 2956, 2982, 3006, 3032, 3059,
            3084, 3110, 3135, 3160, 3184, 3209)  # fmt: skip
_POINTS = [(_FIRST_MV, 0)] + [
    ((slow + fast) / 2, min(_BENT + _EACH * at, _MOST))
    for at, (slow, fast) in enumerate(zip(_SLOW_MV, _FAST_MV))
]
END_MV = (_SLOW_MV[-1] + _FAST_MV[-1]) / 2


def counts_of(level_mv: float) -> int:
    """What the converter makes of it."""
    return min(max(round(_along(level_mv, 0, 1)), 0), _MOST)


def level_mv_of(counts: int) -> float:
    """What machine.ADC.read_uv says, in millivolts."""
    return _along(counts, 1, 0)


def _along(value, given, wanted):
    at = 1
    while at < len(_POINTS) - 1 and value > _POINTS[at][given]:
        at += 1
    low, high = _POINTS[at - 1], _POINTS[at]
    share = (value - low[given]) / (high[given] - low[given])
    return low[wanted] + share * (high[wanted] - low[wanted])
