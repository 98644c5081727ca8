"""One queue for everything that goes to the store, and facts that a torn write can't take.

Rules:
- Operations reach the store in the order in which they were said, at most one in each ``flush``.
- An event is written once, under its own name. A fact is rewritten often: it alternates between
  two names, each with a generation, so that a torn write leaves the value before.
- A fact that is said again before it is written takes the place of the one before.
- When the store refuses, everything stays queued, ``trouble`` is set, and the next try waits.
  Facts and removals may then overtake event writes (they make room, and an event that is not
  saved has not been shown to anyone); events never overtake anything.
- A file is someone else's: written as it is, dropped when the store refuses it, one at a time.
"""

from micropython import const

from chargepoint.core.record import seal, unseal

_EVENT = const(0)
_FACT = const(1)
_REMOVE = const(2)
_CLEAR_OLDER = const(3)
_CLEAR_NEWER = const(4)
_FILE = const(5)
_LAID = const(6)

# After a refusal the store is left alone for this many flushes (a second of steps).
_REST_FLUSHES = const(100)

_SLOTS = (".a", ".b")


class Writes:
    """The queue in front of ``store``. ``trouble`` is None or "full"; ``damaged`` is counted.

    ``filed`` tells of the last ``file``: None while it waits, then whether the store took it.
    """

    def __init__(self, store):
        self.trouble = None
        self.damaged = 0
        self.filed = True
        self._store = store
        self._queue = []
        self._rest = 0
        self._detour = False

    @property
    def pending(self) -> int:
        """How many operations are not yet on the medium."""
        return len(self._queue)

    def write(self, name: str, data: bytes) -> None:
        """Queue an event's bytes under a new ``name``."""
        self._queue.append((_EVENT, name, data))

    def remove(self, name: str) -> None:
        """Queue the removal of an event."""
        self._queue.append((_REMOVE, name, None))

    def put(self, name: str, data: bytes, behind: bool = False) -> None:
        """Queue fact ``name``; nothing is done when it has this value already.

        ``behind``: it is written after everything that is queued now.
        """
        if self.get(name) == data:
            return
        at = self._last(name)
        if at is not None and self._queue[at][0] == _FACT:
            if not behind:
                self._queue[at] = (_FACT, name, data)
                return
            self._queue.pop(at)
        self._queue.append((_FACT, name, data))

    def clear(self, name: str) -> None:
        """Queue the end of fact ``name``.

        The older value goes first, so that a cut between the two can't bring it back.
        """
        self._queue.append((_CLEAR_OLDER, name, None))
        self._queue.append((_CLEAR_NEWER, name, None))

    def file(self, name: str, data: bytes) -> None:
        """Queue ``data`` under ``name``, or with None the removal of what is there."""
        self.filed = None
        self._queue.append((_FILE, name, data))

    def lay(self, name: str, data: bytes) -> None:
        """As ``file``, of which ``filed`` tells nothing: whoever asks looks at what is there."""
        self._queue.append((_LAID, name, data))

    def get(self, name: str) -> bytes:
        """Fact ``name`` as last said, else as stored, else None."""
        at = self._last(name)
        return self._newest(name)[2] if at is None else self._queue[at][2]

    def read(self, name: str, at: int = 0, size: int = None) -> bytes:
        """``size`` bytes from ``at`` on (all) of the events under ``name``, as queued, else as
        stored; None when there are none."""
        last = self._last(name)
        if last is None:
            return self._store.read(name, at, size)
        data = self._queue[last][2]
        return data if data is None or size is None else data[at : at + size]

    @property
    def unwritten(self) -> str:
        """The name of the first events that wait to be written, or None."""
        for kind, name, _ in self._queue:
            if kind == _EVENT:
                return name
        return None

    def flush(self) -> bool:
        """Carry out at most one operation; True when one was tried."""
        if not self._queue:
            return False
        if self._rest:
            self._rest -= 1
            return False
        at = self._choose()
        is_file = self._queue[at][0] >= _FILE
        done = self._carry_out(self._queue[at])
        if self._queue[at][0] == _FILE:
            self.filed = done
        if done or is_file:
            self._queue.pop(at)
            if at == 0 and done:
                self.trouble, self._detour = None, False
        else:
            self.trouble = "full"
            self._rest = _REST_FLUSHES
            self._detour = not self._detour
        return True

    def _choose(self):
        """The place of the operation to try: the first, or while it is refused, one beside it."""
        beside = None
        if self._detour:
            for at, operation in enumerate(self._queue):
                if operation[0] >= _FILE:
                    # Dropped when it is refused, too: someone waits for that word.
                    return at
                if beside is None and operation[0] != _EVENT:
                    beside = at
        return beside or 0

    def _carry_out(self, operation):
        kind, name, data = operation
        if kind == _EVENT or (kind >= _FILE and data is not None):
            return self._store.write(name, data)
        if kind == _REMOVE or kind >= _FILE:
            return self._store.remove(name)
        slot, generation, _ = self._newest(name)
        if kind == _FACT:
            content = bytes(((generation + 1) & 255,)) + data
            return self._store.write(name + _SLOTS[1 - slot], seal(content))
        return self._store.remove(name + _SLOTS[slot if kind == _CLEAR_NEWER else 1 - slot])

    def _last(self, name):
        for at in range(len(self._queue) - 1, -1, -1):
            if self._queue[at][1] == name:
                return at
        return None

    def _newest(self, name):
        """(slot, generation, data) of the newest whole value; data None when there is none."""
        newest = (1, 0, None)
        torn = False
        for slot, ending in enumerate(_SLOTS):
            stored = self._store.read(name + ending)
            content = unseal(stored)
            if content is None:
                torn = torn or stored is not None
            elif newest[2] is None or (content[0] - newest[1]) & 255 < 128:
                newest = (slot, content[0], content[1:])
        if torn and newest[2] is None:
            self.damaged += 1
        return newest
