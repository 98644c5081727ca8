"""Faults that a restart must not forget: kept in the journal, given back at the next start."""

_NAME = "latched"


class Latches:
    """``books`` are the fault books of the station and of its connectors 1.., in this order."""

    def __init__(self, books: list, journal):
        self._books = books
        self._journal = journal
        self._changes = None

    def restore(self, powered: bool, reset: bool) -> None:
        """Begin again what the last run left, then let end what this start is a remedy for.

        ``powered``: the power had been off; ``reset``: a person had the station reset.
        """
        for entry in (self._journal.get(_NAME) or b"").split():
            number, _, name = entry.partition(b":")
            if number.isdigit() and int(number) < len(self._books):
                self._books[int(number)].restore((_text_of(name),))
        for book in self._books:
            if powered:
                book.recover("power")
            if powered or reset:
                book.recover("reset")

    def keep(self) -> None:
        """Save what latches, when it changed. Call it in every step."""
        changes = 0
        for book in self._books:
            changes += book.changed
        if changes == self._changes:
            return
        self._changes = changes
        self._save()

    def _save(self):
        entries = []
        for number, book in enumerate(self._books):
            entries.extend(["%d:%s" % (number, name) for name in book.latched()])
        if entries or self._journal.get(_NAME):
            self._journal.put(_NAME, " ".join(entries).encode())


def _text_of(name):
    """``name`` as text; "" for what another program may have left there."""
    try:
        return name.decode()
    except ValueError:
        return ""
