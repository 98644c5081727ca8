"""State machines as tables: rows of (state, event, next state, effect)."""


def find(rows: tuple, state: object, event: str) -> tuple:
    """The next state and the effect. An event without a row is a bug: ValueError."""
    for row in rows:
        if row[0] == state and row[1] == event:
            return row[2], row[3]
    raise ValueError("no row for %s in state %s" % (event, state))
