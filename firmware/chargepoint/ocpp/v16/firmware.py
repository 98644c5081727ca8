"""UpdateFirmware (OCPP 1.6 §4.5, §6.19): fetched, proven, installed, started, and told.

Rules:
- The request is on the medium before it is answered, and what came of it before that is told.
- What another download could mend (server, length, digest, no update at all) is DownloadFailed,
  after all tries; what it could not (another board, an image that does not start or does not run
  well) is InstallationFailed.
- The image goes to the other slot in pieces, is read back from there and must have its digest.
- It is started when no transaction runs; from Downloaded on, connectors take no one.
- A power cut before Downloaded: fetched anew (a few times only, should the update itself bring the
  station down). After it: read back and proven again. In the trial: the old image, as the slots
  have it.
- A new request takes the place of one that is not being installed yet; the same one again changes
  nothing. Without a retrieveDate that can be judged (no clock) it is fetched at once.
"""

import hashlib
import json
from binascii import hexlify, unhexlify

from micropython import const

from chargepoint.core import timing
from chargepoint.core.rows import Machine
from chargepoint.core.update_head import SHORTEST, UpdateHead, covered
from chargepoint.ocpp import times
from chargepoint.ocpp.errors import GENERIC_ERROR, OcppError
from chargepoint.ocpp.notices import Notices

# The fact in which a request lives; also who looks for it at a start (upkeep.py).
FACT = "update"

_PIECE = const(1024)
_STARTS_MAX = const(5)

_IDLE = const("idle")
_WAITING = const("waiting")
_FETCHING = const("fetching")
_RESTING = const("resting")
_CHECKING = const("checking")
_FETCHED = const("fetched")
_INSTALLING = const("installing")
_SWITCHED = const("switched")
_TRIAL = const("trial")

_ROWS = (
    (_IDLE, "asked", _WAITING, None),
    (_IDLE, "kept", _CHECKING, "check"),
    (_IDLE, "started", _TRIAL, None),
    (_IDLE, "fell", _IDLE, "tell_not_installed"),
    (_IDLE, "given up", _IDLE, "tell_not_fetched"),
    (_WAITING, "asked", _WAITING, None),
    (_WAITING, "due", _FETCHING, "fetch"),
    (_FETCHING, "asked", _WAITING, None),
    (_FETCHING, "whole", _CHECKING, "check"),
    (_FETCHING, "failed", _RESTING, "rest"),
    (_CHECKING, "asked", _WAITING, None),
    (_CHECKING, "intact", _FETCHED, "keep"),
    (_CHECKING, "failed", _RESTING, "rest"),
    (_RESTING, "asked", _WAITING, None),
    (_RESTING, "due", _FETCHING, "fetch"),
    (_RESTING, "given up", _IDLE, "tell_not_fetched"),
    (_FETCHED, "asked", _WAITING, None),
    (_FETCHED, "foreign", _IDLE, "refuse"),
    (_FETCHED, "free", _INSTALLING, "tell_installing"),
    (_INSTALLING, "told", _SWITCHED, "switch"),
    (_SWITCHED, "fell", _IDLE, "tell_not_installed"),
    (_TRIAL, "well", _IDLE, "tell_installed"),
)

# What TriggerMessage is told where it is not Idle.
_STATUSES = {
    _FETCHING: "Downloading",
    _RESTING: "Downloading",
    _CHECKING: "Downloading",
    _FETCHED: "Downloaded",
    _INSTALLING: "Installing",
    _SWITCHED: "Installing",
    _TRIAL: "Installing",
}


