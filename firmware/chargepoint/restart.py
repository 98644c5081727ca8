"""A wish to start anew: transactions end, what happened is saved, the answer leaves (§5.14)."""

from chargepoint.core import timing

# The fact under which a wish outlives a power cut.
RESET = "reset"


class Restart:
    """``kind`` is None, "soft" or "hard": what ``station`` is about to do."""

    def __init__(self, station):
        self.kind = None
        self._station = station
        self._earliest_ms = 0
        self._deadline_ms = 0
        self._retries = 0
        if station.safe_mode:
            # A guard that hangs resets the chip: not while nothing is closed, and for ever.
            for of in station.ports.connectors:
                of.guard.stand_down()

    def begin(self, kind: str, now_ms: int) -> None:
        """End every transaction, then ask the loop for a reset of ``kind``.

        A second call may make a soft reset hard; it does not postpone the reset. A soft one that
        does not get everything ended and saved is tried ResetRetries times more (§9.1.23) before
        it is carried out all the same; a hard one waits for one try only.
        """
        station = self._station
        if self.kind is None:
            self._deadline_ms = now_ms + timing.RESET_PATIENCE_MS
            self._retries = station.settings.get("ResetRetries")
        elif self.kind == "hard":
            kind = "hard"
        self.kind = kind
        self._earliest_ms = now_ms + timing.RESET_FLUSH_MS
        # If the power goes or the meter stays silent, the next start finds the true reason.
        station.journal.put(RESET, kind.encode())
        station.admit()
        for bay in station.bays:
            if bay.transaction.running:
                bay.transaction.stop(kind + "_reset", now_ms)

    def tick(self, now_ms: int) -> None:
        """Ask for the reset once it may be. Called in every step."""
        if self.kind is None:
            return
        station = self._station
        ended = not station.busy() and station.journal.pending == 0
        if not ended and now_ms >= self._deadline_ms and self.kind == "soft" and self._retries:
            self._retries -= 1
            self._deadline_ms = now_ms + timing.RESET_PATIENCE_MS
            station.ports.log.write("warning", "reset: not everything is ended and saved yet")
        if ended and now_ms >= self._earliest_ms or now_ms >= self._deadline_ms:
            station.open_all()
            station.reset_due = self.kind

    def reason_of_start(self) -> str:
        """Why the last start ended, in the journal's words for a stop."""
        journal = self._station.journal
        wanted = journal.get(RESET)
        if wanted:
            journal.put(RESET, b"")
        if wanted in (b"soft", b"hard"):
            return wanted.decode() + "_reset"
        return "power_loss" if self._station.ports.reset.cause == "power" else "reboot"
