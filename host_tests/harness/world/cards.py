"""Cards that people hold to the reader."""

from .schedule import Event, Schedule

_UID_BYTES = (4, 7, 10)


class Cards:
    """The reader's field: one card at a time, for a while."""

    def __init__(self, schedule: Schedule):
        self._schedule = schedule
        self._leaves: Event | None = None
        self.present_uid: bytes | None = None

    def present(self, uid: bytes, duration_ms: int = 1000, in_ms: int = 0) -> None:
        """Hold ``uid`` to the reader, ``in_ms`` from now; it takes the place of another card.

        ValueError when no card has such a uid (ISO 14443-3: 4, 7 or 10 bytes).
        """
        uid = bytes(uid)
        if len(uid) not in _UID_BYTES:
            raise ValueError(f"a card's uid has 4, 7 or 10 bytes, not {len(uid)}")
        if in_ms:
            self._schedule.after(in_ms, lambda: self._arrive(uid, duration_ms))
        else:
            self._arrive(uid, duration_ms)

    def take_away(self) -> None:
        """The field is empty."""
        if self._leaves is not None:
            self._leaves.cancel()
            self._leaves = None
        self.present_uid = None

    def _arrive(self, uid: bytes, duration_ms: int) -> None:
        self.take_away()
        self.present_uid = uid
        self._leaves = self._schedule.after(duration_ms, self.take_away)
