"""GetDiagnostics (OCPP 1.6 §6.9): a report in text, made line by line and sent as a file.

Rules:
- Nothing of the report is ever whole in memory: its lines are made twice, once to know the length,
  once to be sent; what changed in between is cut off or made up for by empty lines.
- No secret is in it: a setting that can't be read by the back end is not.
- A period (startTime, stopTime) chooses among the lines of the log; without one in it there is
  nothing to send, and no fileName is answered.
- A new request takes the place of the one before. One that a restart has ended has failed: the log
  that it was about is gone.
"""

import json

from micropython import const

from chargepoint.core import timing
from chargepoint.core.rows import Machine
from chargepoint.ocpp import times
from chargepoint.ocpp.notices import Notices

# The fact that says that a request is under way.
FACT = "diagnostics"
# Bytes that the facts may gain until they are sent: the log stands last, and must not be cut off.
_MORE = const(512)

_ROWS = (
    ("idle", "asked", "waiting", None),
    ("waiting", "asked", "waiting", None),
    ("waiting", "due", "counting", "tell_uploading"),
    ("counting", "asked", "waiting", None),
    ("counting", "counted", "sending", "send"),
    ("sending", "asked", "waiting", None),
    ("sending", "sent", "idle", "tell_uploaded"),
    ("sending", "failed", "resting", "rest"),
    ("resting", "asked", "waiting", None),
    ("resting", "due", "counting", "count"),
    ("resting", "given up", "idle", "tell_failed"),
)


