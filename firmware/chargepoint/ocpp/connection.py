"""When to connect, how long to wait in between, and when a silent connection is dead.

How a connection ended, or did not come about, decides how long is waited. Waits double from try
to try up to a cap; on top of each comes a random part as long again, and of up to SPREAD_MS at
least, so that 10,000 stations do not return in the same second.

| how it ended | the wait |
|---|---|
| the power came back, of a station that was known to the back end | up to 10 s, all by chance |
| not dialled: no network yet, or the name is being looked up | 1 s, no random part |
| refused, reset, unreachable, time-out, no pong; any close before it lasted | 3 s, to 96 s |
| close 1000, 1001, 1012 of a connection that had lasted | 1 s: a back end that restarts |
| TLS failed; HTTP 401, 403, 404, 3xx, other 4xx: a person must act | 30 s, to 5 min |
| HTTP 429, 5xx | Retry-After, at most an hour; without one 30 s, to 5 min |
| address or credentials changed | none |

- A connection that lasted sets the doubling back. A back end that opens and closes again and again
  (some close an unknown station with 1000) is not hammered.
- WebSocketPingInterval: a ping when nothing was heard for that long; nothing after it for PONG_MS:
  the connection is half open, and is dropped.
- A secure connection waits for the time (core/timekeeping), which certificates are judged by.
- A new connection is no new boot; the registration does not hear of it.
Where to and as whom is decided in access.py.
"""

from micropython import const

from chargepoint import ports
from chargepoint.core import timing
from chargepoint.ocpp.access import Access

WAITING = const("waiting")
OPENING = const("opening")
OPEN = const("open")

_ROWS = (
    (WAITING, "due", OPENING, "dial"),
    (WAITING, "redial", WAITING, "start_over"),
    (OPENING, "opened", OPEN, "greet"),
    (OPENING, "closed", WAITING, "back_off"),
    (OPENING, "overdue", WAITING, "give_up"),
    (OPENING, "redial", WAITING, "start_over"),
    (OPEN, "closed", WAITING, "part"),
    (OPEN, "mute", WAITING, "hang_up"),
    (OPEN, "redial", WAITING, "start_over"),
)

_ORDERLY = (1000, 1001, 1012)
# Messages read in one step: more would make the step long.
_READS = 4


