"""core/faults: the table, and how a fault begins, ends, blocks and latches."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chargepoint.core import timing
from chargepoint.core.faults import FAULTS, FaultBook, row_of

HOLD_MS = timing.FAULT_HOLD_MS
# OCPP 1.6 §7.7 ChargePointErrorCode.
CODES = {
    "ConnectorLockFailure", "EVCommunicationError", "GroundFailure", "HighTemperature",
    "InternalError", "LocalListConflict", "NoError", "OtherError", "OverCurrentFailure",
    "OverVoltage", "PowerMeterFailure", "PowerSwitchFailure", "ReaderFailure", "ResetFailure",
    "UnderVoltage", "WeakSignal",
}  # fmt: skip


def test_table_speaks_the_words_of_the_standard():
    """OCPP 1.6 §7.7; vendorErrorCode is CiString50."""
    assert len({row[0] for row in FAULTS}) == len(FAULTS)
    for name, code, vendor, blocks, recovery, attempts, latches, hold in FAULTS:
        assert code in CODES and 0 < len(vendor) <= 50, name
        assert blocks in ("at_once", "orderly", "no"), name
        assert recovery in ("self", "unplug", "reset", "power", "technician"), name
        assert attempts >= 0 and hold in (0, 1, 2) and latches in (True, False), name


def test_table_keeps_over_a_restart_what_only_a_power_cycle_or_a_technician_ends():
    """And that the guard acted: its own memory of it may be gone with the reset."""
    for row in FAULTS:
        assert row[6] == (row[4] in ("power", "technician") or row[0] == "guard_trip"), row[0]


def test_book_refuses_a_fault_that_the_table_lacks():
    with pytest.raises(ValueError, match="fault 'gremlin': expected a name"):
        FaultBook(("diode", "gremlin"))


def test_fault_begins_at_once_and_is_held_after_its_cause():
    book = FaultBook(("pilot_short",))
    book.put("pilot_short", True, 1000)
    assert book.active == ["pilot_short"] and book.blocking and book.trips
    book.put("pilot_short", False, 1010)
    book.put("pilot_short", False, 1010 + HOLD_MS - 1)
    assert book.blocking
    book.put("pilot_short", False, 1010 + HOLD_MS)
    assert not book.active and not book.blocking and book.worst is None
    assert book.changed == 2


def test_fault_is_held_anew_when_its_cause_returns():
    book = FaultBook(("pilot_short",))
    book.put("pilot_short", True, 0)
    book.put("pilot_short", False, 10)
    book.put("pilot_short", True, HOLD_MS)
    book.put("pilot_short", False, HOLD_MS + 10)
    book.put("pilot_short", False, HOLD_MS + 20)
    assert book.blocking and book.changed == 1


def test_worst_fault_comes_first():
    book = FaultBook(("ventilation", "diode", "contactor_welded"))
    for name in ("ventilation", "diode", "contactor_welded"):
        book.put(name, True, 0)
    assert book.active == ["contactor_welded", "diode", "ventilation"]
    assert book.worst == row_of("contactor_welded")


def test_warning_blocks_nothing():
    book = FaultBook(("ventilation", "reader_silent"))
    book.put("reader_silent", True, 0)
    assert book.active and not book.blocking and not book.trips
    book.put("reader_silent", False, 10)
    assert not book.active


def test_meter_trouble_blocks_only_in_a_transaction_and_never_at_once():
    book = FaultBook(("meter_silent",))
    book.put("meter_silent", True, 0)
    assert not book.blocking
    book.in_transaction = True
    assert book.blocking and not book.trips
    book.put("meter_silent", False, 10)
    assert not book.blocking


def test_fault_with_attempts_waits_for_its_recovery_when_they_are_used_up():
    attempts = row_of("diode")[5]
    book = FaultBook(("diode",))
    now_ms = 0
    for _ in range(attempts):
        book.put("diode", True, now_ms)
        book.put("diode", False, now_ms + 10)
        now_ms += HOLD_MS + 10
        book.put("diode", False, now_ms)
        assert not book.active
    book.put("diode", True, now_ms)
    book.put("diode", False, now_ms + 10)
    book.put("diode", False, now_ms + 100 * HOLD_MS)
    assert book.blocking
    book.recover("power")
    book.put("diode", False, now_ms + 200 * HOLD_MS)
    assert book.blocking
    book.recover("unplug")
    book.put("diode", False, now_ms + 300 * HOLD_MS)
    assert not book.blocking


def test_recovery_ends_no_fault_whose_cause_is_there():
    book = FaultBook(("contactor_welded",))
    book.put("contactor_welded", True, 0)
    book.recover("power")
    book.put("contactor_welded", True, 10 * HOLD_MS)
    assert book.blocking


def test_welded_contactor_survives_a_reset_and_ends_with_a_power_cycle():
    """A weld that broke open again is not to be trusted after a mere Reset (OE: power cycle)."""
    before = FaultBook(("diode", "contactor_welded"))
    before.put("contactor_welded", True, 0)
    before.put("diode", True, 0)
    assert before.latched() == [("contactor_welded", 1, True)]
    after = FaultBook(("diode", "contactor_welded"))
    for kept in before.latched() + [("unheard_of", 1, True), ("diode", 1, True)]:
        after.restore(*kept)
    for now_ms in (0, 10 * HOLD_MS):
        after.put("contactor_welded", False, now_ms)
    assert after.active == ["contactor_welded"]
    assert after.latched() == [("contactor_welded", 1, True)]
    after.recover("power")
    after.put("contactor_welded", False, 20 * HOLD_MS)
    assert not after.active and not after.latched()


def trip(book, now_ms):
    """A residual current for a moment, and the time that it is held."""
    book.put("residual_current", True, now_ms)
    book.put("residual_current", False, now_ms + 10)
    ended_ms = now_ms + 10 + timing.RESIDUAL_HOLD_MS
    book.put("residual_current", False, ended_ms)
    return ended_ms


def test_residual_current_is_retried_three_times_then_waits_for_a_technician():
    """OE retries without a technician 6 times; E32 without end. Here 3 times in a day."""
    book, now_ms = FaultBook(("residual_current",)), 0
    for _ in range(3):
        now_ms = trip(book, now_ms) + 1000
        assert not book.active
    now_ms = trip(book, now_ms)
    for remedy in ("unplug", "reset", "power"):
        book.recover(remedy)
        book.put("residual_current", False, now_ms + 100 * timing.RESIDUAL_HOLD_MS)
        assert book.blocking
    book.recover("technician")
    book.put("residual_current", False, now_ms + 100 * timing.RESIDUAL_HOLD_MS)
    assert not book.active


def test_attempts_are_kept_over_a_restart_although_the_fault_has_ended():
    """A power cycle must not give a leaking installation three more tries."""
    book = FaultBook(("residual_current",))
    now_ms = trip(book, trip(book, 0) + 1000)
    assert book.latched() == [("residual_current", 2, False)]
    after = FaultBook(("residual_current",))
    after.restore("residual_current", 2, False)
    assert not after.active
    now_ms = trip(after, 0)
    assert not after.active
    trip(after, now_ms)
    assert after.blocking


@pytest.mark.parametrize("start_ms", [0, 10**8, 10**12])
def test_fault_that_a_restart_gave_back_is_held_from_the_start_wherever_the_clock_begins(start_ms):
    """ports.Clock: now_ms starts anywhere."""
    book = FaultBook(("residual_current",))
    book.restore("residual_current", 1, True)
    book.put("residual_current", False, start_ms)
    book.put("residual_current", False, start_ms + timing.RESIDUAL_HOLD_MS - 1)
    assert book.blocking
    book.put("residual_current", False, start_ms + timing.RESIDUAL_HOLD_MS)
    assert not book.active


@pytest.mark.parametrize("start_ms", [0, 10**8, 10**12])
def test_attempts_that_a_restart_gave_back_are_not_forgotten_by_a_clock_that_is_far(start_ms):
    book = FaultBook(("residual_current",))
    book.restore("residual_current", 3, False)
    book.put("residual_current", False, start_ms)
    trip(book, start_ms + 1000)
    assert book.blocking and book.latched() == [("residual_current", 4, True)]
    later = FaultBook(("residual_current",))
    later.restore("residual_current", 3, False)
    later.put("residual_current", False, start_ms)
    trip(later, start_ms + timing.FORGIVE_MS)
    assert later.latched() == [("residual_current", 1, False)]


def test_attempts_are_forgotten_after_a_day_without_the_fault():
    book = FaultBook(("residual_current",))
    now_ms = trip(book, trip(book, 0) + 1000)
    trip(book, now_ms + timing.FORGIVE_MS)
    assert book.latched() == [("residual_current", 1, False)]


class AnyFaults(RuleBasedStateMachine):
    """No order of causes and recoveries makes the book contradict itself."""

    NAMES = ("diode", "pilot_short", "meter_silent", "ventilation", "contactor_welded")
    NAMES += ("residual_current",)

    def __init__(self):
        super().__init__()
        self.book, self.now_ms, self.present = FaultBook(self.NAMES), 0, {}

    @rule(name=st.sampled_from(NAMES), present=st.booleans(), ms=st.integers(0, 2 * HOLD_MS))
    def put(self, name, present, ms):
        self.now_ms += ms
        self.present[name] = present
        self.book.put(name, present, self.now_ms)

    @rule(recovery=st.sampled_from(["unplug", "reset", "power", "technician"]))
    def recover(self, recovery):
        self.book.recover(recovery)

    @rule(flag=st.booleans())
    def transact(self, flag):
        self.book.in_transaction = flag

    @invariant()
    def a_present_cause_is_an_active_fault(self):
        assert {name for name, there in self.present.items() if there} <= set(self.book.active)

    @invariant()
    def blocking_follows_the_table(self):
        rows = [row_of(name) for name in self.book.active]
        assert self.book.trips == any(row[3] == "at_once" for row in rows)
        orderly = any(row[3] == "orderly" for row in rows) and self.book.in_transaction
        assert self.book.blocking == (self.book.trips or orderly)
        assert rows == [row for row in FAULTS if row in rows]


TestAnyFaults = AnyFaults.TestCase
