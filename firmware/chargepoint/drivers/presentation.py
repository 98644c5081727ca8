"""What every card reader has in common: which card is news, and what to do when it goes quiet.

- A card is told once for each time that it is presented. The same card counts again when it was
  not seen for ABSENT_MS, or when the field was empty at all and it was told AGAIN_MS ago; a card
  that stays is never told twice. Another card counts at once. Of two cards in one field neither
  counts again because the other was seen between.
- Failures in a row, two unless the reader says else, are trouble: "silent" when nothing was heard,
  else "rubbish". Each is followed by a pause that doubles, and a new start; success ends both.
"""

from micropython import const

from chargepoint.ports import Reader
from chargepoint.wire import rows

ABSENT_MS = const(1000)
AGAIN_MS = const(3000)
PAUSE_MS = const(250)
LONGEST_PAUSE_MS = const(8000)

_CARDS = const(2)

_UID = const(0)
_SEEN_MS = const(1)
_TOLD_MS = const(2)
_MISSED = const(3)

# How a card was missed since it was last seen: another one was there, or none.
_OTHER = const(1)
_EMPTY = const(2)


class PresentingReader(Reader):
    """A reader as a machine: ``table`` is its _ROWS, and ``_work`` its step.

    ``patience`` is how many failures in a row are trouble.
    """

    def __init__(self, table: tuple, state: int, patience: int = 2):
        self._table = table
        self._patience = patience
        self._state = state
        self._due_ms = None
        self._heard = False
        self._failures = 0
        self._cards = []
        self._news = None

    def poll(self, now_ms: int) -> bytes:
        """Read what came, then judge, then send what is due; the UID of a new card or None."""
        self._work(now_ms)
        news, self._news = self._news, None
        return news

    def _work(self, now_ms: int) -> None:
        raise NotImplementedError

    def _happen(self, event: str, now_ms: int) -> None:
        self._state, effect = rows.find(self._table, self._state, event)
        if effect is not None:
            getattr(self, effect)(now_ms)

    def _is_due(self, now_ms: int) -> bool:
        return self._due_ms is None or now_ms >= self._due_ms

    def _fail(self, now_ms: int) -> None:
        self._failures += 1
        if self._failures >= self._patience:
            self.trouble = "rubbish" if self._heard else "silent"
        doublings = min(self._failures - 1, 10)
        self._due_ms = now_ms + min(PAUSE_MS << doublings, LONGEST_PAUSE_MS)

    def _look_done(self, uid: bytes, now_ms: int) -> None:
        """A look was answered: ``uid`` is the card that it found, None an empty field."""
        self._failures = 0
        self.trouble = None
        if uid is None:
            for card in self._cards:
                card[_MISSED] = _EMPTY
            return
        known = False
        for card in self._cards:
            if card[_UID] == uid:
                known = True
                self._see(card, now_ms)
            elif not card[_MISSED]:
                card[_MISSED] = _OTHER
        if not known:
            self._meet(uid, now_ms)

    def _meet(self, uid: bytes, now_ms: int) -> None:
        if len(self._cards) == _CARDS:
            self._cards.pop(0)
        self._cards.append([uid, now_ms, now_ms, 0])
        self._news = uid

    def _see(self, card: list, now_ms: int) -> None:
        absent = card[_MISSED] and now_ms - card[_SEEN_MS] >= ABSENT_MS
        again = card[_MISSED] == _EMPTY and now_ms - card[_TOLD_MS] >= AGAIN_MS
        if absent or again:
            card[_TOLD_MS] = now_ms
            self._news = card[_UID]
        card[_SEEN_MS] = now_ms
        card[_MISSED] = 0
