"""The last lines of the log, in bounded memory, for a report of what went on.

What comes in is passed on to the log that was there before.
"""

from micropython import const

# Texts together; with their times and places in the list about half of that again.
_BYTES = const(2048)
_LONGEST = const(160)


class LogTail:
    """As port Log, around ``log``; ``clock`` is the port Clock."""

    def __init__(self, log, clock):
        self._log = log
        self._clock = clock
        self._lines = []
        self._bytes = 0

    def write(self, level: str, text: str) -> None:
        """Pass the line on, and keep it; the oldest lines make room."""
        self._log.write(level, text)
        text = level + " " + text[:_LONGEST]
        self._lines.append((self._clock.now_ms(), text))
        self._bytes += len(text)
        while self._bytes > _BYTES:
            self._bytes -= len(self._lines.pop(0)[1])

    def lines(self, from_s: int, until_s: int) -> list:
        """(utc_s or None, text) of what was said in the period; None: no limit on that side.

        While no one knows the time, a line may belong to any period.
        """
        now_ms, now_s = self._clock.now_ms(), self._clock.utc_s()
        found = []
        for at_ms, text in self._lines:
            utc_s = None if now_s is None else now_s - (now_ms - at_ms) // 1000
            early = utc_s is not None and from_s is not None and utc_s < from_s
            late = utc_s is not None and until_s is not None and utc_s > until_s
            if not early and not late:
                found.append((utc_s, text))
        return found
