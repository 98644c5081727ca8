"""core/transactions: from a driver's first sign to the saved stop."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chargepoint.core import timing, transactions
from chargepoint.core.transactions import Transaction

WAIT_MS = 30_000


class Reading:
    def __init__(self, energy_wh, taken_ms):
        self.energy_wh, self.taken_ms = energy_wh, taken_ms


class PaperJournal:
    """Keeps events in a list; ``saved`` says how many of them are on flash."""

    def __init__(self):
        self.events, self.saved, self.numbers = [], 0, 0

    def record(self, kind, connector, transaction, utc_s, now_ms, body):
        self.events.append((kind, connector, transaction, utc_s, now_ms, body))
        return len(self.events) - 1

    def is_saved(self, seq):
        return seq < self.saved

    def next_transaction(self):
        self.numbers += 1
        return self.numbers

    def flush(self):
        self.saved = len(self.events)


@pytest.fixture
def journal():
    return PaperJournal()


@pytest.fixture
def transaction(journal):
    return Transaction(1, journal)


def begin(transaction, journal, now_ms=1000):
    transaction.tell(transactions.PLUG, now_ms, WAIT_MS)
    transaction.grant("TAG", None, now_ms, WAIT_MS)
    transaction.begin(Reading(100, now_ms), 1_700_000_000, now_ms)
    journal.flush()
    transaction.tick(now_ms + 10)


def test_transaction_permits_energy_only_when_its_start_is_saved(transaction, journal):
    """DESIGN.md, idea 3: nothing is shown to the world before it is saved."""
    transaction.tell(transactions.PLUG, 0, WAIT_MS)
    transaction.grant("TAG", None, 10, WAIT_MS)
    assert transaction.wants_start() and not transaction.permitted
    transaction.begin(Reading(100, 20), 1_700_000_000, 20)
    transaction.tick(30)
    assert not transaction.permitted
    journal.flush()
    transaction.tick(40)
    assert transaction.permitted
    assert journal.events == [
        ("STARTED", 1, 1, 1_700_000_000, 20, {"tag": "TAG", "meter_wh": 100})
    ]


def test_transaction_gives_a_plugged_vehicle_up_after_the_connection_time_out(transaction):
    """OCPP 1.6 §4.9 B6: idTag time-out with the cable still plugged is Finishing."""
    transaction.tell(transactions.PLUG, 0, WAIT_MS)
    transaction.tick(WAIT_MS - 1)
    assert transaction.state == transactions.PLUGGED
    transaction.tick(WAIT_MS)
    assert transaction.state == transactions.FINISHED


def test_transaction_gives_an_authorisation_up_when_no_vehicle_comes(transaction):
    """OCPP 1.6 §9.1.4 ConnectionTimeOut: Preparing goes back to Available."""
    transaction.grant("TAG", "PARENT", 0, WAIT_MS)
    transaction.tick(WAIT_MS)
    assert transaction.state == transactions.FREE and transaction.tag is None


def test_transaction_starts_again_on_the_same_cable(transaction, journal):
    """OCPP 1.6 §4.9 F2: a new session begins while the cable is still in."""
    begin(transaction, journal)
    transaction.stop("local", 2000, "TAG")
    transaction.end(150, None, 1_700_000_100, 3000)
    journal.flush()
    transaction.tick(3010)
    transaction.grant("OTHER", None, 4000, WAIT_MS)
    assert transaction.state == transactions.STARTING and transaction.tag == "OTHER"


def test_transaction_stop_waits_for_a_register_from_after_the_opening(transaction, journal):
    """OCPP 1.6 §6.49: meterStop is the register at the end, not one poll before it."""
    begin(transaction, journal)
    transaction.stop("remote", 5000)
    assert not transaction.wants_final(Reading(149, 5010), 5020, 5030)
    assert transaction.wants_final(Reading(150, 5021), 5020, 5030)
    assert transaction.wants_final(None, None, 5000 + timing.FINAL_READING_MS)


def test_transaction_closes_a_recovered_one_at_the_last_proven_time(transaction, journal):
    """OCPP 1.6 §3.6: after a power loss the stop is recorded at boot, never in the future."""
    transaction.recover(7, "TAG", "power_loss", 1_700_000_500, 0)
    assert not transaction.permitted
    transaction.end(180, None, 1_700_009_999, 2000)
    kind, _, number, utc_s, _, body = journal.events[0]
    assert (kind, number, utc_s) == ("STOPPED", 7, 1_700_000_500)
    assert body == {"tag": None, "reason": "power_loss", "meter_wh": 180}


def test_transaction_keeps_its_first_reason_when_stopped_twice(transaction, journal):
    begin(transaction, journal)
    transaction.stop("remote", 2000)
    transaction.stop("unplugged", 2010)
    assert transaction.reason == "remote"


def test_transaction_refuses_an_event_that_its_table_does_not_know(transaction):
    with pytest.raises(ValueError, match="no row for saved in state free"):
        transaction.tell(transactions.SAVED, 0)
    assert transaction.state == transactions.FREE


class AnyOrder(RuleBasedStateMachine):
    """Whatever a driver, a back end and a meter do: starts and stops pair up."""

    def __init__(self):
        super().__init__()
        self.journal = PaperJournal()
        self.transaction = Transaction(1, self.journal)
        self.now_ms, self.plugged = 0, False

    def attempt(self, event):
        try:
            self.transaction.tell(event, self.now_ms, WAIT_MS)
        except ValueError:
            return False
        return True

    @rule()
    def plug_or_unplug(self):
        self.plugged = not self.plugged
        event = transactions.PLUG if self.plugged else transactions.UNPLUG
        assert self.attempt(event), "the cable moves in every state"

    @rule()
    def grant(self):
        if not self.transaction.claimed:
            self.transaction.grant("TAG", None, self.now_ms, WAIT_MS)

    @rule(reason=st.sampled_from(["local", "remote", "unplugged"]))
    def stop(self, reason):
        if self.transaction.running:
            self.transaction.stop(reason, self.now_ms)

    @rule(seconds=st.integers(0, 40))
    def pass_time(self, seconds):
        self.now_ms += seconds * 1000
        self.transaction.tick(self.now_ms)

    @rule()
    def save(self):
        self.journal.flush()
        self.transaction.tick(self.now_ms)

    @rule()
    def read_meter(self):
        reading = Reading(self.now_ms, self.now_ms)
        if self.transaction.wants_start():
            self.transaction.begin(reading, None, self.now_ms)
        elif self.transaction.wants_final(reading, self.now_ms - 1, self.now_ms):
            self.transaction.end(reading.energy_wh, None, None, self.now_ms)

    @invariant()
    def starts_and_stops_alternate_with_the_same_number(self):
        open_number = None
        for kind, _, number, _, _, _ in self.journal.events:
            if kind == "STARTED":
                assert open_number is None
                open_number = number
            else:
                assert number == open_number
                open_number = None

    @invariant()
    def energy_is_permitted_only_for_a_saved_start(self):
        if self.transaction.permitted:
            assert self.journal.events[-1][0] == "STARTED"
            assert self.journal.saved == len(self.journal.events)


TestAnyOrder = AnyOrder.TestCase
