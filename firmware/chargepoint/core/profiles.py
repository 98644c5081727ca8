"""The charging profiles that are installed, and those that survive a power cut.

Rules:
- A profile replaces that of the same id, and that of the same purpose, stackLevel and connector
  (OCPP 1.6 §5.16, errata 3.24), in one write: the newer of two that contradict each other counts.
- A TxProfile ends with its transaction, and no transaction outlives a restart: it is not kept.
- What is cleared is cleared in one write, of a list of those that go on. A profile that is
  younger than the list counts without being on it.
"""

import struct

from micropython import const

from chargepoint.core import composition
from chargepoint.core.composition import CONNECTOR, ID, PURPOSE, SEQ, STACK, TX

_LIST = "profiles"
_NAME = "profile_%d"
# No station changes its profiles so often: what says so is not ours.
_MOST_SEQ = const(0x3FFFFFFF)


class Profiles:
    """At most ``most`` for the connectors 0 to ``connectors``, kept by ``journal``.

    ``slots`` holds them packed (see composition), and None where there is none; ``changed``
    counts what happened to them.
    """

    def __init__(self, journal, connectors: int, most: int):
        self.changed = 0
        self.slots: list = [None] * most
        self._journal = journal
        self._seq = 0
        self._load(connectors)

    @property
    def saved(self) -> bool:
        """All that happened to them is on the medium."""
        return self._journal.pending == 0

    def place_for(self, purpose: int, connector: int, stack: int, number: int) -> int:
        """The slot for profile ``number`` (its id), or None when all are taken."""
        free = None
        for at, data in enumerate(self.slots):
            if data is None:
                free = at if free is None else free
            elif _replaces(purpose, connector, stack, number, composition.head_of(data)):
                return at
        return free

    def install(self, head: tuple, periods: list) -> bool:
        """Install the profile of ``head`` (as for composition.pack, its SEQ whatever it is) and
        ``periods``; False when there is no room."""
        purpose, connector, stack, number = head[0], head[1], head[2], head[6]
        place = self.place_for(purpose, connector, stack, number)
        if place is None:
            return False
        self._seq += 1
        data = composition.pack(head[: SEQ - 1] + (self._seq,) + head[SEQ:], periods)
        gone = False
        for at, old in enumerate(self.slots):
            of = composition.head_of(old)
            if of is not None and _replaces(purpose, connector, stack, number, of):
                # What is kept must not come back, unless this takes its very place.
                gone = gone or (of[PURPOSE] != TX and (at != place or purpose == TX))
                self.slots[at] = None
        self.slots[place] = data
        self.changed += 1
        if purpose != TX:
            self._journal.put(_NAME % place, data)
        if gone:
            self._keep_list()
        return True

    def clear(self, number: int, connector: int, purpose: int, stack: int) -> bool:
        """Take away profile ``number`` (its id), or without one all that fit what is not None;
        False when there is none."""
        found = kept = False
        for at, data in enumerate(self.slots):
            if data is None:
                continue
            head = composition.head_of(data)
            if number is None:
                fits = connector in (None, head[CONNECTOR]) and purpose in (None, head[PURPOSE])
                fits = fits and stack in (None, head[STACK])
            else:
                fits = head[ID] == number
            if fits:
                found = True
                kept = kept or head[PURPOSE] != TX
                self.slots[at] = None
        if found:
            self.changed += 1
        if kept:
            self._keep_list()
        return found

    def restore(self, slots: list) -> None:
        """Have it as in ``slots``, a copy that was made before a change."""
        for at, data in enumerate(slots):
            if data is not self.slots[at]:
                self.slots[at] = data
                if data is not None and data[PURPOSE] != TX:
                    self._journal.put(_NAME % at, data)
        self.changed += 1
        self._keep_list()

    def transaction_ended(self, connector: int) -> None:
        """The TxProfiles of ``connector`` end (OCPP 1.6 §3.13.1)."""
        for at, data in enumerate(self.slots):
            if data is not None and data[PURPOSE] == TX and data[CONNECTOR] == connector:
                self.slots[at] = None
                self.changed += 1

    # -- inside ---------------------------------------------------------------------------------

    def _keep_list(self):
        seqs = [self._seq]
        for data in self.slots:
            if data is not None and data[PURPOSE] != TX:
                seqs.append(composition.head_of(data)[SEQ])
        self._journal.put(_LIST, struct.pack("<%dI" % len(seqs), *seqs))

    def _load(self, connectors):
        kept = self._journal.get(_LIST) or b""
        listed = struct.unpack("<%dI" % (len(kept) // 4), kept[: len(kept) // 4 * 4])
        oldest = listed[0] if listed and listed[0] < _MOST_SEQ else 0
        self._seq = oldest
        for at in range(len(self.slots)):
            data = self._journal.get(_NAME % at)
            head = composition.head_of(data)
            if head is None or head[SEQ] >= _MOST_SEQ:
                continue
            self._seq = max(self._seq, head[SEQ])
            if head[CONNECTOR] <= connectors and (head[SEQ] > oldest or head[SEQ] in listed[1:]):
                self._take(at, data, head)

    def _take(self, at, data, head):
        """Put what was kept into its slot, unless there is a younger one in its stead."""
        for other, old in enumerate(self.slots):
            of = composition.head_of(old)
            if of is not None and _replaces(
                head[PURPOSE], head[CONNECTOR], head[STACK], head[ID], of
            ):
                if of[SEQ] > head[SEQ]:
                    return
                self.slots[other] = None
        self.slots[at] = data


def _replaces(purpose, connector, stack, number, head):
    """A profile of these replaces the one of ``head``."""
    same = purpose == head[PURPOSE] and stack == head[STACK] and connector == head[CONNECTOR]
    return same or number == head[ID]
