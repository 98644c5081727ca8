"""Faults that a restart must not forget: kept in the journal, given back at the next start."""

_NAME = "latched"
# More attempts than any row of the table allows.
_MOST = 99


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
            self._restore(entry.split(b":"))
        for book in self._books:
            if powered:
                book.recover("power")
            if powered or reset:
                book.recover("reset")

    def technician(self) -> None:
        """A technician looked after it: what waited for that may end."""
        for book in self._books:
            book.recover("technician")

    def keep(self) -> None:
        """Save what latches, when it changed. Call it in every step."""
        changes = 0
        for book in self._books:
            changes += book.changed
        if changes == self._changes:
            return
        self._changes = changes
        self._save()

    def _restore(self, fields):
        """``number:name:count:active``; what another program left there is passed over."""
        if len(fields) == 2:
            # As version 0.2.0 kept it: active, and an update is no remedy.
            fields += [b"1", b"1"]
        if len(fields) != 4 or not (fields[0].isdigit() and fields[2].isdigit()):
            return
        number, count = int(fields[0]), min(int(fields[2]), _MOST)
        if number < len(self._books):
            self._books[number].restore(_text_of(fields[1]), count, fields[3] == b"1")

    def _save(self):
        entries = []
        for number, book in enumerate(self._books):
            for name, begun, active in book.latched():
                entries.append("%d:%s:%d:%d" % (number, name, begun, active))
        if entries or self._journal.get(_NAME):
            self._journal.put(_NAME, " ".join(entries).encode())


def _text_of(name):
    """``name`` as text; "" for what another program may have left there."""
    try:
        return name.decode()
    except ValueError:
        return ""
