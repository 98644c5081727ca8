"""The dialogue with the back end over one connection: one call of ours open at a time.

- A call ends ANSWERED, REFUSED (CALLERROR, or an answer that is no answer), TIMED_OUT after
  MessageTimeout, or LOST with the connection. Only then the next one is asked for.
- Calls of the back end are answered at once, also while ours is open (OCPP-J 1.6 §4.1.1); answers
  leave before a call that waits.
- An answer to anything but the open call is offered to ``late`` and then ignored: a foreign id
  never touches the open call.
- An answer is never answered, whatever is wrong with it.
- An answer that has to wait (for a lock, for the flash, for its turn) is given as a function,
  which is asked in each step, and lost with the connection; after ANSWER_MS it is InternalError.
- A long message is read and checked over several steps; the next one waits for it.
"""

from binascii import hexlify

from chargepoint.core import timing
from chargepoint.ocpp import frames
from chargepoint.ocpp.errors import INTERNAL_ERROR, OcppError

ANSWERED = "answered"
REFUSED = "refused"
TIMED_OUT = "timed_out"
LOST = "lost"

_ANSWERS = 16


class Dialogue:
    """``inbound`` (v16/inbound.py) checks and answers calls: ``checking(action, payload)`` and
    ``checking_answer`` are generators that raise OcppError; ``answer(action, payload, now_ms,
    accepted)`` gives a payload, or a function ``now_ms -> payload or None``, or raises it.

    ``sources`` are asked in order, ``next(now_ms) -> Call or None``, when no call is open.
    ``registration`` (see registration.py) says which of them may speak and whether incoming
    calls are answered; None lets everything pass. ``ignored`` counts frames that led to nothing,
    ``complaint`` tells what was wrong with the last of them.
    """

    def __init__(self, settings, random, inbound):
        self.sources = []
        self.late = None
        self.registration = None
        self.online = False
        self.said_ms = 0
        self.ignored = 0
        self.complaint = ""
        self._settings = settings
        self._inbound = inbound
        self._answers = []
        self._awaited = []
        self._work = None
        self._open = None
        self._open_id = None
        self._open_text = None
        self._deadline_ms = 0
        self._id_head = hexlify(random.take(8)).decode() + "-"
        self._count = 0

    def connected(self, now_ms: int) -> None:
        """The connection is there."""
        self.online = True

    def disconnected(self, now_ms: int) -> None:
        """The connection is gone: answers not yet sent are void, the open call is LOST."""
        self.online = False
        self._answers.clear()
        self._awaited.clear()
        self._work = None
        if self._open is not None:
            self._finish(LOST, None, now_ms)

    @property
    def ready(self) -> bool:
        """Connected, and the back end accepted this station: any source may speak."""
        return self.online and (self.registration is None or self.registration.accepted)

    @property
    def idle(self) -> bool:
        """No call of ours is open, and no answer of ours is due."""
        return self._open is None and not self._answers and not self._awaited

    @property
    def crowded(self) -> bool:
        """No further message should be read yet: one is being worked on, or so many answers wait
        to leave."""
        return self._work is not None or self._is_full()

    def receive_text(self, text: str, now_ms: int) -> None:
        """Act on one message of the back end; never raises for what is in it.

        A long one takes more than this step: ``crowded`` until it is done.
        """
        self._work = self._receive(text)
        self._go_on(now_ms)

    def tick(self, now_ms: int) -> None:
        """Let the open call time out, and ask the sources for the next one."""
        if self._work is not None:
            self._go_on(now_ms)
        if self._awaited:
            self._answer_awaited(now_ms)
        # An answer that is being read is no silence.
        if self._work is None and self._open is not None and now_ms >= self._deadline_ms:
            self._finish(TIMED_OUT, None, now_ms)
        if self.online and self._open is None:
            for source in self.sources:
                call = source.next(now_ms) if self._permits(source) else None
                if call is not None:
                    self._begin(call, now_ms)
                    return

    def take_text(self) -> str:
        """The next message to send, or None."""
        if self._answers:
            return self._answers.pop(0)
        text, self._open_text = self._open_text, None
        return text

    # -- inside ---------------------------------------------------------------------------------

    def _permits(self, source):
        return self.registration is None or self.registration.permits(source)

    def _begin(self, call, now_ms):
        self._open = call
        self._open_id = call.unique_id or self._new_id()
        self._open_text = frames.build_call(self._open_id, call.action, call.payload)
        self._deadline_ms = now_ms + self._settings.get("MessageTimeout") * 1000
        self.said_ms = now_ms

    def _new_id(self):
        self._count += 1
        return self._id_head + str(self._count)

    def _finish(self, outcome, payload, now_ms):
        call = self._open
        self._open = self._open_id = self._open_text = None
        if call.done is not None:
            call.done(outcome, payload, now_ms)

    def _go_on(self, now_ms):
        """Read and check a piece of what came; act on it once it is whole.

        Acting is done here and not in the generator: a board's stack is 10 to 15 KB, and each
        generator on it takes some of that.
        """
        try:
            next(self._work)
            return
        except StopIteration as end:
            frame, fault = end.value
        self._work = None
        self._act(frame, fault, now_ms)

    def _receive(self, text):
        """A generator that returns (the frame, an exception that says what is wrong or None)."""
        frame = None
        try:
            frame = yield from frames.parsing(text)
            if frame is not None and frame[0] == frames.CALL:
                yield from self._inbound.checking(frame[2], frame[3])
            elif frame is not None and frame[0] == frames.RESULT and frame[1] == self._open_id:
                yield from self._inbound.checking_answer(self._open.action, frame[2])
        except (frames.FrameError, OcppError, MemoryError) as fault:
            return frame, fault
        return frame, None

    def _act(self, frame, fault, now_ms):
        if isinstance(fault, frames.FrameError):
            self._malformed(fault, now_ms)
        elif frame is None:
            self._ignore("unknown MessageTypeId")
        elif frame[0] == frames.CALL:
            self._called(frame[1], frame[2], frame[3], fault, now_ms)
        elif frame[1] != self._open_id:
            self._belated(frame, now_ms)
        elif frame[0] == frames.ERROR:
            self._finish(REFUSED, (frame[2], frame[3]), now_ms)
        elif fault is not None:
            self._refuse_answer(_code(fault), str(fault), now_ms)
        else:
            self._finish(ANSWERED, frame[2], now_ms)

    def _refuse_answer(self, code, description, now_ms):
        self._ignore("answer: " + description)
        self._finish(REFUSED, (code, description), now_ms)

    def _called(self, unique_id, action, payload, fault, now_ms):
        registration = self.registration
        accepted = registration is None or registration.accepted
        if not accepted and not registration.listens(now_ms):
            self._ignore("call %s while the registration is rejected" % action[:50])
            return
        result = None
        if fault is None:
            try:
                result = self._inbound.answer(action, payload, now_ms, accepted)
            except (OcppError, MemoryError) as error:
                fault = error
        if fault is not None:
            self._answer(_refusal(unique_id, fault), now_ms)
        elif callable(result):
            self._awaited.append((unique_id, result, now_ms + timing.ANSWER_MS))
        else:
            self._answer(_result(unique_id, result), now_ms)

    def _answer_awaited(self, now_ms):
        for waiting in list(self._awaited):
            unique_id, result, late_ms = waiting
            try:
                payload = result(now_ms)
                if payload is None and now_ms >= late_ms:
                    raise OcppError(INTERNAL_ERROR, "what the answer waits for does not come")
                text = None if payload is None else _result(unique_id, payload)
            except (OcppError, MemoryError) as error:
                text = _refusal(unique_id, error)
            if text is not None:
                self._awaited.remove(waiting)
                self._answer(text, now_ms)

    def _answer(self, text, now_ms):
        if self._is_full():
            self._ignore("%d answers wait to be sent" % _ANSWERS)
            return
        self._answers.append(text)
        self.said_ms = now_ms

    def _is_full(self):
        return len(self._answers) + len(self._awaited) >= _ANSWERS

    def _belated(self, frame, now_ms):
        known = False
        if frame[0] == frames.RESULT and self.late is not None:
            known = self.late(frame[1], frame[2], now_ms)
        if not known:
            self._ignore("answer to a message that is not open: %s" % frame[1])

    def _malformed(self, error, now_ms):
        if error.unique_id is None:
            self._ignore(error.description)
        elif error.kind == frames.CALL:
            self._ignore(error.description)
            text = frames.build_error(error.unique_id, error.code, error.description)
            self._answer(text, now_ms)
        elif error.unique_id == self._open_id:
            self._refuse_answer(error.code, error.description, now_ms)
        else:
            self._ignore(error.description)

    def _ignore(self, complaint):
        self.ignored += 1
        self.complaint = complaint


def _result(unique_id, payload):
    try:
        return frames.build_result(unique_id, payload)
    except MemoryError as error:
        return _refusal(unique_id, error)


def _refusal(unique_id, fault):
    description = fault.description if isinstance(fault, OcppError) else "out of memory"
    return frames.build_error(unique_id, _code(fault), description)


def _code(fault):
    return fault.code if isinstance(fault, OcppError) else INTERNAL_ERROR


def status_of(told):
    """The payload of a word, or for a function that tells one later, a function that does so."""
    if not callable(told):
        return {"status": told}

    def answer(now_ms):
        status = told(now_ms)
        return None if status is None else {"status": status}

    return answer
