"""Transaction messages: in order, each until it is answered, through silence, errors and cuts."""

import pytest

from chargepoint.core.journal import Journal
from chargepoint.core.record import SAMPLED, STARTED, STOPPED
from chargepoint.ocpp.dialogue import ANSWERED, LOST, REFUSED, TIMED_OUT
from chargepoint.ocpp.outbox import Outbox
from host_tests.harness.store import MemoryStore

SETTINGS = {"TransactionMessageAttempts": 3, "TransactionMessageRetryInterval": 60}
STARTED_ANSWER = {"transactionId": 4711, "idTagInfo": {"status": "Accepted"}}
ERROR = ("InternalError", "out of order")


class Counter:
    def take(self, count):
        return bytes(count)


def render(event, transaction_id):
    return event.kind, {"seq": event.seq, "id": transaction_id}


class Bench:
    """An outbox with its journal, and the part of the dialogue."""

    def __init__(self, store=None):
        self.store = store or MemoryStore()
        self.journal = Journal(self.store, Counter())
        self.journal.load()
        self.settle()
        self.answered = []
        self.discarded = []
        self.restart_outbox()

    def restart_outbox(self):
        self.outbox = Outbox(self.journal, SETTINGS, render)
        self.outbox.on_answer = lambda event, payload: self.answered.append((event.seq, payload))
        self.outbox.on_discarded = lambda event, code: self.discarded.append((event.seq, code))

    def settle(self):
        self.journal.save()
        while self.journal.pending:
            self.journal.flush()

    def session(self, samples=1):
        """A saved session; returns its number and the seq of its start."""
        number = self.journal.next_transaction()
        seq = self.record(STARTED, number)
        for _ in range(samples):
            self.record(SAMPLED, number)
        self.record(STOPPED, number)
        self.settle()
        return number, seq

    def record(self, kind, number):
        body = {"tag": "04A1", "reason": "local", "meter_wh": 1}
        if kind == SAMPLED:
            body = {"context": "periodic", "values": [["energy_wh", 0, 5]]}
        return self.journal.record(kind, 1, number, 1790000000, 0, body)

    def send(self, now_ms=0):
        self.settle()
        return self.outbox.next(now_ms)

    def deliver_all(self, now_ms=0):
        """Answer everything; returns the payloads in the order in which they came."""
        sent = []
        call = self.send(now_ms)
        while call is not None:
            sent.append((call.action, call.payload["id"]))
            call.done(ANSWERED, STARTED_ANSWER if call.action == STARTED else {}, now_ms)
            call = self.send(now_ms)
        return sent


@pytest.fixture
def bench():
    return Bench()


def test_outbox_delivers_a_session_in_order_and_puts_the_id_of_the_answer_in(bench):
    """OCPP 1.6 §4.8; the id of an offline transaction is substituted (standards.md §2.5)."""
    bench.session(2)
    assert bench.deliver_all() == [
        (STARTED, None),
        (SAMPLED, 4711),
        (SAMPLED, 4711),
        (STOPPED, 4711),
    ]
    assert bench.send() is None
    assert [payload for _, payload in bench.answered] == [STARTED_ANSWER, {}, {}, {}]
    assert bench.journal.first_seq == bench.journal.next_seq


def test_outbox_sends_nothing_that_is_not_saved(bench):
    bench.record(STARTED, bench.journal.next_transaction())
    assert bench.outbox.next(0) is None
    bench.settle()
    assert bench.outbox.next(0).action == STARTED


def test_outbox_sends_nothing_while_anything_waits_for_the_medium(bench):
    bench.session()
    bench.journal.put("alive", b"1")
    assert bench.outbox.next(0) is None


def test_outbox_delivers_what_is_saved_while_the_medium_refuses(bench):
    """Delivery makes room: a full flash must not silence the station for ever."""
    number, _ = bench.session()
    bench.store.full = True
    late = bench.record(STARTED, number + 1)
    bench.journal.flush()
    assert bench.journal.trouble == "full"
    call = bench.outbox.next(0)
    assert call.action == STARTED
    assert call.payload["seq"] < late


def test_outbox_has_one_message_open_at_a_time(bench):
    bench.session()
    assert bench.send() is not None
    assert bench.send() is None


