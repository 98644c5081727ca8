"""Delivers the journal's events to the back end, strictly in order: a source of the dialogue.

Rules (OCPP 1.6 §3.6-3.7, §4.8, §4.10; standards.md §2.5):
- One event at a time, the oldest. It is on the medium before it is sent, and while anything else
  waits for the medium nothing is sent at all, unless the medium refuses: then what it holds is
  delivered, which makes room.
- An event keeps one message id for life, so an answer that comes late, or after a restart,
  still counts, and the event is not sent again.
- ANSWERED: forgotten; the answer to a start binds the back end's id first.
- REFUSED (a CALLERROR, or an answer that is none): an attempt. Wait RetryInterval x attempts;
  after TransactionMessageAttempts the event is given up and reported. A start that is given up
  binds -1, the id that the standard has for transactions it never heard of.
- A start that is answered with the id 0 and a refusal opened nothing there (a known back end does
  so): what else there is of the transaction is given up, not sent.
- TIMED_OUT: silence is no answer, so it is never a reason to give up. Wait RetryInterval x
  transmissions, ten at most.
- LOST with the link: sent again as soon as there is a link.
"""

from micropython import const

from chargepoint.core.authorisation import ACCEPTED
from chargepoint.core.record import STARTED
from chargepoint.ocpp.dialogue import ANSWERED, LOST, REFUSED, TIMED_OUT
from chargepoint.ocpp.frames import Call

UNKNOWN_ID = const(-1)
# Bound in place of an id where the back end opened no transaction.
NO_ID = const(-0x80000000)
_WAITS_MAX = const(10)

READY = const("ready")
SENT = const("sent")
WAITING = const("waiting")

_SEND = const("send")
_DUE = const("due")
_GIVE_UP = const("give_up")

_ROWS = (
    (READY, _SEND, SENT, None),
    (READY, ANSWERED, READY, "accept"),  # late, after the link was lost
    (SENT, ANSWERED, READY, "accept"),
    (SENT, REFUSED, WAITING, "wait_attempts"),
    (SENT, _GIVE_UP, READY, "discard"),
    (SENT, TIMED_OUT, WAITING, "wait_transmissions"),
    (SENT, LOST, READY, None),
    (WAITING, ANSWERED, READY, "accept"),  # late
    (WAITING, _DUE, READY, None),
)


class Outbox:
    """``render(event, transaction_id) -> (action, payload)`` makes the message of an event.

    ``on_answer(event, payload)`` and ``on_discarded(event, code)`` are told how events ended;
    ``discarded`` counts the latter, ``skipped`` damaged events that could not be sent.
    """

    def __init__(self, journal, settings, render):
        self.on_answer = None
        self.on_discarded = None
        self.discarded = 0
        self.skipped = 0
        self._journal = journal
        self._settings = settings
        self._render = render
        self._state = READY
        self._event = None
        self._attempts = 0
        self._transmissions = 0
        self._due_ms = 0

    def next(self, now_ms: int):
        """The call for the oldest event that is not delivered, or None when none may go now."""
        if self._state == WAITING and now_ms >= self._due_ms:
            self._tell(_DUE, None, now_ms)
        if self._state != READY or not self._may_send():
            return None
        self._event = self._journal.read(self._journal.first_seq)
        if self._event is None:
            self.skipped += 1
            self._journal.forget(self._journal.first_seq)
            return None
        transaction_id = self._id_for(self._event)
        if transaction_id == NO_ID:
            self._discard("NoTransaction")
            return None
        action, payload = self._render(self._event, transaction_id)
        self._transmissions += 1
        self._tell(_SEND, None, now_ms)
        return Call(action, payload, self._done, self._unique_id(self._event))

    def late(self, unique_id: str, payload, now_ms: int) -> bool:
        """An answer to a call that is no longer open: True when it settles the oldest event."""
        if self._state == SENT:
            return False
        event = self._oldest()
        if event is None or unique_id != self._unique_id(event):
            return False
        if event.kind == STARTED and not _has_id(payload):
            return False
        self._event = event
        self._tell(ANSWERED, payload, now_ms)
        return True

    # -- inside ---------------------------------------------------------------------------------

    def _may_send(self):
        journal = self._journal
        if journal.first_seq == journal.next_seq:
            return False
        if journal.pending == 0:
            return True
        return journal.trouble is not None and journal.is_saved(journal.first_seq)

    def _oldest(self):
        journal = self._journal
        if not journal.is_known(journal.first_seq):
            return None
        return journal.read(journal.first_seq)

    def _id_for(self, event):
        if event.kind == STARTED or event.transaction is None:
            return None
        transaction_id = self._journal.transaction_id(event.transaction)
        return UNKNOWN_ID if transaction_id is None else transaction_id

    def _unique_id(self, event):
        return "%s-%d-%d" % (self._journal.install_id, event.boot, event.seq)

    def _done(self, outcome, payload, now_ms):
        if outcome == ANSWERED and self._event.kind == STARTED and not _has_id(payload):
            outcome, payload = REFUSED, ("FormationViolation", "no transactionId")
        if outcome == REFUSED:
            self._attempts += 1
            if self._attempts >= self._settings.get("TransactionMessageAttempts"):
                outcome = _GIVE_UP
        self._tell(outcome, payload, now_ms)

    def _tell(self, event, payload, now_ms):
        for state, on, following, effect in _ROWS:
            if state == self._state and on == event:
                self._state = following
                if effect == "accept":
                    self._accept(payload)
                elif effect == "discard":
                    self._discard(payload[0])
                elif effect == "wait_attempts":
                    self._wait(self._attempts, now_ms)
                elif effect == "wait_transmissions":
                    self._wait(min(self._transmissions, _WAITS_MAX), now_ms)
                return
        raise ValueError("outbox: no row for %s in state %s" % (event, self._state))

    def _accept(self, payload):
        event = self._event
        if event.kind == STARTED:
            self._journal.bind(event.transaction, _id_in(payload))
        self._forget()
        if self.on_answer is not None:
            self.on_answer(event, payload)

    def _discard(self, code):
        event = self._event
        self.discarded += 1
        if event.kind == STARTED:
            self._journal.bind(event.transaction, UNKNOWN_ID)
        self._forget()
        if self.on_discarded is not None:
            self.on_discarded(event, code)

    def _wait(self, intervals, now_ms):
        interval_s = self._settings.get("TransactionMessageRetryInterval")
        self._due_ms = now_ms + interval_s * intervals * 1000

    def _forget(self):
        self._journal.forget(self._journal.first_seq)
        self._event = None
        self._attempts = self._transmissions = 0


def _has_id(payload):
    """``payload`` answers a start. A late answer comes here unchecked."""
    if not isinstance(payload, dict) or type(payload.get("transactionId")) is not int:
        return False
    info = payload.get("idTagInfo")
    if not isinstance(info, dict) or type(info.get("status")) is not str:
        return False
    return type(info.get("parentIdTag") or "") is str


def _id_in(payload):
    refused = payload["transactionId"] == 0 and payload["idTagInfo"]["status"] != ACCEPTED
    return NO_ID if refused else payload["transactionId"]
