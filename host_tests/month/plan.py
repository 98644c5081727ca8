"""What happens at a site in some days, drawn from a seed: visits of vehicles, and troubles.

Pure; seconds from the beginning. A station has one vehicle at a time and a card one session.
"""

import random
from dataclasses import dataclass, field

HOUR_S = 3600
DAY_S = 24 * HOUR_S
# Nobody comes, goes or shows a card at a station so long before a trouble, and after its end.
_BEFORE_S, _AFTER_S = 180, 900


@dataclass
class Visit:
    """One vehicle at ``station`` with the card ``tag``. It is full after ``full_s``, and leaves by
    ``way``: "card" (then unplugged) or "unplug". The world's register is noted at both ends."""

    station: int
    tag: str
    start_s: int
    end_s: int
    amps: int
    phases: int
    full_s: int
    way: str
    begin_wh: int | None = field(default=None)
    end_wh: int | None = field(default=None)

    @property
    def wh(self) -> int:
        """What the world counted."""
        return self.end_wh - self.begin_wh


@dataclass(frozen=True)
class Trouble:
    """``kind``: "off line", "power cut" or "half open" of a station; "back end" of all (-1)."""

    kind: str
    station: int
    start_s: int
    end_s: int


def tags(count: int) -> list:
    """The cards, as a reader makes them."""
    return [f"0A0B{number:04X}" for number in range(count)]


def troubles(seed: int, stations: int, days: float) -> list:
    """At most one at a time for each station; of a busy day a few, and the back end every second
    day."""
    chance = random.Random(seed)
    found = []
    for number in range(max(1, int(days / 2))):
        start_s = int((number * 2 + chance.uniform(0.2, 1.2)) * DAY_S)
        found.append(Trouble("back end", -1, start_s, start_s + chance.choice((60, 600, 2400))))
    for number in range(max(3, int(days * 2))):
        kind = ("off line", "power cut", "half open")[number % 3]
        start_s = int(chance.uniform(0.05, days - 0.2) * DAY_S)
        lasts_s = chance.choice(
            (20, 300, 2 * HOUR_S, 5 * HOUR_S) if kind == "off line" else (2, 70, 1800)
        )
        one = Trouble(kind, chance.randrange(stations), start_s, start_s + lasts_s)
        if not any(_meet(one, other, 2 * _AFTER_S) for other in found):
            found.append(one)
    return [each for each in found if each.end_s < days * DAY_S]


def _meet(one, other, apart_s):
    same = -1 in (one.station, other.station) or one.station == other.station
    return same and one.start_s < other.end_s + apart_s and other.start_s < one.end_s + apart_s


def visits(seed: int, stations: int, days: float, cards: list, about: list) -> list:
    """All that come and go, the earliest first, away from the abrupt moments of ``about``."""
    chance = random.Random(seed)
    busy_until_s = dict.fromkeys(cards, 0)
    comes_s = [chance.uniform(0, 3 * HOUR_S) for _ in range(stations)]
    found = []
    while min(comes_s) < days * DAY_S:
        # In the order of time, so that a card is free or not for all stations alike.
        station = comes_s.index(min(comes_s))
        start_s = _calm(int(comes_s[station]), station, about)
        end_s = _calm(start_s + int(chance.uniform(0.3, 8) * HOUR_S), station, about)
        free = [tag for tag in cards if busy_until_s[tag] < start_s]
        if free and end_s < days * DAY_S:
            tag = chance.choice(free)
            busy_until_s[tag] = end_s + _AFTER_S
            found.append(_visit(chance, station, tag, start_s, end_s))
        comes_s[station] = end_s + chance.uniform(0.2, 10) * HOUR_S
    return sorted(found, key=lambda visit: visit.start_s)


def _visit(chance, station, tag, start_s, end_s):
    return Visit(
        station,
        tag,
        start_s,
        end_s,
        amps=chance.choice((8, 13, 16, 16, 32)),
        phases=chance.choice((1, 3, 3)),
        full_s=start_s + int((end_s - start_s) * chance.uniform(0.5, 1.3)),
        way=chance.choice(("card", "unplug")),
    )


def _calm(at_s, station, about):
    """``at_s`` or the next moment that is far from where troubles of the station begin and end."""
    moved = True
    while moved:
        moved = False
        for each in about:
            for edge_s in (each.start_s, each.end_s):
                near = edge_s - _BEFORE_S <= at_s <= edge_s + _AFTER_S
                if each.station in (station, -1) and near:
                    at_s, moved = edge_s + _AFTER_S + 1, True
            if each.kind == "power cut" and each.station == station:
                if each.start_s <= at_s <= each.end_s:
                    at_s, moved = each.end_s + _AFTER_S + 1, True
    return at_s
