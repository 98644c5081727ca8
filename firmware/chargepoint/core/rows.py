"""State machines as tables: rows of (state, event, next state, effect)."""


def find(rows: tuple, state: str, event: str) -> tuple:
    """The row for ``event`` in ``state``. An event without one is a bug: ValueError."""
    for row in rows:
        if row[0] == state and row[1] == event:
            return row
    raise ValueError("no row for %s in state %s" % (event, state))
