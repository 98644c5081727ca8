"""What the installed charging profiles allow at a moment (OCPP 1.6 §3.13, errata 3.7 to 3.56).

Pure: a profile is one bytes object (``pack``), a limit whole tenths of an ampere per phase or of a
watt in all, a time whole seconds. A look costs a few reads in each profile, however many periods
it has, and keeps nothing.

Rules:
- Per purpose the highest stackLevel counts that says something now: within validFrom and validTo
  (exclusive), begun, within its duration. Where it says nothing, the next lower one counts.
- TxProfile goes before TxDefaultProfile, that of a connector before that of connector 0.
- A Relative profile, and one without startSchedule, counts from the start of the transaction; a
  recurring one repeats every day or seven days from its startSchedule on, never before.
- Without the time of day, what needs it says nothing, but for ChargePointMaxProfile: it guards
  the wiring, so the lowest of its limits holds until the time is known, and of several stackLevels
  the lowest of all that may count (``may_count``): the highest one may be over.
"""

import struct

from micropython import const

MAX = const(0)
DEFAULT = const(1)
TX = const(2)

ABSOLUTE = const(0)
DAILY = const(1)
WEEKLY = const(2)
RELATIVE = const(3)

AMPERES = const(0)
WATTS = const(1)

# Further than any change that matters; small enough for an integer without heap.
FOREVER_S = const(0x3FFFFFFF)
# The most that a limit can be, in tenths: four times as much has to fit 32 bits.
MOST_TENTHS = const(0x3FFFFFFF)
NOMINAL_V = const(230)

# version, purpose, connector, stackLevel, kind, unit, our number of the change, id, startSchedule,
# validFrom, validTo, duration, minChargingRate in tenths (-1: absent).
HEAD = "<BBBBBBIqqqqqq"
_HEAD_SIZE = const(58)
_VERSION = const(1)
PURPOSE = const(1)
CONNECTOR = const(2)
STACK = const(3)
KIND = const(4)
UNIT = const(5)
SEQ = const(6)
ID = const(7)
_START = const(8)
_FROM = const(9)
_TO = const(10)
_DURATION = const(11)
_LEAST = const(12)
# A period: its start in seconds, and limit in tenths times four plus numberPhases (0: not given).
_PERIOD = "<II"
_PERIOD_SIZE = const(8)


def pack(head: tuple, periods: list) -> bytes:
    """A profile of ``head`` (what HEAD lists, from purpose on) and ``periods``: (start_s, limit in
    tenths, phases or 0), ascending."""
    data = bytearray(struct.pack(HEAD, _VERSION, *head))
    for start_s, tenths, phases in periods:
        data.extend(struct.pack(_PERIOD, start_s, tenths * 4 + phases))
    return bytes(data)


def head_of(data: bytes) -> tuple:
    """The head of a profile, or None when ``data`` is none."""
    if data is None or len(data) < _HEAD_SIZE + _PERIOD_SIZE or data[0] != _VERSION:
        return None
    return None if (len(data) - _HEAD_SIZE) % _PERIOD_SIZE else struct.unpack_from(HEAD, data)


def allowed(profiles: list, connector: int, utc_s: int, elapsed_s: int) -> tuple:
    """What ``profiles`` (None among them is passed over) allow ``connector`` now; for connector 0,
    what the whole station is allowed by ChargePointMaxProfile.

    ``utc_s`` is None while unknown, ``elapsed_s`` counts from the start of the transaction.
    Returns (limit in tenths or None, unit, phases or 0, minChargingRate in tenths or -1,
    for how many seconds at least this holds).
    """
    holds_s, ceiling = FOREVER_S, FOREVER_S
    while True:
        chosen, rank = None, -1
        for data in profiles:
            if data is not None and (data[PURPOSE] == MAX) == (connector == 0):
                place = data[CONNECTOR]
                its_rank = (data[PURPOSE] * 2 + (place > 0)) * 256 + data[STACK]
                if rank < its_rank < ceiling and (place == connector or place == 0):
                    chosen, rank = data, its_rank
        if chosen is None:
            return None, AMPERES, 0, -1, holds_s
        head = struct.unpack_from(HEAD, chosen)
        word, left_s = _look(head, chosen, utc_s, elapsed_s)
        holds_s = min(holds_s, left_s)
        if word is not None:
            return word // 4, head[UNIT], word % 4, head[_LEAST], holds_s
        # It says nothing now: the next one below it.
        ceiling = rank


