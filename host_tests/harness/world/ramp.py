"""A current that runs to its target at a steady rate, with its exact integral."""


class Ramp:
    """From ``start_ma`` at ``start_ms`` to ``target_ma`` by ``rate`` mA each ms (A/s).

    Known at whole milliseconds and straight between them, so that the area is an integer.
    """

    def __init__(self, start_ms: int = 0, start_ma: int = 0, target_ma: int = 0, rate: int = 1):
        self.start_ms = start_ms
        self.start_ma = start_ma
        self.target_ma = target_ma
        self._step = rate if target_ma >= start_ma else -rate
        whole, rest = divmod(abs(target_ma - start_ma), rate)
        self._last_whole_ms = start_ms + whole
        self.end_ms = self._last_whole_ms + (1 if rest else 0)

    def at(self, now_ms: int) -> int:
        """The current in mA."""
        if now_ms >= self.end_ms:
            return self.target_ma
        return self.start_ma + self._step * max(0, now_ms - self.start_ms)

    def double_area(self, from_ms: int, to_ms: int) -> int:
        """Twice the integral in mA·ms between two moments not before the start."""
        total = 0
        for knot_ms in (self._last_whole_ms, self.end_ms, to_ms):
            end_ms = min(max(knot_ms, from_ms), to_ms)
            total += (self.at(from_ms) + self.at(end_ms)) * (end_ms - from_ms)
            from_ms = end_ms
        return total
