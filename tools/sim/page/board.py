"""What all pages may look at, kept by the page's thread; each page takes what it has not seen.

A page that stalls is told nothing meanwhile, and afterwards what is: the board never waits for
one and keeps nothing for one.
"""

from collections import deque

from tools.sim.page.difference import SAME, between

ALL, NOTHING = None, ""
KEPT_FRAMES, KEPT_LINES, KEPT_SAMPLES = 300, 300, 1200


class Board:
    """``identities`` of the stations, and of each how many connectors it has."""

    def __init__(self, identities: list[str]):
        self.clock = {}
        self.rows = {}
        self.stations = {}
        self._kept = {
            "frames": {identity: _Tail(KEPT_FRAMES) for identity in identities},
            "log": {identity: _Tail(KEPT_LINES) for identity in identities},
            "samples": {identity: _Tail(KEPT_SAMPLES) for identity in identities},
        }

    def take(self, news: dict) -> None:
        """``clock``, ``rows`` and ``stations`` are anew, the others come on top."""
        self.clock = news["clock"]
        self.rows = news["rows"] or self.rows
        self.stations = news["stations"]
        for name, kept in self._kept.items():
            for identity, entries in news[name].items():
                kept[identity].add(entries)

    def knows(self, identity) -> bool:
        """Whether there is a station of that name."""
        return isinstance(identity, str) and identity in self._kept["frames"]

    def after(self, name: str, identity: str, seen: int) -> tuple:
        """(entries of ``name`` since the first ``seen``, how many there were in all)."""
        return self._kept[name][identity].after(seen)


class Look:
    """What one page has seen of a board; before it watches anything, nothing is new to it."""

    def __init__(self, board: Board):
        self._board = board
        # A station's name, ALL of them, or nothing yet.
        self.watched = NOTHING
        self._begin()

    def watch(self, identity: str | None) -> None:
        """From now on it looks at one station, or at ALL of them; the next news say so first."""
        self.watched = identity
        self._begin()

    def news(self) -> dict:
        """What it has not seen; empty when there is nothing."""
        board, told = self._board, {}
        if self.watched == NOTHING:
            return told
        if self._begins:
            told["watching"], self._begins = self.watched, False
        self._compare(told, "clock", board.clock)
        if self.watched is ALL:
            self._compare(told, "rows", board.rows)
            return told
        station = board.stations.get(self.watched)
        if station is None:
            return told
        self._compare(told, "station", station)
        for name in self._seen:
            entries, self._seen[name] = board.after(name, self.watched, self._seen[name])
            if entries:
                told[name] = entries
        return told

    def _begin(self):
        self._begins = True
        self._before = {}
        self._seen = {"frames": 0, "log": 0, "samples": 0}

    def _compare(self, told, name, now):
        change = between(self._before.get(name), now)
        self._before[name] = now
        if change is not SAME:
            told[name] = change


class _Tail:
    """The last of what was added, and how many there ever were."""

    def __init__(self, most: int):
        self._entries = deque(maxlen=most)
        self._count = 0

    def add(self, entries: list) -> None:
        self._entries.extend(entries)
        self._count += len(entries)

    def after(self, seen: int) -> tuple:
        new = min(self._count - seen, len(self._entries))
        return list(self._entries)[len(self._entries) - new :] if new else [], self._count