def may_count(profiles: list) -> list:
    """The ChargePointMaxProfiles of which any may be the one that counts when no one knows the
    time: from the highest stackLevel down to the first that needs no time."""
    found, ceiling = [], 256
    while ceiling >= 0:
        chosen, level = None, -1
        for data in profiles:
            if data is not None and data[PURPOSE] == MAX and level < data[STACK] < ceiling:
                chosen, level = data, data[STACK]
        ceiling = level
        if chosen is not None:
            found.append(chosen)
            head = head_of(chosen)
            if max(head[_FROM], head[_TO], -1 if head[KIND] == RELATIVE else head[_START]) < 0:
                ceiling = -1
    return found


def convert(tenths: int, unit: int, wanted: int, phases: int) -> int:
    """``tenths`` of ``unit`` in ``wanted``, on so many phases, never more than it was."""
    if unit == wanted:
        return tenths
    if wanted == WATTS:
        return tenths * NOMINAL_V * phases
    return tenths // (NOMINAL_V * phases)


def to_ma(tenths: int, unit: int, phases: int) -> int:
    """A limit as mA per phase."""
    return tenths * 100 if unit == AMPERES else tenths * 100 // (NOMINAL_V * phases)


class Composite:
    """A composite schedule, found a few looks at a time, at most ``most`` periods of it.

    ``look(at_s) -> (what holds, for how many seconds at least)``. ``periods`` are (start_s, what
    holds), one for each change, and true up to ``end_s``, which is less than ``duration_s`` where
    there are more periods than asked for.
    """

    def __init__(self, look, duration_s: int, most: int):
        self.periods = []
        self.end_s = 0
        self._look = look
        self._duration_s = duration_s
        self._most = most

    def go_on(self, looks: int) -> bool:
        """Take so many looks; True when it is complete."""
        while looks and self.end_s < self._duration_s:
            looks -= 1
            now, holds_s = self._look(self.end_s)
            if not self.periods or now != self.periods[-1][1]:
                if len(self.periods) == self._most:
                    return True
                self.periods.append((self.end_s, now))
            self.end_s = min(self.end_s + holds_s, self._duration_s)
        return self.end_s >= self._duration_s


def _look(head, data, utc_s, elapsed_s):
    """(the word of the period that holds or None, seconds for which that is so)."""
    left_s = FOREVER_S
    start_s, from_s, to_s = head[_START], head[_FROM], head[_TO]
    kind = head[KIND]
    anchored = kind != RELATIVE and start_s >= 0
    if utc_s is None and (anchored or from_s >= 0 or to_s >= 0):
        return _lowest(head, data), FOREVER_S
    if from_s >= 0 and utc_s < from_s:
        return None, from_s - utc_s
    if to_s >= 0:
        left_s = to_s - utc_s
        if left_s <= 0:
            return None, FOREVER_S
    if not anchored and elapsed_s is None:
        return _lowest(head, data), left_s
    at_s = utc_s - start_s if anchored else elapsed_s
    if at_s < 0:
        return None, min(left_s, -at_s)
    return _within(head, data, at_s, left_s)


def _within(head, data, at_s, left_s):
    """As _look, ``at_s`` seconds after the beginning of a schedule that holds for ``left_s``."""
    end_s = head[_DURATION] if head[_DURATION] >= 0 else FOREVER_S * 16
    kind = head[KIND]
    if kind == DAILY or kind == WEEKLY:
        every_s = 86400 if kind == DAILY else 604800
        at_s %= every_s
        left_s = min(left_s, every_s - at_s)
    if at_s >= end_s:
        return None, left_s
    left_s = min(left_s, end_s - at_s)
    low, high = 0, (len(data) - _HEAD_SIZE) // _PERIOD_SIZE
    while high - low > 1:
        middle = (low + high) // 2
        if _period(data, middle)[0] <= at_s:
            low = middle
        else:
            high = middle
    if low + 1 < (len(data) - _HEAD_SIZE) // _PERIOD_SIZE:
        left_s = min(left_s, _period(data, low + 1)[0] - at_s)
    return _period(data, low)[1], left_s


def _lowest(head, data):
    """The word of the lowest limit of a ChargePointMaxProfile; None for other profiles."""
    if head[PURPOSE] != MAX:
        return None
    lowest = _period(data, 0)[1]
    for at in range(1, (len(data) - _HEAD_SIZE) // _PERIOD_SIZE):
        lowest = min(lowest, _period(data, at)[1])
    return lowest


def _period(data, at):
    return struct.unpack_from(_PERIOD, data, _HEAD_SIZE + _PERIOD_SIZE * at)
