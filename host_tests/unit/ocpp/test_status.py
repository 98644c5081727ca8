"""ocpp/v16/status: the 53 transitions, and who is told what when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import timing
from chargepoint.core.faults import FAULTS, row_of
from chargepoint.ocpp.dialogue import ANSWERED, LOST, REFUSED, TIMED_OUT
from chargepoint.ocpp.v16.status import STATUSES, StatusReporter, allowed, between
from host_tests.unit.ocpp.bench import UTC_S, assert_official, new_settings

PHASES = ("free", "preparing", "charging", "suspended_ev", "suspended_evse", "finishing")
PHASES += ("reserved", "unplugged")
WELDED = row_of("contactor_welded")
VENTILATION = row_of("ventilation")
READER = row_of("reader_silent")

# standards.md §2.4, row by row: what may follow.
TABLE = {
    "Available": "Preparing Charging SuspendedEV SuspendedEVSE Reserved Unavailable Faulted",
    "Preparing": "Available Charging SuspendedEV SuspendedEVSE Finishing Faulted",
    "Charging": "Available SuspendedEV SuspendedEVSE Finishing Unavailable Faulted",
    "SuspendedEV": "Available Charging SuspendedEVSE Finishing Unavailable Faulted",
    "SuspendedEVSE": "Available Charging SuspendedEV Finishing Unavailable Faulted",
    "Finishing": "Available Preparing Unavailable Faulted",
    "Reserved": "Available Preparing Unavailable Faulted",
    "Unavailable": "Available Preparing Charging SuspendedEV SuspendedEVSE Faulted",
    "Faulted": "Available Preparing Charging SuspendedEV SuspendedEVSE Finishing Reserved "
    "Unavailable",
}


class Line:
    """The dialogue as the reporter sees it."""

    ready = True


class Desk:
    """A reporter for two connectors, and the back end that it tells."""

    def __init__(self, **factory):
        self.line = Line()
        self.reporter = StatusReporter(2, new_settings(**factory), self.line, lambda: UTC_S)
        self.now_ms = 0
        self.heard = []

    def facts(self, phase="free", available=True, fault=None, faulted=False, connector=1):
        self.reporter.tell(connector, phase, available, fault, faulted, self.now_ms)

    def boot(self):
        for connector in range(3):
            self.facts(connector=connector)
        self.drain()
        self.heard.clear()

    def drain(self, outcome=ANSWERED):
        """Let what is due be said; each message answered with ``outcome``."""
        for _ in range(30):
            call = self.reporter.next(self.now_ms) if self.line.ready else None
            if call is None:
                return
            assert_official("StatusNotification", call.payload)
            self.heard.append((call.payload["connectorId"], call.payload["status"]))
            call.done(outcome, {}, self.now_ms)
        pytest.fail("the reporter never comes to rest")

    def statuses(self):
        self.drain()
        said = [status for _, status in self.heard]
        self.heard.clear()
        return said


@pytest.fixture
def desk():
    desk = Desk()
    desk.boot()
    return desk


def test_there_are_53_transitions_and_they_are_the_standards():
    """OCPP 1.6 §4.9 with B6 of the errata."""
    ours = {(one, other) for one in STATUSES for other in STATUSES if allowed(one, other)}
    assert ours == {(one, other) for one in TABLE for other in TABLE[one].split()}
    assert len(ours) == 53


def test_every_status_can_be_reached_over_at_most_one_other():
    for one in STATUSES:
        for other in STATUSES:
            if one != other and not allowed(one, other):
                step = between(one, other)
                assert allowed(one, step) and allowed(step, other)


def test_all_connectors_are_told_after_boot():
    """OCPP 1.6 §4.2; errata 3.11."""
    desk = Desk()
    for connector in range(3):
        desk.facts(connector=connector)
    desk.drain()
    assert desk.heard == [(0, "Available"), (1, "Available"), (2, "Available")]
    desk.reporter.report_all()
    desk.drain()
    assert len(desk.heard) == 6


@pytest.mark.parametrize(
    "phase, status",
    [
        ("preparing", "Preparing"),
        ("charging", "Charging"),
        ("suspended_ev", "SuspendedEV"),
        ("suspended_evse", "SuspendedEVSE"),
        ("reserved", "Reserved"),
    ],
)
def test_phases_become_statuses(desk, phase, status):
    desk.facts(phase)
    assert desk.statuses() == [status]
    desk.facts(phase)
    assert desk.statuses() == []


def test_each_change_is_said_though_a_call_is_open(desk):
    """Errata 3.19."""
    for phase in ("preparing", "charging", "suspended_ev", "charging", "finishing", "free"):
        desk.facts(phase)
    assert desk.statuses() == [
        "Preparing",
        "Charging",
        "SuspendedEV",
        "Charging",
        "Finishing",
        "Available",
    ]


def test_status_that_can_not_be_reached_is_led_up_to(desk):
    desk.facts("finishing")
    assert desk.statuses() == ["Preparing", "Finishing"]
    desk.facts("charging")
    assert desk.statuses() == ["Preparing", "Charging"]


def test_unavailable_while_preparing_goes_over_available(desk):
    """There is no B8."""
    desk.facts("preparing")
    desk.facts("preparing", available=False)
    assert desk.statuses() == ["Preparing", "Available", "Unavailable"]
    desk.facts("preparing")
    assert desk.statuses() == ["Preparing"]


def test_status_before_a_fault_comes_back(desk):
    """I1 to I8."""
    desk.facts("charging")
    desk.facts("charging", fault=WELDED, faulted=True)
    desk.facts("charging")
    assert desk.statuses() == ["Charging", "Faulted", "Charging"]


def test_fault_tells_its_codes(desk):
    desk.facts(fault=WELDED, faulted=True)
    payload = desk.reporter.next(0).payload
    assert payload["errorCode"] == "PowerSwitchFailure" and payload["info"] == "contactor_welded"
    assert payload["vendorErrorCode"] == "MREC17EVSEContactorFault" and payload["vendorId"]
    assert payload["timestamp"] == "2025-11-24T16:00:00Z"


def test_warning_has_a_code_and_another_status_than_faulted(desk):
    desk.facts(fault=READER, connector=0)
    payload = desk.reporter.next(0).payload
    assert (payload["status"], payload["errorCode"]) == ("Available", "ReaderFailure")
    desk.drain()
    desk.facts(connector=0)
    payload = desk.reporter.next(0).payload
    assert (payload["status"], payload["errorCode"]) == ("Available", "NoError")
    assert "info" not in payload


@pytest.mark.parametrize("row", FAULTS)
@pytest.mark.parametrize("faulted", [False, True])
def test_every_fault_of_the_table_makes_an_official_message(desk, row, faulted):
    desk.facts(fault=row, faulted=faulted)
    assert desk.statuses() == ["Faulted" if faulted else "Available"]


@pytest.mark.parametrize(
    "phase, code",
    [("preparing", "EVCommunicationError"), ("free", "OtherError"), ("charging", "OtherError")],
)
def test_vehicle_error_goes_only_with_the_statuses_that_it_may(desk, phase, code):
    desk.facts(phase, fault=VENTILATION)
    assert desk.reporter.next(0).payload["errorCode"] == code


def test_minimum_duration_holds_a_status_back_and_drops_a_short_one():
    """OCPP 1.6 §9.1 MinimumStatusDuration."""
    desk = Desk(MinimumStatusDuration="5")
    desk.now_ms = 0
    for connector in range(3):
        desk.facts(connector=connector)
    assert desk.statuses() == ["Available"] * 3
    desk.now_ms = 10_000
    desk.facts("preparing")
    desk.now_ms = 12_000
    desk.facts("charging")
    desk.now_ms = 16_999
    assert desk.statuses() == []
    desk.now_ms = 17_000
    assert desk.statuses() == ["Charging"]
    desk.now_ms = 20_000
    desk.facts("suspended_ev")
    desk.now_ms = 21_000
    desk.facts("charging")
    desk.now_ms = 60_000
    assert desk.statuses() == []


def test_after_an_outage_only_what_holds_is_said_and_only_if_it_differs(desk):
    """standards.md §2.4."""
    desk.line.ready = False
    for phase in ("preparing", "charging", "suspended_ev"):
        desk.facts(phase)
    desk.line.ready = True
    assert desk.statuses() == ["SuspendedEV"]
    desk.line.ready = False
    desk.facts("charging")
    desk.facts("suspended_ev")
    desk.line.ready = True
    assert desk.statuses() == []


def test_unplugged_vehicle_whose_transaction_goes_on_is_told_as_such(desk):
    """OCPP 1.6 §4.10: SuspendedEV with an info that is no fault."""
    desk.facts("preparing")
    desk.facts("charging")
    desk.facts("unplugged")
    assert desk.statuses()[-1] == "SuspendedEV"
    told = desk.reporter.payload(1)
    assert told["info"] == "EV side disconnected" and told["errorCode"] == "NoError"
    assert "vendorErrorCode" not in told
    desk.facts("suspended_ev")
    assert "info" not in desk.reporter.payload(1)


def test_changes_that_waited_when_the_link_broke_are_not_replayed(desk):
    desk.facts("preparing")
    desk.facts("charging")
    desk.line.ready = False
    desk.facts("charging")
    desk.line.ready = True
    desk.facts("charging")
    assert desk.statuses() == ["Charging"]


def test_changes_before_the_first_word_are_history(desk):
    desk.reporter.report_all()
    desk.facts("preparing")
    desk.facts("charging")
    desk.drain()
    assert [said for said in desk.heard if said[0] == 1] == [(1, "Charging")]


def test_lost_message_is_said_again_and_a_refused_one_is_not(desk):
    desk.facts("preparing")
    call = desk.reporter.next(0)
    call.done(LOST, None, 0)
    assert desk.statuses() == ["Preparing"]
    desk.facts("charging")
    desk.drain(REFUSED)
    assert desk.heard == [(1, "Charging")]


def test_unanswered_message_is_said_again_after_a_while(desk):
    desk.facts("preparing")
    desk.reporter.next(0).done(TIMED_OUT, None, 30_000)
    assert desk.reporter.next(30_000) is None
    desk.now_ms = 30_000 + timing.STATUS_RETRY_MS
    assert desk.statuses() == ["Preparing"]


def test_triggered_status_is_what_holds_now(desk):
    desk.facts("charging")
    payload = desk.reporter.payload(1)
    assert_official("StatusNotification", payload)
    assert payload["status"] == "Charging"
    assert Desk().reporter.payload(1) is None


def test_triggered_status_comes_after_those_that_led_to_it(desk):
    """OCPP 1.6 §5.17, §4.9: it may not overtake what still waits to be said."""
    for phase in ("charging", "suspended_ev", "finishing", "free"):
        desk.facts(phase)
    desk.reporter.ask(1)
    assert desk.statuses() == ["Charging", "SuspendedEV", "Finishing", "Available"]


def test_triggered_status_is_said_once_though_it_is_known(desk):
    desk.reporter.ask(1)
    assert desk.statuses() == ["Available"]


def test_triggered_status_does_not_wait_for_the_minimum_duration():
    """OCPP 1.6 §9.1.22: that is for changes."""
    desk = Desk(MinimumStatusDuration="60")
    desk.boot()
    desk.facts("charging")
    assert desk.statuses() == []
    desk.reporter.ask(1)
    assert desk.statuses() == ["Charging"]


def test_triggered_status_of_a_link_that_broke_is_forgotten(desk):
    desk.reporter.ask(1)
    desk.line.ready = False
    desk.facts()
    desk.line.ready = True
    assert desk.statuses() == []


def test_connector_0_knows_three_statuses(desk):
    desk.facts(connector=0, available=False)
    desk.facts(connector=0, fault=WELDED, faulted=True)
    assert desk.statuses() == ["Unavailable", "Faulted"]


FACTS = st.tuples(
    st.sampled_from(PHASES),
    st.booleans(),
    st.sampled_from([None, WELDED, READER]),
    st.booleans(),
    st.sampled_from(["drain", "one", "wait", "outage", "back", "ask"]),
)


@given(st.lists(FACTS, max_size=25), st.sampled_from(["0", "3"]))
def test_whatever_the_facts_do_only_allowed_transitions_are_said_and_the_truth_in_the_end(
    history, minimum
):
    desk = Desk(MinimumStatusDuration=minimum)
    desk.boot()
    for phase, available, fault, faulted, then in history:
        desk.now_ms += 1000
        desk.facts(phase, available, fault, faulted and fault is not None)
        desk.line.ready = then != "outage" and (desk.line.ready or then == "back")
        if then == "drain":
            desk.drain()
        elif then == "ask":
            desk.reporter.ask(1)
        elif then == "one" and desk.line.ready:
            call = desk.reporter.next(desk.now_ms)
            if call is not None:
                desk.heard.append((1, call.payload["status"]))
                call.done(ANSWERED, {}, desk.now_ms)
    desk.line.ready = True
    desk.now_ms += 10_000
    desk.drain()
    said = ["Available"] + [status for _, status in desk.heard]
    for one, other in zip(said, said[1:]):
        assert one == other or allowed(one, other)
    assert said[-1] == desk.reporter.payload(1)["status"]
