"""What a contactor has been through, kept over power cuts, and how much life that was.

Life is counted in millionths. A closing takes one (mechanical life of a million cycles); an
opening takes, besides, what its current wears: at the rated current a hundred-thousandth (AC-1,
electrical life of a hundred thousand), in proportion below, and four times that above. These are
usual figures of 40 A installation contactors, not those of one: an estimate to plan a visit by.
"""

from micropython import const

_OPENING_PPM = const(10)
_UNDER_LOAD_MA = const(500)
# Wear of one opening is counted in thousandths of a millionth.
_PARTS = const(1000)


class Wear:
    """Of the contactor that carries ``rated_ma``; ``saved`` is what ``text`` gave, or None.

    ``closings``, ``loaded`` (openings under load) and ``ppm`` (life used) only grow.
    """

    def __init__(self, rated_ma: int, saved: bytes):
        self.closings = self.loaded = self._parts = 0
        self._rated_ma = rated_ma
        fields = (saved or b"").split()
        if len(fields) == 3 and all([field.isdigit() for field in fields]):
            self.closings, self.loaded, self._parts = [int(field) for field in fields]

    @property
    def ppm(self) -> int:
        """Life used, in millionths."""
        return self._parts // _PARTS

    def closed(self) -> None:
        """It closed."""
        self.closings += 1
        self._parts += _PARTS

    def opened(self, current_ma: int) -> None:
        """It opened, with ``current_ma`` in the most loaded phase; None: not known."""
        if current_ma is None or current_ma < _UNDER_LOAD_MA:
            return
        self.loaded += 1
        share = min(_PARTS, current_ma * _PARTS // self._rated_ma)
        above = 4 if current_ma > self._rated_ma else 1
        self._parts += share * _OPENING_PPM * above

    def text(self) -> bytes:
        """What is kept."""
        return b"%d %d %d" % (self.closings, self.loaded, self._parts)
