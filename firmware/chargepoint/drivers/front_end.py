"""The line to a pilot front end: a small processor beside the mains that has pilot, relays, guard,
lamp, clock and all that protects (frames: wire/tagged.py; ports on it: front_end_ports.py).

Rules:
- The front end says STATUS, the station makes one step and answers COMMAND: nothing of a step
  takes effect before its end, and everything of it takes effect together.
- A step in which a connector's guard had no beat answers "open now". A STATUS that is not
  answered within BEAT_MS lets the front end open the contactor by itself: that is this board's
  guard.
- A frame that is not of this station's form means nothing; the guard judges the silence.
"""

import json

from micropython import const

from chargepoint.wire import tagged

BEAT_MS = const(100)

_X1_BP = const(10000)
_MOST_MS = const(65535)
_WRAP = const(0xFFFFFFFF)


class FrontEnd:
    """``uart`` has any(), read(n) and write(data); ``idle()`` is called while waiting for it.

    ``on_tag(text)`` and ``facts() -> dict`` may be set: an idTag that was given at the front end,
    and what the station says of itself when the front end asks.
    """

    def __init__(self, uart, connectors: int, idle):
        self.cause = tagged.CAUSES[0]
        self.entropy = b""
        self.now_ms = 0
        self.utc_s = None
        self.high_mv = [0] * connectors
        self.low_mv = [0] * connectors
        self.inputs = [0] * connectors
        self.proximity_ohm = [tagged.OHM_OPEN] * connectors
        self.tenths_c = [tagged.TENTHS_NONE] * connectors
        self.duty_bp = [_X1_BP] * connectors
        self.outputs = [0] * connectors
        self.beaten = [False] * connectors
        self.on_tag = None
        self.facts = None
        self._uart = uart
        self._idle = idle
        self._frames = tagged.Frames()
        self._connectors = connectors
        self._heard_ms = None
        self._tag = None
        self._asked = False

    def meet(self) -> None:
        """Wait for START: ``cause`` and ``entropy`` are known afterwards."""
        self._await(tagged.START)

    def exchange(self, due_ms: int = 0) -> None:
        """Answer the last STATUS and wait for the next; the station has ``due_ms`` to spare."""
        if self._asked:
            self._asked = False
            self._tell_facts()
        self._answer(due_ms)
        self._await(tagged.STATUS)
        # What reached the other lines before this STATUS belongs to its step.
        self._idle()
        if self._tag is not None:
            tag, self._tag = self._tag, None
            self.on_tag(tag)

    def send(self, frame: bytes) -> None:
        """Say something else than an answer."""
        self._uart.write(frame)

    def restart(self, hard: bool) -> None:
        """Ask to be started anew, with everything of this step said before; does not return."""
        self._answer(0)
        self._uart.write(tagged.reset(hard))
        while True:
            self._idle()

    def _answer(self, due_ms):
        rows = []
        beat_ms = BEAT_MS if all(self.beaten) else 0
        for at in range(self._connectors):
            rows.append((self.duty_bp[at], self.outputs[at]))
            self.beaten[at] = False
        due_ms = min(max(due_ms, 0), _MOST_MS)
        self._uart.write(tagged.command(self._heard_ms or 0, beat_ms, due_ms, tuple(rows)))

    def _tell_facts(self):
        for frame in tagged.facts(json.dumps(self.facts()).encode()):
            self._uart.write(frame)

    def _await(self, tag):
        frames, uart = self._frames, self._uart
        while True:
            while frames.next():
                if self._taken(frames.tag, frames.payload) and frames.tag == tag:
                    return
            missing = frames.missing()
            while uart.any() < missing:
                self._idle()
            frames.receive(uart.read(missing))

    def _taken(self, tag, payload) -> bool:
        try:
            if tag == tagged.STATUS:
                self._take_status(*tagged.read_status(payload))
            elif tag == tagged.START:
                self.cause, self.entropy = tagged.read_start(payload)
            elif tag == tagged.TAG and self.on_tag is not None:
                self._tag = payload.decode()
            elif tag == tagged.ASK:
                self._asked = self.facts is not None
        except (ValueError, UnicodeError):
            return False
        return True

    def _take_status(self, now_ms, utc_s, rows):
        if len(rows) != self._connectors:
            raise ValueError("%d connectors, %d expected" % (len(rows), self._connectors))
        if self._heard_ms is not None:
            self.now_ms += (now_ms - self._heard_ms) & _WRAP
        self._heard_ms = now_ms
        self.utc_s = utc_s
        for at, (high_mv, low_mv, inputs, ohm, tenths_c) in enumerate(rows):
            self.high_mv[at] = high_mv
            self.low_mv[at] = low_mv
            self.inputs[at] = inputs
            self.proximity_ohm[at] = ohm
            self.tenths_c[at] = tenths_c
