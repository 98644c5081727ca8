"""Port Reader on a PN532 over its HSU line (115200 8N1).

Rules:
- Bring-up: wake, SAMConfiguration, GetFirmwareVersion, MaxRetries limited; then a look for a card
  every POLL_MS. Each command is answered in time or the bring-up begins anew, after a pause that
  doubles. Two failures in a row are trouble ("silent" when not a byte came, else "rubbish"); the
  first look that is answered ends it.
- A card is told once for each time that it is presented. The same card counts again when the
  field was empty for ABSENT_MS, or was empty at all and it was told AGAIN_MS ago; a card that
  stays is never told twice. Another card counts at once.
"""

from micropython import const

from chargepoint.ports import Reader
from chargepoint.wire import pn532, rows

POLL_MS = const(250)
ABSENT_MS = const(1000)
AGAIN_MS = const(3000)
# A look with two tries takes below 100 ms, every other command below 20 ms.
TIMEOUT_MS = const(300)
PAUSE_MS = const(250)
LONGEST_PAUSE_MS = const(8000)

_READ_BYTES = const(64)
_PATIENCE = const(2)

_PAUSE = const(0)
_WAKING = const(1)
_VERSION = const(2)
_RETRIES = const(3)
_REST = const(4)
_LOOKING = const(5)

# state, event, next state, effect
_ROWS = (
    (_PAUSE, "due", _WAKING, "_wake"),
    (_WAKING, "answered", _VERSION, "_ask_version"),
    (_WAKING, "failed", _PAUSE, "_fail"),
    (_VERSION, "answered", _RETRIES, "_limit_retries"),
    (_VERSION, "failed", _PAUSE, "_fail"),
    (_RETRIES, "answered", _LOOKING, "_look"),
    (_RETRIES, "failed", _PAUSE, "_fail"),
    (_LOOKING, "answered", _REST, "_take"),
    (_LOOKING, "failed", _PAUSE, "_fail"),
    (_REST, "due", _LOOKING, "_look"),
)


class Pn532Reader(Reader):
    """``uart`` has any(), read(n) and write(data), none of which waits."""

    def __init__(self, uart):
        self._uart = uart
        self._frames = pn532.Frames()
        self._state = _PAUSE
        self._due_ms = None
        self._code = 0
        self._asked_ms = 0
        self._heard = False
        self._failures = 0
        self._found = None
        self._uid = None
        self._seen_ms = 0
        self._told_ms = 0
        self._gone = False
        self._news = None

    def poll(self, now_ms: int) -> bytes:
        """Read what came, then judge, then send what is due; the UID of a new card or None."""
        if self._uart.any():
            self._listen(self._uart.read(_READ_BYTES), now_ms)
        if self._state in (_PAUSE, _REST):
            if self._due_ms is None or now_ms >= self._due_ms:
                self._happen("due", now_ms)
        elif now_ms - self._asked_ms >= TIMEOUT_MS:
            self._happen("failed", now_ms)
        news, self._news = self._news, None
        return news

    def _listen(self, data: bytes, now_ms: int) -> None:
        """Frames that are not the answer to the open command are late and mean nothing."""
        self._heard = True
        self._frames.receive(data or b"")
        kind = self._frames.next()
        while kind is not None:
            event = self._event_of(kind, self._frames.data)
            if event is not None and self._state not in (_PAUSE, _REST):
                self._happen(event, now_ms)
            kind = self._frames.next()

    def _event_of(self, kind: str, data: bytes) -> str:
        """What a frame means for the open command; None when it is not for it."""
        if kind in (pn532.ERROR, pn532.NACK):
            return "failed"
        if kind != pn532.DATA or data[:2] != bytes((pn532.FROM_PN532, self._code + 1)):
            return None
        if self._state == _LOOKING:
            try:
                self._found = pn532.uid_of(data)
            except ValueError:
                return "failed"
        return "answered"

    def _happen(self, event: str, now_ms: int) -> None:
        self._state, effect = rows.find(_ROWS, self._state, event)
        getattr(self, effect)(now_ms)

    def _ask(self, now_ms: int, code: int, parameters: bytes, before: bytes = b"") -> None:
        self._code = code
        self._asked_ms = now_ms
        self._heard = False
        self._frames.forget()
        self._uart.write(before + pn532.command(code, parameters))

    def _wake(self, now_ms: int) -> None:
        # The ACK ends a command that was open when we were restarted.
        wake = pn532.WAKE + pn532.ACK_FRAME
        self._ask(now_ms, pn532.SAM_CONFIGURATION, pn532.NORMAL_MODE, wake)

    def _ask_version(self, now_ms: int) -> None:
        self._ask(now_ms, pn532.GET_FIRMWARE_VERSION, b"")

    def _limit_retries(self, now_ms: int) -> None:
        self._ask(now_ms, pn532.RF_CONFIGURATION, pn532.TWO_TRIES)

    def _look(self, now_ms: int) -> None:
        self._ask(now_ms, pn532.IN_LIST_PASSIVE_TARGET, pn532.ONE_TYPE_A)

    def _fail(self, now_ms: int) -> None:
        self._failures += 1
        if self._failures >= _PATIENCE:
            self.trouble = "rubbish" if self._heard else "silent"
        doublings = min(self._failures - 1, 10)
        self._due_ms = now_ms + min(PAUSE_MS << doublings, LONGEST_PAUSE_MS)

    def _take(self, now_ms: int) -> None:
        """A look was answered."""
        self._failures = 0
        self.trouble = None
        self._due_ms = now_ms + POLL_MS
        if self._found is None:
            self._gone = True
        else:
            self._see(self._found, now_ms)

    def _see(self, uid: bytes, now_ms: int) -> None:
        absent = self._gone and now_ms - self._seen_ms >= ABSENT_MS
        again = self._gone and now_ms - self._told_ms >= AGAIN_MS
        if uid != self._uid or absent or again:
            self._uid = self._news = uid
            self._told_ms = now_ms
        self._seen_ms = now_ms
        self._gone = False
