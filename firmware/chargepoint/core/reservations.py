"""Who holds which connector, and until when; 0 stands for any one of them (OCPP 1.6 §5.13).

Rules:
- One reservation for each connector, and one for 0. The same number again takes the place of the
  old one, wherever that was; where the new place can't be had, the old one stays.
- Only the idTag, or one of the same parent, begins at a reserved connector. While 0 is reserved,
  others begin only where another free connector is left for the holder.
- A start for the holder ends it (there, or anywhere for 0), so do its expiry, a cancellation, and
  the connector (0: the station, or all of them) being Faulted or Unavailable.
- All is one fact of the journal: a power cut finds it before a change or after it. A start names
  the reservation that it used up; where the cut came between the two, ``used`` catches up.
- None is made without a clock. One that a start without a clock found holds for its whole length
  again, and no longer.
"""

import json

from micropython import const

from chargepoint.core.authorisation import same_tag

ACCEPTED = const("Accepted")
REJECTED = const("Rejected")
OCCUPIED = const("Occupied")
FAULTED = const("Faulted")
UNAVAILABLE = const("Unavailable")

_NAME = const("reserved")
# The clock is looked at this often: a longer step makes garbage for nothing.
_LOOK_MS = const(1000)
# The places of a reservation's list, which is also what is saved; _SEQ is the number that the next
# event had when it was made, so that a start before it is known to have used another.
_CONNECTOR = const(0)
_NUMBER = const(1)
_TAG = const(2)
_PARENT = const(3)
_EXPIRES_S = const(4)
_LENGTH_S = const(5)
_SEQ = const(6)