def test_outbox_keeps_the_message_id_across_retransmission_and_restart(bench):
    bench.session()
    first = bench.send().unique_id
    again = Bench(bench.store)
    assert again.send().unique_id == first
    assert 0 < len(first) <= 36


def test_outbox_gives_every_event_its_own_message_id(bench):
    bench.session(5)
    ids = set()
    for _ in range(7):
        call = bench.send()
        ids.add(call.unique_id)
        call.done(ANSWERED, STARTED_ANSWER, 0)
    assert len(ids) == 7


def test_outbox_waits_longer_after_each_error_and_then_gives_up(bench):
    """standards.md §2.5: 3 attempts, 60 s: send, +60 s, +120 s, discard."""
    _, seq = bench.session(0)
    now_ms = 0
    for wait_s in (60, 120):
        bench.send(now_ms).done(REFUSED, ERROR, now_ms)
        assert bench.send(now_ms + wait_s * 1000 - 1) is None
        now_ms += wait_s * 1000
    bench.send(now_ms).done(REFUSED, ERROR, now_ms)
    assert bench.discarded == [(seq, "InternalError")]
    assert bench.outbox.discarded == 1
    assert bench.deliver_all(now_ms) == [(STOPPED, -1)]


def test_outbox_counts_attempts_for_each_event_anew(bench):
    bench.session(0)
    bench.send(0).done(REFUSED, ERROR, 0)
    bench.send(60000).done(REFUSED, ERROR, 60000)
    bench.send(180000).done(ANSWERED, STARTED_ANSWER, 180000)
    bench.send(180000).done(REFUSED, ERROR, 180000)
    assert bench.send(239999) is None
    assert bench.send(240000).action == STOPPED
    assert bench.discarded == []


def test_outbox_never_gives_up_because_of_silence(bench):
    """microocpp.md F1: ten minutes of silence must not lose a session."""
    bench.session(0)
    now_ms = 0
    call = bench.send(now_ms)
    for transmissions in range(1, 16):
        call.done(TIMED_OUT, None, now_ms)
        now_ms += min(transmissions, 10) * 60000
        assert bench.send(now_ms - 1) is None
        call = bench.send(now_ms)
    call.done(ANSWERED, STARTED_ANSWER, now_ms)
    assert bench.deliver_all(now_ms) == [(STOPPED, 4711)]
    assert bench.discarded == []


def test_outbox_sends_again_at_once_when_the_link_was_lost(bench):
    """microocpp.md F2, F3: a drop in the middle of a call costs nothing."""
    bench.session(0)
    for _ in range(10):
        bench.send(0).done(LOST, None, 0)
    assert bench.deliver_all(0) == [(STARTED, None), (STOPPED, 4711)]


@pytest.mark.parametrize("outcome", [TIMED_OUT, LOST])
def test_outbox_accepts_an_answer_that_comes_late(bench, outcome):
    """microocpp.md F4: an answer after 45 s is an answer."""
    number, _ = bench.session(0)
    call = bench.send(0)
    call.done(outcome, None, 30000)
    assert bench.outbox.late(call.unique_id, STARTED_ANSWER, 45000)
    assert bench.journal.transaction_id(number) == 4711
    assert bench.deliver_all(45000) == [(STOPPED, 4711)]


def test_outbox_accepts_an_answer_that_comes_after_a_restart(bench):
    number, _ = bench.session(0)
    unique_id = bench.send(0).unique_id
    bench = Bench(bench.store)
    assert bench.outbox.late(unique_id, STARTED_ANSWER, 0)
    assert bench.deliver_all() == [(STOPPED, 4711)]


@pytest.mark.parametrize(
    "payload", [{}, {"transactionId": "7"}, {"transactionId": True}, [], None]
)
def test_outbox_ignores_a_late_answer_that_is_none(bench, payload):
    bench.session(0)
    call = bench.send(0)
    call.done(TIMED_OUT, None, 30000)
    assert not bench.outbox.late(call.unique_id, payload, 45000)
    assert bench.send(90000).action == STARTED


