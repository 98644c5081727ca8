"""State machines as tables: rows of (state, event, next state, effect)."""


def find(rows: tuple, state: str, event: str) -> tuple:
    """The row for ``event`` in ``state``. An event without one is a bug: ValueError."""
    for row in rows:
        if row[0] == state and row[1] == event:
            return row
    raise ValueError("no row for %s in state %s" % (event, state))


class Machine:
    """A machine of ``rows``, from ``state`` on. ``_since_ms`` is when the state was entered; what
    a row asks for goes to ``_carry_out(effect, now_ms)``."""

    def __init__(self, rows: tuple, state: str):
        self.state = state
        self._rows = rows
        self._since_ms = 0
        self._told = None

    def _tell(self, event, now_ms):
        if event == self._told:
            return
        _, _, following, effect = find(self._rows, self.state, event)
        # The same event in the same state again has nothing new to say.
        self._told = event if following == self.state and effect is None else None
        if following != self.state:
            self.state = following
            self._since_ms = now_ms
        if effect is not None:
            self._carry_out(effect, now_ms)

    def _carry_out(self, effect, now_ms):
        raise NotImplementedError
