"""The sign of life that a running transaction leaves: the time, and each running one's register.

A power cut moves no stop by more than ALIVE_MS, and where the meter does not live through it
either, no bill by more than the energy of that time. One small fact for all connectors, for it is
written all day long:  utc_s transaction:register_wh ...
"""

from chargepoint.core import timing

_NAME = "alive"


class Alive:
    """Kept by ``journal``; ``utc`` tells the time of day or None."""

    def __init__(self, journal, utc):
        self._journal = journal
        self._utc = utc
        self._due_ms = None
        words = (journal.get(_NAME) or b"").split()
        self._utc_s = int(words[0]) if words and words[0].isdigit() and len(words[0]) < 11 else 0
        self._registers = {}
        for word in words[1:]:
            number, _, register_wh = word.partition(b":")
            if number.isdigit() and register_wh.isdigit():
                self._registers[int(number)] = int(register_wh)

    def utc_of(self, transaction: int) -> int:
        """The time of the last sign that an earlier start left, if ``transaction`` is in it, else
        0: where a later one began without a clock, the sign may be from long before it."""
        return self._utc_s if transaction in self._registers else 0

    def register_wh(self, transaction: int) -> int:
        """The register of ``transaction`` in the last sign that an earlier start left, or 0."""
        return self._registers.get(transaction, 0)

    def tick(self, bays: list, now_ms: int) -> None:
        """Leave a sign when it is due and one of ``bays`` has a running transaction."""
        if self._due_ms is not None and now_ms < self._due_ms:
            return
        first, self._due_ms = self._due_ms is None, None
        for bay in bays:
            if bay.transaction.running:
                self._due_ms = now_ms + timing.ALIVE_MS
        # What has just begun is in the journal with its time and register.
        if self._due_ms is not None and not first:
            self._journal.put(_NAME, " ".join(self._words(bays)).encode())

    def _words(self, bays):
        words = ["%d" % (self._utc() or 0)]
        for bay in bays:
            if bay.transaction.running:
                reading = bay.meter.reading
                register_wh = 0 if reading is None else reading.energy_wh
                words.append("%d:%d" % (bay.transaction.number, register_wh))
        return words
