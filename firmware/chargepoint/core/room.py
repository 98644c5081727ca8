"""How much room the store has, and what is kept of it in advance.

Rules:
- ``shortage``: 0 none; 1 every second new reading is dropped while events wait; 2 all of them;
  3 no transaction shall begin. What is left is the room of the stops: readings would else crowd
  out what bills.
- The journal is not alone in the store. When it refuses in spite of that, ballast is dropped:
  files that fill a block each, for what must be saved even then.
- To ask a store for its room is a walk through all of it: that is done when as many events as may
  have used up what is plenty have come, and now and then while there is a shortage.
"""

from micropython import const

_SURVEY_EVENTS = const(32)
_SURVEY_FLUSHES = const(1000)
# What an event may take, generously.
_EVENT_BYTES = const(256)
# Bytes of room below which ``shortage`` is 1, 2, 3; a small store has its quarter, sixth, tenth.
_ROOMS = ((98304, 4), (65536, 6), (32768, 10))

_BALLAST = "ballast_%d"
# More than lies inside a directory of littlefs: a block each. One for so many bytes of the store.
_BALLAST_BYTES = const(256)
_BALLAST_PART = const(65536)
_BALLAST_MOST = const(4)


class Room:
    """Of ``store``. ``step`` and ``drop`` do one operation at most."""

    def __init__(self, store):
        self.shortage = 0
        self._store = store
        self._events = 0
        self._idle = 0
        self._odd = False
        self._most = 0
        self._count = 0
        while store.read(_BALLAST % self._count, 0, 1):
            self._count += 1

    def used(self, events: int) -> None:
        """So many events came, or while there is a shortage, went."""
        self._events += events

    def spare(self) -> bool:
        """There is room for one more reading, which comes after others that wait."""
        if self.shortage == 1:
            self._odd = not self._odd
            return not self._odd
        return self.shortage == 0

    def drop(self) -> bool:
        """The store refuses: give a block of ballast away; False when there is none."""
        self._events = 0
        if self._count == 0:
            return False
        self._count -= 1
        return self._store.remove(_BALLAST % self._count)

    def step(self) -> bool:
        """Survey the store or take ballast, when that is due; False when nothing is."""
        if self.shortage:
            # Others may make room, too.
            self._idle += 1
        if self._events >= 0 or self._idle >= _SURVEY_FLUSHES:
            self.survey()
            return True
        if self.shortage or self._count >= self._most:
            return False
        if self._store.write(_BALLAST % self._count, bytes(_BALLAST_BYTES)):
            self._count += 1
        else:
            self._most = self._count
        return True

    def survey(self) -> None:
        """See how much room there is."""
        room = self._store.room()
        self.shortage = self._idle = 0
        self._events = -_SURVEY_EVENTS
        if room is not None:
            free, size = room
            for least, part in _ROOMS:
                self.shortage += free < min(least, size // part)
            self._most = min(_BALLAST_MOST, size // _BALLAST_PART)
            self._events -= max(free - _ROOMS[0][0], 0) // _EVENT_BYTES
