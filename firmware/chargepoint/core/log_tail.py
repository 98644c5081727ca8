"""The last lines of the log, in bounded memory, for a report of what went on.

What comes in is passed on to the log that was there before.
"""

from micropython import const

# Texts together; with their times and places in the list about half of that again.
_BYTES = const(2048)
_LONGEST = const(160)


class LogTail:
    """As port Log, around ``log``; ``utc_s()`` tells the time of day or None."""

    def __init__(self, log, utc_s):
        self._log = log
        self._utc_s = utc_s
        self._lines = []
        self._bytes = 0

    def write(self, level: str, text: str) -> None:
        """Pass the line on, and keep it; the oldest lines make room."""
        self._log.write(level, text)
        text = level + " " + text[:_LONGEST]
        self._lines.append((self._utc_s(), text))
        self._bytes += len(text)
        while self._bytes > _BYTES:
            self._bytes -= len(self._lines.pop(0)[1])

    def lines(self, from_s: int, until_s: int) -> list:
        """(utc_s or None, text) of what was said in the period; None: no limit on that side.

        A line from before the clock was set may belong to any period.
        """
        found = []
        for line in self._lines:
            early = line[0] is not None and from_s is not None and line[0] < from_s
            late = line[0] is not None and until_s is not None and line[0] > until_s
            if not early and not late:
                found.append(line)
        return found
