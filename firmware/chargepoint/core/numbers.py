"""Numbers that are never given twice, not even those of events that a cut swallowed.

Both seqs and transaction numbers stay below a reserve that is on the medium before the first
number under it is given away. It lies in one fact with the name of this installation and the
number of this start.
"""

import json

from micropython import const

# How many numbers are reserved at once: one small write for so many.
_RESERVE = const(256)
NAME = "journal"


class Numbers:
    """Kept in ``writes``; ``random`` gives the bytes of a new ``install_id``.

    ``reserve`` is what was reserved before this start; 0: nothing is known.
    """

    def __init__(self, writes, random):
        self._writes = writes
        self.install_id = None
        self.boot = 0
        self.reserve = 0
        self._reserved = 0
        self._next_transaction = 0
        self._random = random

    def load(self) -> bool:
        """Read what an earlier start left; False when that is damaged."""
        saved = self._writes.get(NAME)
        head = None if saved is None else _head_of(saved)
        if head is None:
            self.install_id = self._random.take(4).hex()
            return saved is None
        self.install_id, self.boot, self.reserve = head["id"], head["boot"], head["reserve"]
        return True

    def begin(self, newest_boot: int, next_transaction: int) -> None:
        """Count this start, which comes after ``newest_boot``, and reserve numbers."""
        self.boot = max(self.boot, newest_boot) + 1
        self._next_transaction = max(next_transaction, 1)
        self.keep(self._next_transaction)

    def keep(self, number: int) -> None:
        """Have every number up to a good way above ``number`` reserved."""
        self._reserved = number + _RESERVE
        head = {"id": self.install_id, "boot": self.boot, "reserve": self._reserved}
        self._writes.put(NAME, json.dumps(head).encode())

    def use(self, number: int) -> None:
        """``number`` is given away."""
        if number >= self._reserved:
            self.keep(number)

    def next_transaction(self) -> int:
        """A number for a new transaction."""
        number = self._next_transaction
        self.use(number)
        self._next_transaction = number + 1
        return number


def _head_of(saved):
    """What was saved as head, or None when another program wrote it."""
    try:
        head = json.loads(saved)
        whole = type(head["id"]) is str and head["boot"] >= 0 and head["reserve"] >= 0
    except (ValueError, TypeError, KeyError):
        return None
    return head if whole else None
