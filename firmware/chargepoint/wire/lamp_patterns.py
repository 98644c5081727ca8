"""What a lamp shows: one table from meanings to a colour and a rhythm, for every kind of lamp.

No two meanings share a rhythm, so the lamp is read without telling its colours apart; the
colours say the same once more. Each rhythm begins with its lit part, when its meaning begins.
"""

# meaning, (red, green, blue), lit and dark ms in turn; the comment before a row is for the page
# docs/lamps.md (tools/draw_lamps)
PATTERNS = (
    # Nothing is plugged in and nobody waits: plug in, or show a card.
    ("free", (0, 1, 0), (1000,)),
    # A vehicle without a card, or a card without a vehicle; also while the back end is asked.
    ("waiting", (0, 0, 1), (500, 500)),
    # The card was not accepted. Goes back after BlinkRepeat blinks.
    ("refused", (1, 0, 0), (100, 100)),
    # Energy is offered and the vehicle takes none; or charging is over and the plug may be pulled.
    ("ready", (0, 0, 1), (1600, 100, 200, 100)),
    # The contactor is closed and the vehicle draws.
    ("charging", (0, 0, 1), (1900, 100)),
    # The station offers nothing for now: a limit or its share of the supply says so.
    ("paused", (0, 0, 1), (100, 1900)),
    # Kept for the holder of another card.
    ("reserved", (1, 1, 0), (500, 1500)),
    # Something is wrong ([faults](faults.md)); nothing is offered.
    ("fault", (1, 0, 0), (300, 150, 300, 150, 300, 800)),
    # Out of service: the operator said so, or it is not commissioned yet.
    ("offline", (1, 1, 0), (200, 200, 200, 1400)),
    # New firmware is put in; the station starts anew by itself.
    ("update", (1, 1, 1), (1000, 1000)),
)

DARK = (0, 0, 0)


class Pattern:
    """The pattern of the meaning that is shown, and since when."""

    def __init__(self):
        self._meaning = None
        self._row = None
        self._since_ms = 0

    def colours(self, meaning: str, now_ms: int) -> tuple:
        """What to light now: (red, green, blue), each 0 or 1.

        Raises ValueError for a meaning that the table does not have; what was shown goes on.
        """
        if meaning != self._meaning:
            self._row = _row(meaning)
            self._meaning = meaning
            self._since_ms = now_ms
        return self._row[1] if is_lit(self._row[2], now_ms - self._since_ms) else DARK


def is_lit(rhythm: tuple, since_ms: int) -> bool:
    """Whether ``rhythm``, begun ``since_ms`` ago, is in a lit part."""
    at_ms = since_ms % sum(rhythm)
    lit = True
    for part_ms in rhythm:
        if at_ms < part_ms:
            break
        at_ms -= part_ms
        lit = not lit
    return lit


def _row(meaning):
    for row in PATTERNS:
        if row[0] == meaning:
            return row
    raise ValueError("no pattern for the meaning %r" % meaning)