def test_outbox_ignores_late_answers_to_others_and_to_what_is_delivered(bench):
    """microocpp.md F5: a foreign id changes nothing."""
    bench.session(0)
    first = bench.send(0)
    assert not bench.outbox.late(first.unique_id, STARTED_ANSWER, 0)
    first.done(ANSWERED, STARTED_ANSWER, 0)
    assert not bench.outbox.late(first.unique_id, STARTED_ANSWER, 0)
    assert not bench.outbox.late("someone-else", STARTED_ANSWER, 0)
    assert bench.deliver_all() == [(STOPPED, 4711)]
    assert not bench.outbox.late(first.unique_id, STARTED_ANSWER, 0)


@pytest.mark.parametrize("payload", [{}, {"transactionId": None}, {"transactionId": 1.5}])
def test_outbox_counts_an_answer_without_an_id_as_an_error(bench, payload):
    bench.session(0)
    bench.send(0).done(ANSWERED, payload, 0)
    assert bench.send(59999) is None
    assert bench.send(60000).action == STARTED


@pytest.mark.parametrize("transaction_id", [0, -1, 2**31 - 1])
def test_outbox_takes_every_id_that_back_ends_give(bench, transaction_id):
    bench.session(0)
    bench.send().done(ANSWERED, {**STARTED_ANSWER, "transactionId": transaction_id}, 0)
    assert bench.deliver_all() == [(STOPPED, transaction_id)]


def test_outbox_says_nothing_more_of_a_transaction_that_the_back_end_did_not_open(bench):
    """back-ends.md §2.4: transactionId 0 with idTagInfo Invalid (CitrineOS)."""
    bench.session(2)
    bench.send().done(ANSWERED, {"transactionId": 0, "idTagInfo": {"status": "Invalid"}}, 0)
    assert [bench.send() for _ in range(3)] == [None] * 3
    assert [code for _, code in bench.discarded] == ["NoTransaction"] * 3
    bench.session(0)
    bench.send().done(ANSWERED, STARTED_ANSWER, 0)
    assert bench.deliver_all() == [(STOPPED, 4711)]


LATE = (
    {"transactionId": 7},
    {"transactionId": 7, "idTagInfo": None},
    {"transactionId": 7, "idTagInfo": {}},
    {"transactionId": 7, "idTagInfo": {"status": 1}},
    {"transactionId": 7, "idTagInfo": {"status": "Accepted", "parentIdTag": 5}},
)


@pytest.mark.parametrize("payload", LATE)
def test_outbox_does_not_believe_a_late_answer_that_is_none(bench, payload):
    """A late answer comes unchecked by the schema; it must not reach the transaction."""
    bench.session(0)
    first = bench.send(0)
    first.done(TIMED_OUT, None, 0)
    assert not bench.outbox.late(first.unique_id, payload, 0)
    assert bench.outbox.late(first.unique_id, STARTED_ANSWER, 0)


def test_outbox_skips_damaged_events_and_counts_them(bench):
    _, seq = bench.session(1)
    bench.store.files[f"j/{seq + 1}"] = b"damaged"
    bench.send().done(ANSWERED, STARTED_ANSWER, 0)
    assert bench.send() is None
    assert bench.outbox.skipped == 1
    assert bench.deliver_all() == [(STOPPED, 4711)]


def test_outbox_says_minus_one_when_the_start_itself_was_damaged(bench):
    """standards.md §2.5: a transaction whose start was never answered has the id -1."""
    _, seq = bench.session(0)
    bench.store.files[f"j/{seq}"] = b"damaged"
    assert bench.send() is None
    assert bench.deliver_all() == [(STOPPED, -1)]


def test_outbox_delivers_readings_outside_transactions_without_an_id(bench):
    bench.record(SAMPLED, None)
    assert bench.deliver_all() == [(SAMPLED, None)]


def test_outbox_delivers_a_thousand_offline_sessions_in_order(bench):
    """Issue 4: at least 1,000 offline transactions."""
    for _ in range(1000):
        bench.session(0)
    assert bench.deliver_all() == [(STARTED, None), (STOPPED, 4711)] * 1000
    assert [name for name in bench.store.files if name[:2] in ("j/", "t/")] == []


def test_outbox_complains_about_an_outcome_that_it_can_not_have(bench):
    bench.session(0)
    call = bench.send()
    call.done(ANSWERED, STARTED_ANSWER, 0)
    with pytest.raises(ValueError, match="no row for lost in state ready"):
        call.done(LOST, None, 0)
