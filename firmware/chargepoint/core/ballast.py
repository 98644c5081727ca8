"""Room that is kept in advance: files that are dropped when the store refuses to write.

The journal stops growing before the store is full, but it is not alone in it. What must be saved
even then, the stop of a transaction, has the room of these files.
"""

_NAME = "ballast_%d"
# More than lies inside a directory of littlefs: a block each.
_BYTES = 256


class Ballast:
    """In ``store``. ``most`` files are wanted; each ``take`` and ``drop`` is one operation."""

    def __init__(self, store):
        self.most = 0
        self._store = store
        self._count = 0
        while store.read(_NAME % self._count, 0, 1):
            self._count += 1

    def take(self) -> bool:
        """Keep one more block; False when there is nothing to do."""
        if self._count >= self.most:
            return False
        if self._store.write(_NAME % self._count, bytes(_BYTES)):
            self._count += 1
        else:
            self.most = self._count
        return True

    def drop(self) -> bool:
        """Give a block away; False when there is none."""
        if self._count == 0:
            return False
        self._count -= 1
        return self._store.remove(_NAME % self._count)
