"""Port Reader on a PN532: over its HSU line (115200 8N1), or over I2C or SPI (pn532_*.py).

Rules:
- Bring-up: wake, SAMConfiguration, GetFirmwareVersion, MaxRetries limited, RATS spared; then a
  look for a card every POLL_MS. Each command is answered in time or the bring-up begins anew,
  after a pause that doubles. The first look that is answered ends a trouble.
- Which card is news, and what is trouble: presentation.py.
"""

from micropython import const

from chargepoint.drivers.presentation import PresentingReader
from chargepoint.wire import pn532

POLL_MS = const(250)
# A look with two tries takes below 100 ms, every other command below 20 ms.
TIMEOUT_MS = const(300)
# From the first edge to where the oscillator is steady (T_osc_start): at most 2 ms.
WAKE_MS = const(5)

_READ_BYTES = const(64)

_PAUSE = const(0)
_WAKING = const(1)
_CONFIGURING = const(2)
_VERSION = const(3)
_RETRIES = const(4)
_PARAMETERS = const(5)
_REST = const(6)
_LOOKING = const(7)

# In these nothing is asked.
_QUIET = (_PAUSE, _WAKING, _REST)

# state, event, next state, effect
_ROWS = (
    (_PAUSE, "due", _WAKING, "_wake"),
    (_WAKING, "due", _CONFIGURING, "_configure"),
    (_CONFIGURING, "answered", _VERSION, "_ask_version"),
    (_CONFIGURING, "failed", _PAUSE, "_fail"),
    (_VERSION, "answered", _RETRIES, "_limit_retries"),
    (_VERSION, "failed", _PAUSE, "_fail"),
    (_RETRIES, "answered", _PARAMETERS, "_spare_rats"),
    (_RETRIES, "failed", _PAUSE, "_fail"),
    (_PARAMETERS, "answered", _LOOKING, "_look"),
    (_PARAMETERS, "failed", _PAUSE, "_fail"),
    (_LOOKING, "answered", _REST, "_take"),
    (_LOOKING, "failed", _PAUSE, "_fail"),
    (_REST, "due", _LOOKING, "_look"),
)


class Pn532Reader(PresentingReader):
    """``line`` has any(), read(n) and write(data): a UART, or Pn532I2c or Pn532Spi."""

    def __init__(self, line):
        super().__init__(_ROWS, _PAUSE)
        self._line = line
        self._frames = pn532.Frames()
        self._code = 0
        self._asked_ms = 0
        self._found = None

    def _work(self, now_ms: int) -> None:
        # On a bus the ACK and the answer are read apart; after a late step both wait.
        for _ in range(2):
            if self._line.any():
                self._listen(self._line.read(_READ_BYTES), now_ms)
        if self._state in _QUIET:
            if self._is_due(now_ms):
                self._happen("due", now_ms)
        elif now_ms - self._asked_ms >= TIMEOUT_MS:
            self._happen("failed", now_ms)

    def _listen(self, data: bytes, now_ms: int) -> None:
        """Frames that are not the answer to the open command are late and mean nothing."""
        self._heard = True
        self._frames.receive(data or b"")
        kind = self._frames.next()
        while kind is not None:
            event = self._event_of(kind, self._frames.data)
            if event is not None and self._state not in _QUIET:
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

    def _ask(self, now_ms: int, code: int, parameters: bytes) -> None:
        self._code = code
        self._asked_ms = now_ms
        self._heard = False
        self._frames.forget()
        self._line.write(pn532.command(code, parameters))

    def _wake(self, now_ms: int) -> None:
        # The ACK ends a command that was open when we were restarted.
        self._due_ms = now_ms + WAKE_MS
        self._line.write(pn532.WAKE + pn532.ACK_FRAME)

    def _configure(self, now_ms: int) -> None:
        self._ask(now_ms, pn532.SAM_CONFIGURATION, pn532.NORMAL_MODE)

    def _ask_version(self, now_ms: int) -> None:
        self._ask(now_ms, pn532.GET_FIRMWARE_VERSION, b"")

    def _limit_retries(self, now_ms: int) -> None:
        self._ask(now_ms, pn532.RF_CONFIGURATION, pn532.TWO_TRIES)

    def _spare_rats(self, now_ms: int) -> None:
        self._ask(now_ms, pn532.SET_PARAMETERS, pn532.NO_RATS)

    def _look(self, now_ms: int) -> None:
        self._ask(now_ms, pn532.IN_LIST_PASSIVE_TARGET, pn532.ONE_TYPE_A)

    def _take(self, now_ms: int) -> None:
        self._due_ms = now_ms + POLL_MS
        self._look_done(self._found, now_ms)
