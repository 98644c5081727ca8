"""What time it is, who may say so, and what is known before anyone did.

Rules:
- The clock is set by the back end (each answer with a currentTime) and by a time server. The back
  end is the authority, for it dates the bills: it may also set the clock back. A time server is
  asked while no one has set the clock, and again when no one has told the time for a day.
- A time before EARLIEST_S or after LATEST_S is refused, whoever says it; the clock is left alone.
- The last known time is kept as a floor, at the first setting of a start and every FLOOR_KEEP_MS
  from then on. After a power cut the hardware clock starts there, because TLS judges certificates
  by it. The floor dates no event: those wait for the true time (boot_clock).
- A hardware clock that ran on over a reset is believed if the start before this one had the true
  time and it does not stand before the floor. What it shows may else be an older floor.
- Order: network, time, TLS. A secure connection waits until the clock is set, a few seconds for
  the time server's answer, some more for a network to ask it over; then it dials with the floor.
  No one waits for a time server that is not configured.
"""

from chargepoint.core import timing

# 2026-01-01, when this firmware was begun, and 2051: no station of it runs before or after.
EARLIEST_S = 1767225600
LATEST_S = 2556144000

_FLOOR = "floor"


class Timekeeper:
    """``clock`` is a ports.Clock; ``make_source()`` makes the ports.TimeSource once a time server
    is configured, for it takes memory; None: this board has none. ``log(level, text)``.

    ``is_set``: this start knows the true time. ``floor_s``: it is not earlier than this.
    """

    def __init__(self, clock, journal, settings, make_source, log):
        self.is_set = False
        self._clock = clock
        self._journal = journal
        self._settings = settings
        self._make_source = make_source
        self._source = None
        self._log = log
        self._began_ms = None
        self._told_ms = self._keep_ms = self._ask_ms = 0
        self._asked_ms = self._first_asked_ms = None
        self._wait_ms = timing.TIME_ASK_FIRST_MS
        self.floor_s, boot = _floor_of(journal.get(_FLOOR))
        self._judge_hardware(boot)

    def tell(self, utc_s: int, now_ms: int) -> bool:
        """It is ``utc_s`` (seconds since 1970) at ``now_ms``; False when that is refused."""
        if not EARLIEST_S <= utc_s <= LATEST_S:
            self._log("warning", "time %d refused: expected 2026 to 2050" % utc_s)
            return False
        known_s = self._clock.utc_s()
        if known_s is not None and abs(known_s - utc_s) > timing.CLOCK_JUMP_S:
            self._log("warning", "clock set by %d s" % (utc_s - known_s))
        if not self.is_set or utc_s < self.floor_s:
            self._keep_ms = now_ms
        self._clock.set_utc_s(utc_s)
        self._journal.set_clock(utc_s, now_ms)
        self.is_set = True
        self._told_ms = now_ms
        return True

    def tick(self, now_ms: int) -> None:
        """Ask the time server when that is due, and keep the floor. Called in every step."""
        if self._began_ms is None:
            self._began_ms = now_ms
        if self._asked_ms is not None:
            self._hear(now_ms)
        elif self._make_source is not None and now_ms >= self._ask_ms:
            self._ask(now_ms)
        if self.is_set and now_ms >= self._keep_ms:
            self._keep_ms = now_ms + timing.FLOOR_KEEP_MS
            self.floor_s = self._clock.utc_s()
            self._journal.put(_FLOOR, b"%d:%d" % (self.floor_s, self._journal.boot))

    def settled(self, now_ms: int) -> bool:
        """A certificate may be judged now: it is not worth waiting for a better time."""
        if self.is_set or self._make_source is None or not self._settings.get("TimeServer"):
            return True
        if self._first_asked_ms is not None:
            return now_ms - self._first_asked_ms >= timing.TIME_ANSWER_MS
        return self._began_ms is not None and now_ms - self._began_ms >= timing.TIME_NETWORK_MS

    # -- inside ---------------------------------------------------------------------------------

    def _judge_hardware(self, boot):
        known_s, journal = self._clock.utc_s(), self._journal
        fresh = boot is None and journal.boot == 1
        if known_s is not None and (fresh or boot == journal.boot - 1):
            self.is_set = self.floor_s <= known_s <= LATEST_S
        if not self.is_set:
            self._clock.set_floor_s(self.floor_s)

    def _ask(self, now_ms):
        if self.is_set and now_ms - self._told_ms < timing.CLOCK_ASK_MS:
            self._ask_ms = self._told_ms + timing.CLOCK_ASK_MS
            return
        server = self._settings.get("TimeServer")
        if server and self._source is None:
            self._source = self._make_source()
        if not server or not self._source.ask(server):
            self._ask_ms = now_ms + timing.TIME_RETRY_MS
            return
        self._asked_ms = now_ms
        self._ask_ms = now_ms + self._wait_ms
        self._wait_ms = min(self._wait_ms * 2, timing.TIME_ASK_CAP_MS)
        if self._first_asked_ms is None:
            self._first_asked_ms = now_ms

    def _hear(self, now_ms):
        utc_s = self._source.poll()
        if utc_s is not None and self.tell(utc_s, now_ms):
            self._wait_ms = timing.TIME_ASK_FIRST_MS
        if utc_s is not None or now_ms - self._asked_ms >= timing.TIME_ANSWER_MS:
            self._source.close()
            self._asked_ms = None


def _floor_of(saved):
    """(seconds, number of the start that kept it); (EARLIEST_S, None) when there is none."""
    floor_s, _, boot = (saved or b"").partition(b":")
    if floor_s.isdigit() and boot.isdigit() and EARLIEST_S <= int(floor_s) <= LATEST_S:
        return int(floor_s), int(boot)
    return EARLIEST_S, None