class Connection:
    """Drives ``link`` (a ports.Link) and feeds ``dialogue``; ``reason`` tells why it is not open.

    Call ``tick`` in every step; it polls the link and ticks the dialogue. An empty
    CentralSystemUrl keeps the station off line. ``settled(now_ms)`` says whether certificates may
    be judged now; None: always. ``spread``: the first dial waits, too, for many may begin at once.
    """

    def __init__(self, link, dialogue, settings, random, access=None, settled=None, spread=False):
        self.state = WAITING
        self.reason = ""
        self._access = Access(settings) if access is None else access
        self._settled = settled
        self._link = link
        self._dialogue = dialogue
        self._settings = settings
        self._random = random
        self._due_ms = None
        self._spread = spread
        self._since_ms = 0
        self._pinged_ms = None
        self._tries = 0
        self._unsent = None

    @property
    def online(self) -> bool:
        """Messages can be exchanged."""
        return self.state == OPEN

    def tick(self, now_ms: int) -> None:
        """Move bytes and messages; open, ping, close as the rules say."""
        # The bytes come before any judgement on time: the step itself may have been late.
        self._link.poll(now_ms)
        if self.state == WAITING:
            self._wait(now_ms)
        elif self.state == OPENING:
            self._expect_open(now_ms)
        if self.state == OPEN:
            self._serve(now_ms)

    def redial(self, now_ms: int) -> None:
        """The address or the credentials changed: connect anew, at once."""
        self._access.start_over()
        self._tell("redial", now_ms)

    # -- the machine ----------------------------------------------------------------------------

    def _tell(self, event, now_ms):
        for state, on, following, effect in _ROWS:
            if state == self.state and on == event:
                self.state = following
                self._carry_out(effect, now_ms)
                return
        raise ValueError("connection: no row for %s in state %s" % (event, self.state))

    def _carry_out(self, effect, now_ms):
        if effect == "dial":
            self._dial(now_ms)
        elif effect == "greet":
            self._since_ms = now_ms
            self._pinged_ms = None
            self.reason = ""
            self._access.opened()
            self._dialogue.connected(now_ms)
        elif effect == "back_off":
            self._back_off(now_ms)
        elif effect == "give_up":
            self._link.close("time-out")
            self._back_off(now_ms)
        elif effect == "start_over":
            self._start_over(now_ms)
        else:
            if effect == "hang_up":
                self._link.close("no pong")
            self._part(now_ms)

    def _start_over(self, now_ms):
        if self._link.state != ports.CLOSED:
            self._link.close("dialled anew")
        self._unsent = None
        self._dialogue.disconnected(now_ms)
        self._tries = 0
        self._due_ms = now_ms

    def _wait(self, now_ms):
        if self._spread:
            self._spread = False
            self._due_ms = now_ms + self._jittered(0)
        if self._due_ms is not None and now_ms < self._due_ms:
            return
        if not self._settings.get("CentralSystemUrl"):
            self.reason = "no CentralSystemUrl"
        elif self._settled is None or self._settled(now_ms) or self._access.is_plain():
            self._tell("due", now_ms)

    def _dial(self, now_ms):
        self._since_ms = now_ms
        try:
            self._link.open(*self._access.next())
        except ValueError as error:
            self._tell("closed", now_ms)
            self.reason = str(error)

    def _expect_open(self, now_ms):
        if self._link.state == ports.OPEN:
            self._tell("opened", now_ms)
        elif self._link.state == ports.CLOSED:
            self._tell("closed", now_ms)
        elif now_ms - self._since_ms >= timing.CONNECT_MS:
            self._tell("overdue", now_ms)

    def _serve(self, now_ms):
        # What came before a close is read all the same.
        self._read(now_ms)
        if self._link.state != ports.OPEN:
            self._tell("closed", now_ms)
            return
        self._dialogue.tick(now_ms)
        self._write()
        self._watch(now_ms)

    # -- messages -------------------------------------------------------------------------------

    def _read(self, now_ms):
        for _ in range(_READS):
            text = None if self._dialogue.crowded else self._link.receive()
            if text is None:
                return
            self._dialogue.receive_text(text, now_ms)

    def _write(self):
        text = self._unsent or self._dialogue.take_text()
        while text is not None:
            if not self._link.send(text):
                self._unsent = text
                return
            self._unsent = None
            text = self._dialogue.take_text()

    # -- silence --------------------------------------------------------------------------------

    def _watch(self, now_ms):
        interval_ms = self._settings.get("WebSocketPingInterval") * 1000
        heard_ms = max(self._link.heard_ms, self._since_ms)
        if self._pinged_ms is not None and heard_ms >= self._pinged_ms:
            self._pinged_ms = None
        if self._pinged_ms is not None:
            if now_ms - self._pinged_ms >= timing.PONG_MS:
                self._tell("mute", now_ms)
        elif interval_ms > 0 and now_ms - heard_ms >= interval_ms:
            self._pinged_ms = now_ms
            self._link.ping()
        elif self._access.may_return(self._since_ms, now_ms) and self._dialogue.idle:
            self._access.turn_back()
            self._tell("redial", now_ms)

    # -- the wait -------------------------------------------------------------------------------

    def _part(self, now_ms):
        self._unsent = None
        lasted = now_ms - self._since_ms >= timing.CONNECTION_LASTED_MS
        if lasted:
            self._tries = 0
            self._access.lasted()
        self._dialogue.disconnected(now_ms)
        if lasted and self._link.close_code in _ORDERLY:
            self.reason = self._link.reason
            self._due_ms = now_ms + self._jittered(timing.BACK_OFF_ORDERLY_MS)
        else:
            self._back_off(now_ms)

    def _back_off(self, now_ms):
        link = self._link
        self.reason = link.reason
        if self.reason.startswith(ports.NO_ADDRESS_YET):
            # No one was asked: nothing to be kind to, and no fault of this address.
            self._due_ms = now_ms + timing.NETWORK_RETRY_MS
            return
        self._access.failed(link.http_status)
        wait_ms = timing.BACK_OFF_FIRST_MS << min(self._tries, 16)
        self._tries += 1
        if link.http_status >= 300 or self.reason.startswith("tls"):
            wait_ms = self._refused(wait_ms)
        else:
            wait_ms = min(wait_ms, timing.BACK_OFF_CAP_MS)
        self._due_ms = now_ms + self._jittered(wait_ms)

    def _refused(self, wait_ms):
        """The wait after a refusal that more tries don't help against."""
        after_s = self._link.retry_after_s
        if after_s is not None and (
            self._link.http_status == 429 or self._link.http_status >= 500
        ):
            return min(after_s * 1000, timing.RETRY_AFTER_CAP_MS)
        return min(max(wait_ms, timing.BACK_OFF_HTTP_MS), timing.BACK_OFF_HTTP_CAP_MS)

    def _jittered(self, wait_ms):
        high, low = self._random.take(2)
        return wait_ms + max(wait_ms, timing.BACK_OFF_SPREAD_MS) * (high << 8 | low) // 65536
