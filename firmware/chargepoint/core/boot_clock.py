"""When each start of the station was, so that events recorded before the clock was set get a time.

The first time of day that a start learns fixes its offset for good: an event that is sent again
must carry the same time again.
"""

# Offsets of more starts than this are not kept: each belongs to events that are still waiting.
_STARTS_MAX = 32


class BootClock:
    """Offsets (UTC in ms at ``now_ms`` 0) by number of the start."""

    def __init__(self, saved: bytes = None):
        self._offsets = {}
        for entry in (saved or b"").split():
            boot, _, offset_ms = entry.partition(b":")
            # What another program may have left there is no time.
            if boot.isdigit() and offset_ms.isdigit():
                self._offsets[int(boot)] = int(offset_ms)

    def learn(self, boot: int, utc_s: int, now_ms: int) -> bool:
        """Start ``boot`` knows the time now; True when it did not before."""
        if boot in self._offsets:
            return False
        self._offsets[boot] = utc_s * 1000 - now_ms
        return True

    def saved(self, oldest_boot: int) -> bytes:
        """What to keep: the offsets of ``oldest_boot`` and later."""
        boots = sorted(boot for boot in self._offsets if boot >= oldest_boot)[-_STARTS_MAX:]
        return " ".join("%d:%d" % (boot, self._offsets[boot]) for boot in boots).encode()

    def utc_of(self, event) -> int:
        """Seconds since 1970 of ``event``, or None.

        An event of a start that never learnt the time happened before the next start that did:
        it gets that moment, the latest possible one.
        """
        if event.utc_s is not None:
            return event.utc_s
        if event.boot in self._offsets:
            return (self._offsets[event.boot] + event.up_ms) // 1000
        later = [boot for boot in self._offsets if boot > event.boot]
        return self._offsets[min(later)] // 1000 if later else None
