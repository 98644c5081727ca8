"""Operative or not, for the station (connector 0) and each connector; kept across power cuts.

OCPP 1.6 §5.2: a change during a transaction is scheduled for its end; a change to the present
value is accepted; connector 0 speaks for all. Unavailable from ChangeAvailability survives a
reboot (§4.9).
"""

ACCEPTED = "Accepted"
SCHEDULED = "Scheduled"
_NAME = "availability"


class Availability:
    """Flags for connectors 0..``count``, loaded from and saved through ``journal``."""

    def __init__(self, count: int, journal):
        self._journal = journal
        self._operative = [True] * (count + 1)
        self._scheduled = [None] * (count + 1)
        self._load()

    def operative(self, connector: int) -> bool:
        """Connector ``connector`` (or 0, the station) may be used."""
        if connector == 0:
            return self._operative[0]
        return self._operative[0] and self._operative[connector]

    def change(self, connector: int, operative: bool, busy: list) -> str:
        """Set ``connector`` (0: all); ``busy`` are the connectors with a transaction.

        Returns "Scheduled" when any connector concerned is in a transaction and would become
        inoperative, otherwise "Accepted".
        """
        numbers = [connector] if connector else list(range(len(self._operative)))
        waiting = [] if operative else [number for number in numbers if number in busy]
        for number in numbers:
            postponed = number in waiting or (number == 0 and waiting)
            self._scheduled[number] = False if postponed else None
            if not postponed:
                self._operative[number] = operative
        self._save()
        return SCHEDULED if waiting else ACCEPTED

    @property
    def waiting(self) -> bool:
        """A change is scheduled for the end of a transaction."""
        for wish in self._scheduled:
            if wish is not None:
                return True
        return False

    def transaction_ended(self, busy: list) -> None:
        """Let scheduled changes take effect that no transaction of ``busy`` holds up."""
        changed = False
        for number, wish in enumerate(self._scheduled):
            held = busy if number == 0 else number in busy
            if wish is not None and not held:
                self._operative[number], self._scheduled[number] = wish, None
                changed = True
        if changed:
            self._save()

    def _save(self):
        # A scheduled change is saved as if it had happened: a power cut ends the transaction.
        flags = ""
        for number, operative in enumerate(self._operative):
            wish = self._scheduled[number]
            flags += "1" if (operative if wish is None else wish) else "0"
        self._journal.put(_NAME, flags.encode())

    def _load(self):
        saved = self._journal.get(_NAME)
        if saved is None or len(saved) != len(self._operative):
            return
        for number, flag in enumerate(saved):
            self._operative[number] = flag != 48