class Firmware(Machine):
    """The machine above. ``upkeep`` lends the Transfer and knows of the trial."""

    def __init__(self, upkeep, station):
        super().__init__(_ROWS, _IDLE)
        self._upkeep = upkeep
        self._station = station
        self._slots = station.ports.slots
        self._transfer = None
        self._request = None
        self._due_ms = 0
        self._hash = None
        self._fits = False
        self.notices = Notices("FirmwareStatusNotification", self._heard)

    def load(self) -> None:
        """Go on with what an earlier start left; raises nothing."""
        try:
            self._load(json.loads(self._station.journal.get(FACT)))
        except (ValueError, TypeError, KeyError):
            # Another firmware's, which said it otherwise.
            self._station.journal.put(FACT, b"")

    def ask(self, request: dict, now_ms: int) -> None:
        """Begin with a request that is checked; raises OcppError while one is being installed."""
        if self.state in (_INSTALLING, _SWITCHED, _TRIAL):
            raise OcppError(GENERIC_ERROR, "an update is being installed")
        known = self._request
        if self.state != _IDLE and not [key for key in request if request[key] != known[key]]:
            return
        self._let_go()
        self.notices.clear()
        self._request = dict(request)
        self._request.update({"left": request["tries"], "starts": 0, "slot": None, "told": None})
        self._keep("asked")
        self._tell("asked", now_ms)

    @property
    def status(self) -> str:
        """What TriggerMessage tells."""
        return _STATUSES.get(self.state, "Idle")

    @property
    def claims(self) -> bool:
        """The connectors must take no one: the station is about to be started anew."""
        return self._fits and self.state in (_FETCHED, _INSTALLING, _SWITCHED)

    @property
    def lively(self) -> bool:
        """There is something to do in every step."""
        return self.state in (_FETCHING, _CHECKING)

    @property
    def over(self) -> bool:
        """Nothing is under way and nothing remains to be told."""
        return self.state == _IDLE and not self.notices.waiting

    def step(self, now_ms: int, flash_free: bool) -> None:
        """One step; at most one flash operation, and that only with ``flash_free``."""
        state = self.state
        if state == _WAITING:
            if self._may_begin():
                self._tell("due", now_ms)
        elif state == _FETCHING:
            self._go_on_fetching(now_ms, flash_free)
        elif state == _CHECKING:
            self._go_on_checking(now_ms)
        elif state == _RESTING:
            if now_ms >= self._due_ms:
                self._tell("due", now_ms)
        elif state == _FETCHED:
            self._judge(now_ms)
        elif state == _INSTALLING:
            if flash_free and self._may_switch(now_ms):
                self._tell("told", now_ms)
        elif state == _TRIAL and not self._upkeep.on_trial:
            self._tell("well", now_ms)

    # -- inside ---------------------------------------------------------------------------------

    def _load(self, request):
        self._request = request
        phase = request["phase"]
        # What is read later only must be there, too.
        _ = request["at"] + request["left"] + request["interval_s"], request["location"]
        if phase == "over":
            self.notices.put(request["status"])
        elif phase == "installing":
            self._start(request["slot"] == self._slots.running)
        else:
            if phase == "fetched":
                self._head = unhexlify(request["head"])
            # How often it may wait for its date over a start is no matter.
            request["starts"] += phase != "asked"
            self._go_on(phase)

    def _go_on(self, phase):
        if phase != "asked":
            self._keep(phase)
        event = "kept" if phase == "fetched" else "asked"
        self._tell("given up" if self._request["starts"] > _STARTS_MAX else event, 0)

    def _start(self, as_wanted):
        """The station was started anew to run the new image: does it?"""
        if as_wanted and not self._upkeep.on_trial:
            # Confirmed, but the power went before that was noted.
            self._over("Installed")
        else:
            self._tell("started" if as_wanted else "fell", 0)

    def _may_begin(self):
        station = self._station
        # The answer leaves first, and it waits for the medium.
        if station.journal.pending or not station.exchange.registration.accepted:
            return False
        utc_s = station.ports.clock.utc_s()
        return utc_s is None or utc_s >= self._request["at"]

    def _may_switch(self, now_ms):
        """What was said has left; a back end that is away is waited for a while."""
        return not self.notices.waiting or now_ms - self._since_ms >= timing.UPDATE_PATIENCE_MS

    def _judge(self, now_ms):
        if self._station.journal.pending:
            return
        if not self._fits:
            self._tell("foreign", now_ms)
        elif not self._station.busy():
            self._tell("free", now_ms)

    def _take_fetched(self):
        board = UpdateHead(self._head).board
        self._fits = board == self._slots.board
        if not self._fits:
            self._log("update is for board %s, expected %s" % (board, self._slots.board))
        self._request["head"] = hexlify(self._head).decode()
        self._keep("fetched")
        self._say("Downloaded")

    def _carry_out(self, effect, now_ms):
        if effect == "fetch":
            self._keep("fetching")
            self._say("Downloading")
            self._begin_fetching(now_ms)
        elif effect == "check":
            head = UpdateHead(self._head)
            self._at, self._size, self._digest = 0, head.size, head.digest
            self._hash = hashlib.sha256(covered(self._head))
        elif effect == "rest":
            self._rest(now_ms)
        elif effect == "keep":
            self._take_fetched()
        elif effect == "tell_installing":
            self._request["slot"] = self._slots.other
            self._keep("installing")
            self.notices.put("Installing")
        elif effect == "switch":
            self._switch(now_ms)
        elif effect == "refuse":
            self.notices.put("Installing")
            self._over("InstallationFailed")
        else:
            self._over(_ENDS[effect])

    def _begin_fetching(self, now_ms):
        self._head, self._piece = b"", b""
        self._got = 0
        self._size = None
        self._transfer = None
        self._reason = ""

    def _go_on_fetching(self, now_ms, flash_free):
        transfer = self._transfer
        if transfer is None:
            transfer = self._transfer = self._upkeep.lend(self)
            if transfer is not None:
                transfer.fetch(self._request["location"], now_ms)
            return
        transfer.poll(now_ms)
        if not self._piece:
            self._piece = transfer.take() or b""
        if transfer.state == "failed":
            self._fail(transfer.reason, now_ms)
        elif self._piece and self._size is None:
            self._read_head(now_ms)
        elif self._piece and flash_free:
            self._write_piece(now_ms)
        elif transfer.state == "done" and flash_free and not self._piece:
            self._finish(now_ms)

    def _read_head(self, now_ms):
        """Collect the head, and find room for the image."""
        self._head += self._piece
        self._piece = b""
        if len(self._head) < SHORTEST:
            return
        try:
            head = UpdateHead(self._head)
        except ValueError as error:
            self._fail(str(error), now_ms)
            return
        if len(self._head) < head.length:
            return
        self._head, self._piece = self._head[: head.length], self._head[head.length :]
        told = self._transfer.size
        if told is not None and told != head.length + head.size:
            self._fail("%d bytes, expected %d" % (told, head.length + head.size), now_ms)
        elif not self._slots.begin(head.size):
            self._request["left"] = 0
            self._fail("no room for %d bytes" % head.size, now_ms)
        else:
            self._size = head.size

    def _write_piece(self, now_ms):
        piece, self._piece = self._piece[:_PIECE], self._piece[_PIECE:]
        self._got += len(piece)
        if self._got > self._size:
            self._fail("longer than the %d bytes that its head tells" % self._size, now_ms)
        elif not self._slots.write(piece):
            self._fail("the slot refused it", now_ms)

    def _finish(self, now_ms):
        if self._size is None or self._got != self._size:
            self._fail("it ended after %d bytes" % self._got, now_ms)
        elif not self._slots.finish():
            self._fail("the slot refused it", now_ms)
        else:
            self._let_go()
            self._tell("whole", now_ms)

    def _go_on_checking(self, now_ms):
        count = min(_PIECE, self._size - self._at)
        self._hash.update(self._slots.read(self._at, count))
        self._at += count
        if self._at < self._size:
            return
        if self._hash.digest() == self._digest:
            self._tell("intact", now_ms)
        else:
            self._fail("its digest is another", now_ms)

    def _fail(self, why, now_ms):
        self._log("update not fetched: " + why)
        self._let_go()
        self._tell("failed", now_ms)

    def _rest(self, now_ms):
        request = self._request
        request["left"] -= 1
        if request["left"] <= 0:
            self._tell("given up", now_ms)
        else:
            self._due_ms = now_ms + request["interval_s"] * 1000

    def _switch(self, now_ms):
        if self._slots.activate():
            self._station.start_reset("hard", now_ms)
        else:
            self._tell("fell", now_ms)

    def _let_go(self):
        if self._transfer is not None:
            self._upkeep.take_back(self)
            self._transfer = None
        self._hash = None

    def _say(self, status):
        """A step on the way, unless it is known already."""
        if self._request["told"] != status:
            self._request["told"] = status
            self.notices.put(status)

    def _over(self, status):
        self._log("update: " + status)
        self._request["status"] = status
        self._keep("over")
        self.notices.put(status)

    def _heard(self, status):
        """The back end knows: nothing needs to survive any more."""
        if self.state == _IDLE and not self.notices.waiting:
            self._station.journal.put(FACT, b"")

    def _keep(self, phase):
        self._request["phase"] = phase
        self._station.journal.put(FACT, json.dumps(self._request).encode())

    def _log(self, text):
        self._station.ports.log.write("warning", text)


_ENDS = {
    "tell_installed": "Installed",
    "tell_not_installed": "InstallationFailed",
    "tell_not_fetched": "DownloadFailed",
}


def read(payload: dict, transfer) -> dict:
    """What UpdateFirmware asks for; raises ValueError that says what was expected."""
    transfer.check(payload["location"])
    retries, interval_s = payload.get("retries"), payload.get("retryInterval")
    if (retries or 0) < 0 or (interval_s or 0) < 0:
        raise ValueError("retries, retryInterval: expected 0 or more")
    return {
        "location": payload["location"],
        "at": times.parse(payload["retrieveDate"]),
        # Left to us where it is not said; what is said is how often it is tried.
        "tries": 3 if retries is None else min(max(retries, 1), 100),
        "interval_s": 10 if interval_s is None else min(interval_s, timing.LONGEST_INTERVAL_S),
    }