class Diagnostics(Machine):
    """The machine above. ``upkeep`` lends the Transfer."""

    def __init__(self, upkeep, station):
        super().__init__(_ROWS, "idle")
        self._upkeep = upkeep
        self._station = station
        self._transfer = None
        self._request = None
        self._due_ms = 0
        self.notices = Notices("DiagnosticsStatusNotification", self._heard)

    def load(self) -> None:
        """An earlier start did not come to an end of it."""
        self.notices.put("UploadFailed")

    def ask(self, request: dict, now_ms: int) -> str:
        """Begin with a request that is checked: the name of the file, None without any data."""
        period = request["from_s"] is not None or request["until_s"] is not None
        if period and not self._log_lines(request):
            return None
        self._let_go()
        self.notices.clear()
        self._request = request
        self._left = request["tries"]
        self._name = self._name_of_file(now_ms)
        self._station.journal.put(FACT, b"asked")
        self._tell("asked", now_ms)
        return self._name

    @property
    def status(self) -> str:
        """What TriggerMessage tells."""
        return "Idle" if self.state == "idle" else "Uploading"

    @property
    def lively(self) -> bool:
        """There is something to do in every step."""
        return self.state in ("counting", "sending")

    @property
    def over(self) -> bool:
        """Nothing is under way and nothing remains to be told."""
        return self.state == "idle" and not self.notices.waiting

    def step(self, now_ms: int) -> None:
        """One step: a line, or a piece."""
        state = self.state
        if state == "waiting":
            # The answer leaves first, and it waits for the medium.
            if self._upkeep.is_kept:
                self._tell("due", now_ms)
        elif state == "counting":
            self._count_line(now_ms)
        elif state == "sending":
            self._go_on_sending(now_ms)
        elif state == "resting" and now_ms >= self._due_ms:
            self._tell("due", now_ms)

    # -- inside ---------------------------------------------------------------------------------

    def _carry_out(self, effect, now_ms):
        if effect == "tell_uploading":
            self.notices.put("Uploading")
            self._begin_counting(now_ms)
        elif effect == "count":
            self._begin_counting(now_ms)
        elif effect == "send":
            self._lines = None
        elif effect == "rest":
            self._rest(now_ms)
        elif effect == "tell_uploaded":
            self._over("Uploaded")
        else:
            self._over("UploadFailed")

    def _begin_counting(self, now_ms):
        self._lines = self._report(now_ms)
        self._size = _MORE

    def _count_line(self, now_ms):
        line = self._next_line()
        if line is not None:
            self._size += len(line.encode()) + 1
        else:
            self._tell("counted", now_ms)

    def _next_line(self):
        for line in self._lines:
            return line
        return None

    def _go_on_sending(self, now_ms):
        transfer, request = self._transfer, self._request
        if transfer is None:
            transfer = self._transfer = self._upkeep.lend(self)
            if transfer is not None:
                self._rewind(now_ms)
                transfer.send(request["location"], self._name, self._size, now_ms)
            return
        transfer.poll(now_ms)
        if transfer.state == "failed":
            self._station.ports.log.write("warning", "diagnostics: " + transfer.reason)
            self._let_go()
            self._tell("failed", now_ms)
        elif transfer.state == "done":
            self._let_go()
            self._tell("sent", now_ms)
        elif transfer.rewound:
            transfer.rewound = False
            self._rewind(now_ms)
        elif self._unsent:
            self._give()

    def _rewind(self, now_ms):
        self._lines = self._report(now_ms)
        self._piece = b""
        self._unsent = self._size

    def _give(self):
        if not self._piece:
            line = self._next_line() or ""
            self._piece = (line.encode() + b"\n")[: self._unsent]
        taken = self._transfer.give(self._piece)
        self._piece = self._piece[taken:]
        self._unsent -= taken

    def _rest(self, now_ms):
        self._left -= 1
        if self._left <= 0:
            self._tell("given up", now_ms)
        else:
            self._due_ms = now_ms + self._request["interval_s"] * 1000

    def _let_go(self):
        self._lines = None
        if self._transfer is not None:
            self._upkeep.take_back(self)
            self._transfer = None

    def _over(self, status):
        self.notices.put(status)

    def _heard(self, status):
        if self.state == "idle" and not self.notices.waiting:
            self._station.journal.put(FACT, b"")

    # -- the report -----------------------------------------------------------------------------

    def _report(self, now_ms):
        """Its lines, one after the other."""
        station = self._station
        settings, journal = station.settings, station.journal
        yield "Pilotlight %s" % settings.get("FirmwareVersion")
        yield "start %d, up %d s" % (journal.boot, now_ms // 1000)
        yield from _facts_lines(station.facts(now_ms))
        yield (
            "journal: events %d to %d, %d operations wait, trouble %s, %d damaged, %d thinned"
            % (
                journal.first_seq,
                journal.next_seq,
                journal.pending,
                journal.trouble,
                journal.damaged,
                journal.thinned,
            )
        )
        yield "-- settings"
        for row in settings.rows():
            text = settings.shown(row)
            if text is not None:
                yield "%s=%s" % (row[0], text)
        yield "-- last crash"
        trace = station.ports.store.read("trace") or b""
        for line in trace.split(b"\n"):
            yield _plain(line)
        yield "-- log"
        for utc_s, text in self._log_lines(self._request):
            yield "%s %s" % ("-" if utc_s is None else times.text_of(utc_s), text)

    def _log_lines(self, request):
        return self._station.ports.log.lines(request["from_s"], request["until_s"])

    def _name_of_file(self, now_ms):
        identity = ""
        for character in self._station.settings.get("Identity"):
            plain = "0" <= character <= "9" or "A" <= character.upper() <= "Z"
            identity += character if plain or character in "-_" else "_"
        start = self._station.journal.boot
        return "%s-diagnostics-%d-%d.txt" % (identity, start, now_ms // 1000)


def _facts_lines(facts):
    for key in facts:
        yield "%s: %s" % (key, json.dumps(facts[key]))


def _plain(line):
    """What a crash left may be cut anywhere."""
    return "".join([chr(byte) if 32 <= byte < 127 else "?" for byte in line])


def read(payload: dict, transfer) -> dict:
    """What GetDiagnostics asks for; raises ValueError that says what was expected."""
    transfer.check(payload["location"])
    retries, interval_s = payload.get("retries"), payload.get("retryInterval")
    if (retries or 0) < 0 or (interval_s or 0) < 0:
        raise ValueError("retries, retryInterval: expected 0 or more")
    from_s, until_s = [
        times.parse(payload[key]) if key in payload else None for key in ("startTime", "stopTime")
    ]
    if from_s is not None and until_s is not None and from_s > until_s:
        raise ValueError("stopTime: expected a time after startTime")
    return {
        "location": payload["location"],
        "tries": 3 if retries is None else min(max(retries, 1), 100),
        "interval_s": 10 if interval_s is None else min(interval_s, timing.LONGEST_INTERVAL_S),
        "from_s": from_s,
        "until_s": until_s,
    }
