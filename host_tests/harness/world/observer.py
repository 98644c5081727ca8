"""The safety observer: how long contacts were closed on a vehicle that was not in C or D."""


class SafetyObserver:
    """Told the facts whenever one may have changed."""

    def __init__(self) -> None:
        self.intervals: list[tuple[int, int]] = []
        self._since_ms: int | None = None

    def note(self, now_ms: int, closed: bool, asked_for: bool) -> None:
        """``closed``: mains contacts; ``asked_for``: in C or D, with a way back to earth."""
        wrong = closed and not asked_for
        if wrong and self._since_ms is None:
            self._since_ms = now_ms
        elif not wrong and self._since_ms is not None:
            if now_ms > self._since_ms:
                self.intervals.append((self._since_ms, now_ms))
            self._since_ms = None

    def worst_ms(self, now_ms: int) -> int:
        """The longest such interval, one that still lasts included; 0 if there was none."""
        lengths = [end_ms - start_ms for start_ms, end_ms in self.intervals]
        if self._since_ms is not None:
            lengths.append(now_ms - self._since_ms)
        return max(lengths, default=0)
