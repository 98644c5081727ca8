"""An energy register that this station counts itself, kept across power cuts in the store.

Rules:
- It counts in microwatt-seconds and only grows. What is lost in a power cut is what was counted
  since the last save: at most SAVE_WH plus what one step counts.
- It is saved when SAVE_WH have come since the last save, or SAVE_MS after the first that is not
  saved: a session's end is saved by itself. A save that the medium refuses is tried again after
  RETRY_MS; counting goes on meanwhile.
- Two names take turns, so that a torn write spoils one and the other holds the register of before.
  At the start the higher of the two counts; one that is damaged is passed over.
- Nothing there is a new register: 0; so is one damaged copy alone, a first save that was torn.
  Two copies that are both damaged are no register at all (``energy_wh`` None) until a person says
  what it shall be (``begin_at``): an energy that is made up would be billed.

Wear: a record is 21 bytes and lies inside littlefs's directory, about a seventh of a flash erase
(reference/micropython.md §4): 20 MWh a year are 200 000 saves, some 30 000 erases a year, which
littlefs spreads over all blocks of the partition.

A save is a flash write, some milliseconds, and now and then an erase of some 100 ms (littlefs): a
driver on this port blocks that long in the step that saves.
"""

from binascii import crc32

from micropython import const

SAVE_WH = const(100)
SAVE_MS = const(300000)
RETRY_MS = const(10000)

_FORMAT = const(1)
_BYTES = const(13)  # format, count, CRC-32
UWS_PER_WH = 3_600_000_000
_SAVE_UWS = SAVE_WH * UWS_PER_WH


class KeptRegister:
    """``store`` is a ports.Store; ``name`` is the record's, without its last letter (a, b)."""

    def __init__(self, store, name: str):
        self._store = store
        self._name = name
        self._uws = None
        self._saved_uws = 0
        self._much = False  # has come since the last save
        self._slot = 0
        self._dirty_ms = None
        self._retry_ms = None
        self._load()

    @property
    def energy_wh(self) -> int:
        """The register in whole Wh, or None when it is lost."""
        return None if self._uws is None else self._uws // UWS_PER_WH

    def begin_at(self, energy_wh: int) -> None:
        """Count from ``energy_wh`` on, such as a meter's display shows; saved by the next poll.

        ValueError when that is less than the register holds.
        """
        least = self.energy_wh or 0
        if type(energy_wh) is not int or energy_wh < least:
            raise ValueError("register %r Wh: expected at least %d" % (energy_wh, least))
        self._uws = energy_wh * UWS_PER_WH
        self._saved_uws, self._much = None, True

    def add(self, energy_uws: int) -> None:
        """Count ``energy_uws`` (not negative) more; nothing happens while the register is lost."""
        if self._uws is not None:
            self._uws += energy_uws
            self._much = self._saved_uws is None or self._uws - self._saved_uws >= _SAVE_UWS

    def poll(self, now_ms: int) -> None:
        """Save what is due; call it in every step."""
        if self._uws is None or self._uws == self._saved_uws:
            self._dirty_ms = None
            return
        if self._dirty_ms is None:
            self._dirty_ms = now_ms
        if self._retry_ms is not None and now_ms < self._retry_ms:
            return
        if self._much or now_ms - self._dirty_ms >= SAVE_MS:
            self._save(now_ms)

    def _save(self, now_ms: int) -> None:
        body = bytes((_FORMAT,)) + self._uws.to_bytes(8, "big")
        record = body + crc32(body).to_bytes(4, "big")
        if not self._store.write(self._name + "ab"[self._slot], record):
            self._retry_ms = now_ms + RETRY_MS
            return
        self._slot ^= 1
        self._saved_uws, self._much = self._uws, False
        self._dirty_ms = self._retry_ms = None

    def _load(self) -> None:
        damaged = 0
        for slot in (0, 1):
            data = self._store.read(self._name + "ab"[slot])
            energy_uws = _count(data)
            damaged += data is not None and energy_uws is None
            if energy_uws is not None and (self._uws is None or energy_uws > self._uws):
                self._uws = energy_uws
                self._slot = slot ^ 1
        if self._uws is None and damaged < 2:
            self._uws = 0
        self._saved_uws = self._uws


def _count(data: bytes) -> int:
    """The count in a record, or None when it is torn, foreign or damaged."""
    if data is None or len(data) != _BYTES or data[0] != _FORMAT:
        return None
    if crc32(data[:-4]) != int.from_bytes(data[-4:], "big"):
        return None
    return int.from_bytes(data[1:-4], "big")
