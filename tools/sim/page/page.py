"""The page beside the sim: a server in a thread of its own, given news ten times a second.

The sim never waits for it: news are handed over, commands are fetched between two turns.
"""

import asyncio
import json
import threading
import time
from collections import deque

from tools.sim.errors import Unusable
from tools.sim.page.server import Server
from tools.sim.page.shown import Shown
from tools.sim.sim import PAGE
from tools.sim.tape import PERSON, RECEIVED, SENT

# Of the wall's time: between two news, and when a lamp changed.
_NEWS_S, _BLINK_S = 0.1, 0.04
# Between two samples of the plots, of the sim's time and of the wall's.
_SAMPLE_MS, _SAMPLE_S = 500, 0.1
# Characters of a message, and of a line.
_MOST_RAW, _MOST_LINE = 16_000, 1_000
# Of the wall's time, for what never comes.
_PATIENCE_S = 60


class Page:
    """Serves ``street`` on loopback, ``port`` 0 for any. Unusable when the port can't be had."""

    def __init__(self, street, port: int):
        self._street = street
        self._shown = {sim.stage.identity: Shown(sim) for sim in street.sims}
        self._new = {"frames": {}, "log": {}, "samples": {}}
        self._asked = deque()
        self._due_s = self._blink_s = self._sample_s = 0.0
        self._sample_ms = 0
        self._lamps = None
        self.server = Server(street, self._ask)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="page", daemon=True)
        self._thread.start()
        try:
            self.url = self._run(self.server.start(port))
        except OSError as error:
            self.close()
            raise Unusable(f"--page {port}: {error.strerror}; choose another port") from None
        for sim in street.sims:
            self._listen(sim)
        street.after_turn.append(self._after_turn)

    def close(self) -> None:
        """Hang up on everybody."""
        if not self._loop.is_closed():
            self._run(self.server.stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_PATIENCE_S)

    # -- in the sim's thread --------------------------------------------------------------------

    def _listen(self, sim):
        who = sim.stage.identity

        def frame(at_ms, direction, kind, action, text, raw):
            raw = raw if isinstance(raw, str) else repr(raw)
            entry = (at_ms, direction, kind, action, text[:_MOST_LINE], raw[:_MOST_RAW])
            self._add("frames", who, entry)

        def line(at_ms, kind, text):
            if kind not in (SENT, RECEIVED):
                self._add("log", who, (at_ms, kind, text[:_MOST_LINE]))

        sim.tape.frame_listeners.append(frame)
        sim.tape.listeners.append(line)

    def _add(self, name, who, entry):
        self._new[name].setdefault(who, []).append(entry)

    def _after_turn(self):
        while self._asked:
            self._carry_out(*self._asked.popleft())
        now_s, watched = time.monotonic(), self.server.watched
        for sim in self._street.sims:
            change = sim.watchers.add if sim.stage.identity in watched else sim.watchers.discard
            change(PAGE)
        self._take_samples(now_s)
        if now_s >= self._due_s or (now_s >= self._blink_s and self._blinked(watched)):
            self._due_s, self._blink_s = now_s + _NEWS_S, now_s + _BLINK_S
            self._hand_over(watched)

    def _take_samples(self, now_s):
        now_ms = self._street.loop.now_ms()
        if now_ms < self._sample_ms or now_s < self._sample_s:
            return
        self._sample_ms, self._sample_s = now_ms + _SAMPLE_MS, now_s + _SAMPLE_S
        for who, shown in self._shown.items():
            self._add("samples", who, shown.sample())

    def _blinked(self, watched):
        lamps = [
            outlet.lamp
            for sim in self._street.sims
            if sim.stage.identity in watched or None in watched
            for outlet in sim.stage.world.connectors.values()
        ]
        changed, self._lamps = lamps != self._lamps, lamps
        return changed

    def _hand_over(self, watched):
        loop = self._street.loop
        news, self._new = self._new, {"frames": {}, "log": {}, "samples": {}}
        news["clock"] = {
            "now_ms": loop.now_ms(),
            "speed": loop.speed,
            "reached": round(loop.reached, 2),
        }
        shown = self._shown
        news["rows"] = {who: of.row() for who, of in shown.items()} if None in watched else {}
        news["stations"] = {who: of.station() for who, of in shown.items() if who in watched}
        self._loop.call_soon_threadsafe(self.server.take, news)

    def _carry_out(self, told, line, answered):
        sim = self._street.named(told.get("station"))
        if sim is not None:
            sim.tape.tell(PERSON, line)
        answer = self._street.submit(line)
        answer.add_done_callback(lambda done: self._answer(answered, done))

    def _answer(self, answered, done):
        if not done.cancelled() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(answered, done.result())

    # -- in the page's thread -------------------------------------------------------------------

    def _ask(self, told: dict, answered) -> None:
        """``answered(answer)`` is called in this thread, once the sim has carried it out."""
        self._asked.append((told, json.dumps(told), answered))

    def _serve(self):
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(_PATIENCE_S)
