"""When to connect, how long to wait in between, and when a silent connection is dead.

- The wait doubles from try to try up to a cap, with a random part as long again on top, so that
  10,000 stations do not return in the same second. A connection that lasted sets it back, and an
  orderly close of such a one (1000, 1001, 1012) is followed by a quick return.
- A refusal by HTTP status (401, 403, 404, 429, 503, redirects) is tried again, slowly.
- WebSocketPingInterval: a ping when nothing was heard for that long; nothing after it for PONG_MS:
  the connection is half open, and is dropped.
- A new connection is no new boot; the registration does not hear of it.
"""

from micropython import const

from chargepoint import ports
from chargepoint.core import timing

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
_UNRESERVED = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
# Messages read in one step: more would make the step long.
_READS = 4


class Connection:
    """Drives ``link`` (a ports.Link) and feeds ``dialogue``; ``reason`` tells why it is not open.

    Call ``tick`` in every step; it polls the link and ticks the dialogue. An empty
    CentralSystemUrl keeps the station off line.
    """

    def __init__(self, link, dialogue, settings, random):
        self.state = WAITING
        self.reason = ""
        self._link = link
        self._dialogue = dialogue
        self._settings = settings
        self._random = random
        self._due_ms = None
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
            self._link.close("settings changed")
        self._unsent = None
        self._dialogue.disconnected(now_ms)
        self._tries = 0
        self._due_ms = now_ms

    def _wait(self, now_ms):
        if not self._settings.get("CentralSystemUrl"):
            self.reason = "no CentralSystemUrl"
        elif self._due_ms is None or now_ms >= self._due_ms:
            self._tell("due", now_ms)

    def _dial(self, now_ms):
        self._since_ms = now_ms
        identity = self._settings.get("Identity")
        url = url_of(self._settings.get("CentralSystemUrl"), identity)
        try:
            self._link.open(url, identity, self._settings.get("AuthorizationKey") or None)
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

    # -- the wait -------------------------------------------------------------------------------

    def _part(self, now_ms):
        self._unsent = None
        lasted = now_ms - self._since_ms >= timing.CONNECTION_LASTED_MS
        if lasted:
            self._tries = 0
        self._dialogue.disconnected(now_ms)
        if lasted and self._link.close_code in _ORDERLY:
            self.reason = self._link.reason
            self._due_ms = now_ms + self._jittered(timing.BACK_OFF_ORDERLY_MS)
        else:
            self._back_off(now_ms)

    def _back_off(self, now_ms):
        self.reason = self._link.reason
        wait_ms = min(timing.BACK_OFF_FIRST_MS << min(self._tries, 16), timing.BACK_OFF_CAP_MS)
        self._tries += 1
        if self._link.http_status >= 300:
            wait_ms = max(wait_ms, timing.BACK_OFF_HTTP_MS)
        self._due_ms = now_ms + self._jittered(wait_ms)

    def _jittered(self, wait_ms):
        high, low = self._random.take(2)
        return wait_ms + wait_ms * (high << 8 | low) // 65536


def url_of(base: str, identity: str) -> str:
    """``base`` + "/" + ``identity`` percent-encoded (OCPP-J 1.6 §3.1.1); a query stays behind."""
    path, mark, query = base.partition("?")
    if not path.endswith("/"):
        path += "/"
    for byte in identity.encode():
        path += chr(byte) if byte in _UNRESERVED else "%%%02X" % byte
    return path + mark + query