class Reservations:
    """For connectors 0..``count``, kept in ``journal``. ``condition(connector)`` tells what keeps
    a driver away there now, "Faulted", "Unavailable" or "Occupied", else None; ``utc_s()`` seconds
    since 1970, or None without a clock.
    """

    def __init__(self, count: int, journal, condition, utc_s):
        self._journal = journal
        self._condition = condition
        self._utc_s = utc_s
        self._held: list = [None] * (count + 1)
        self._shown = [False] * (count + 1)
        self._unsaved = False
        self._busy = False
        self._since_ms = None
        self._look_ms = 0
        self._load()

    # -- what the back end asks -----------------------------------------------------------------

    def reserve(self, connector: int, number: int, tag: str, parent: str, expires_s: int):
        """Reservation ``number`` of ``connector`` for ``tag`` or ``parent`` (may be None) until
        ``expires_s``, in seconds since 1970.

        The word of refusal, or ``function(now_ms)`` that tells "Accepted" once it is saved,
        "Rejected" when it can't be, and None until then.
        """
        utc_s = self._utc_s()
        why = self._condition(connector) or self._refusal(connector, number)
        if why is None and (utc_s is None or expires_s <= utc_s):
            why = REJECTED
        if why is not None:
            return why
        old = self._by(number)
        if old is not None:
            self._held[old[_CONNECTOR]] = None
        length_s = expires_s - utc_s
        # An empty parent is none: nothing may match it.
        new = [connector, number, tag, parent or None, expires_s, length_s, self._journal.next_seq]
        self._held[connector] = new
        return self._save_for(new, old)

    def cancel(self, number: int):
        """End reservation ``number``: "Rejected" when there is none, else as ``reserve``."""
        old = self._by(number)
        if old is None:
            return REJECTED
        self._held[old[_CONNECTOR]] = None
        return self._save_for(None, old)

    # -- what a driver meets --------------------------------------------------------------------

    def admits(self, connector: int, tag: str, parent: str, left: int = 0) -> bool:
        """No one else's reservation keeps ``tag`` (of ``parent`` or None) from ``connector``;
        ``left`` is a connector that it gives up for this."""
        held, whole = self._held[connector], self._held[0]
        if held is not None:
            return _fits(held, tag, parent)
        if whole is None or _fits(whole, tag, parent):
            return True
        return left > 0 or self._free_beside(connector)

    def asks_parent(self, connector: int) -> bool:
        """Whether one who is not admitted at ``connector`` may be one of a parent."""
        held = self._held[connector] or self._held[0]
        return held is not None and held[_PARENT] is not None

    def keeps(self, connector: int, tag: str, parent: str) -> bool:
        """``connector`` itself is reserved for ``tag`` or ``parent``."""
        held = self._held[connector]
        return held is not None and _fits(held, tag, parent)

    def number_for(self, connector: int, tag: str, parent: str) -> int:
        """The number of the reservation that a start of ``tag`` at ``connector`` uses, or None."""
        for held in (self._held[connector], self._held[0]):
            if held is not None and _fits(held, tag, parent):
                return held[_NUMBER]
        return None

    def used(self, number: int, seq: int) -> None:
        """The start that event ``seq`` records used reservation ``number``, if it is there still
        and not a later one of the same number."""
        held = self._by(number)
        if held is not None and held[_SEQ] <= seq:
            self._end(held)

    def shown(self, connector: int) -> bool:
        """``connector`` is to be told as Reserved: only a holder may begin there. What is not yet
        saved does not show."""
        return self._shown[connector]

    # -- each step ------------------------------------------------------------------------------

    def tick(self, now_ms: int) -> None:
        """End what is over, and let what is saved show."""
        if self._unsaved and (self._journal.pending == 0 or self._journal.trouble is not None):
            self._unsaved = False
        if not self._busy:
            return
        if self._since_ms is None:
            self._since_ms = now_ms
        if now_ms >= self._look_ms:
            self._look_ms = now_ms + _LOOK_MS
            self._expire(self._utc_s(), now_ms)
        self._busy = self._unsaved
        for connector in range(len(self._held)):
            held = self._held[connector]
            if held is not None:
                self._busy = True
                if self._broken(connector):
                    self._end(held)
        if not self._unsaved:
            for connector in range(1, len(self._held)):
                self._shown[connector] = self._only_for_holder(connector)

    # -- inside ---------------------------------------------------------------------------------

    def _refusal(self, connector, number):
        """Who else is in the way of reservation ``number``: a word, or None."""
        if self._taken(connector, number):
            return OCCUPIED
        if connector:
            needed = self._held[0] is not None and self._held[0][_NUMBER] != number
            return OCCUPIED if needed and not self._free_beside(connector, number) else None
        if self._free_beside(0, number):
            return None
        words = [self._condition(place) or OCCUPIED for place in range(1, len(self._held))]
        return OCCUPIED if OCCUPIED in words else words[0]

    def _taken(self, connector, number):
        held = self._held[connector]
        return held is not None and held[_NUMBER] != number

    def _free_beside(self, connector, number=None):
        """A connector other than ``connector`` is free, and not held but by ``number``."""
        for other in range(1, len(self._held)):
            if other != connector and not self._taken(other, number):
                if self._condition(other) is None:
                    return True
        return False

    def _only_for_holder(self, connector):
        if self._held[connector] is not None:
            return True
        # While 0 is reserved, the last one that is free is the holder's.
        free = self._held[0] is not None and self._condition(connector) is None
        return free and not self._free_beside(connector)

    def _broken(self, connector):
        """What is reserved is out of service."""
        if self._condition(connector) in (FAULTED, UNAVAILABLE):
            return True
        if connector:
            return False
        for other in range(1, len(self._held)):
            if self._condition(other) not in (FAULTED, UNAVAILABLE):
                return False
        return True

    def _expire(self, utc_s, now_ms):
        for held in self._held:
            if held is None:
                continue
            if utc_s is None:
                over = now_ms - self._since_ms >= held[_LENGTH_S] * 1000
            else:
                over = utc_s >= held[_EXPIRES_S]
            if over:
                self._end(held)

    def _by(self, number):
        for held in self._held:
            if held is not None and held[_NUMBER] == number:
                return held
        return None

    def _end(self, held):
        self._held[held[_CONNECTOR]] = None
        self._save()

    def _save_for(self, new, old):
        """Keep what is; the answer, which takes ``new`` back for ``old`` when it can't be kept."""
        self._save()

        def answer(now_ms):
            if self._journal.pending == 0:
                return ACCEPTED
            if self._journal.trouble is None:
                return None
            if new is not None and self._held[new[_CONNECTOR]] is new:
                self._held[new[_CONNECTOR]] = None
            if old is not None and self._held[old[_CONNECTOR]] is None:
                self._held[old[_CONNECTOR]] = old
            self._save()
            return REJECTED

        return answer

    def _save(self):
        self._unsaved = self._busy = True
        held = [each for each in self._held if each is not None]
        self._journal.put(_NAME, json.dumps(held).encode())

    def _load(self):
        try:
            for held in json.loads(self._journal.get(_NAME) or b"[]"):
                _check(held)
                # A station that was rebuilt with fewer connectors keeps what it still has.
                if held[_CONNECTOR] < len(self._held):
                    self._held[held[_CONNECTOR]] = held
                    self._busy = True
        except (ValueError, TypeError, IndexError):
            self._held = [None] * len(self._held)


def _check(held):
    """Raise ValueError for what no station saved."""
    kinds = [type(each) for each in held]
    if kinds[_PARENT] not in (str, type(None)):
        raise ValueError("reservation of parent %r" % held[_PARENT])
    kinds[_PARENT] = str
    if kinds != [int, int, str, str, int, int, int] or held[_CONNECTOR] < 0:
        raise ValueError("reservation %r" % held)


def _fits(held, tag, parent):
    return same_tag(held[_TAG], tag) or same_tag(held[_PARENT], parent)
