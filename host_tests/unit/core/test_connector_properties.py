"""core/connector with all its parts, in any order of anything: the inspector finds nothing."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from chargepoint.core.session import Session
from host_tests.unit.core.electrics import X1_BP
from host_tests.unit.core.fitted import GOOD_OHM, Fitted
from host_tests.unit.core.inspector import Inspector

EVERY = st.sampled_from([10, 10, 10, 20, 40, 100, 300, 1000])
LETTERS = st.sampled_from("ABCCCDEF?")
SOON_MS = st.sampled_from([10, 20, 30, 50, 100, 200, 500, 700, 1100, 3000])
LATER_S = st.sampled_from([2, 5, 7, 31, 65, 310])
LIMITS_MA = st.sampled_from([0, 5900, 6000, 8050, 10000, 16000, 16050, 32000, 51500, 80000])
OHMS = st.sampled_from([100, 220, 680, 1500, 100_000, 20, None])
CELSIUS_MC = st.sampled_from([20_000, 61_000, 65_500, 69_900, 70_000, 59_000, None])
# What may be otherwise than it should: the part, its attribute, values.
DISTURBED = (
    ("line", "diode", [False]),
    ("line", "silent", [True]),
    ("keeper", "cause", ["heartbeat"]),
    ("coil", "stuck", [True, False, "blind"]),
    ("second", "stuck", [True, False, "blind"]),
    ("monitor", "leak", [True]),
    ("monitor", "deaf", [True]),
    ("monitor", "absent", [True]),
    ("ground", "there", [False, None]),
    ("warmth", "celsius_mc", [61_000, 69_900, 70_000, None]),
    ("plug", "ohm", [100, 680, 1500, 100_000, 20, None]),
    ("bolt", "jammed", [True]),
    ("bolt", "place", [False]),
    ("bolt", "says", [False, True, "blind"]),
    ("here", "overdraw_ma", [60_000]),
    ("here", "stray_ma", [5000]),
    ("here", "voltage_mv", [270_000, 180_000, 0]),
)
WHOLE = {
    ("line", "diode"): True,
    ("line", "silent"): False,
    ("ground", "there"): True,
    ("warmth", "celsius_mc"): 20_000,
    ("plug", "ohm"): GOOD_OHM,
    ("bolt", "place"): None,
    ("here", "stray_ma"): 0,
    ("here", "voltage_mv"): 230_000,
}
EACH = [(part, name, value) for part, name, values in DISTURBED for value in values]
DISTURBANCES = st.sampled_from(EACH)
LACKING = st.sampled_from(
    [(), (), ("second_relay",), ("lock",), ("proximity", "lock"), ("residual",),
     ("second_relay", "proximity", "lock", "residual", "earth", "thermometer")]
)  # fmt: skip


class AnyOrder(RuleBasedStateMachine):
    """The connector under anything that vehicle, parts, people and supply may do."""

    fitted = inspector = None

    @initialize(
        lacks=LACKING,
        ventilated=st.booleans(),
        simplified=st.booleans(),
        max_ma=st.sampled_from([16000, 32000, 80000]),
        can_disconnect=st.booleans(),
        letter=st.sampled_from("AAABC"),
    )
    def begin(self, lacks, ventilated, simplified, max_ma, can_disconnect, letter):
        """The power comes on."""
        self.fitted = Fitted(lacks, ventilated=ventilated, simplified=simplified, max_ma=max_ma)
        self.fitted.line.can_disconnect = can_disconnect
        self.fitted.line.letter = letter
        self.fitted.connector.wake_up.after_ms = 30_000
        self.inspector = Inspector(self.fitted)
        self.fitted.run(6000)

    @rule(letter=LETTERS, ms=SOON_MS, every=EVERY, charging=st.booleans())
    def show(self, letter, ms, every, charging):
        """The vehicle does something, perhaps while energy flows."""
        if charging:
            self._charge()
        self.fitted.show(letter, max(ms, every), every)

    @rule(what=DISTURBANCES, ms=SOON_MS, every=EVERY, charging=st.booleans(), stays=st.booleans())
    def disturb(self, what, ms, every, charging, stays):
        """Something breaks, for a moment or for longer, perhaps while energy flows."""
        if charging:
            self._charge()
        self._put(*what)
        self.fitted.run(max(ms, every), every)
        if not stays:
            self._mend(*what[:2])
            self.fitted.run(max(ms, every), every)

    @rule(limit_ma=LIMITS_MA, permitted=st.booleans(), ms=SOON_MS, every=EVERY)
    def allow(self, limit_ma, permitted, ms, every):
        """The station's wish."""
        if permitted:
            self.fitted.permit(limit_ma)
        else:
            self.fitted.end()
        self.fitted.run(max(ms, every), every)

    @rule(available=st.booleans(), ms=SOON_MS)
    def serve(self, available, ms):
        """In service or out of it."""
        self.fitted.connector.available = available
        self.fitted.run(ms)

    @rule(count=st.sampled_from([1, 3]), ms=SOON_MS)
    def phases(self, count, ms):
        """Another number of phases is wanted."""
        self.fitted.connector.phases.wanted = count
        self.fitted.run(ms)

    @rule(seconds=LATER_S)
    def wait(self, seconds):
        """Time passes."""
        self.fitted.run(seconds * 1000, 100 if seconds < 10 else 1000)

    @rule()
    def technician(self):
        """What waits for a person may end."""
        self.fitted.connector.faults.recover("technician")
        self.fitted.run(100)

    @rule(limit_ma=LIMITS_MA, letter=LETTERS, ms=SOON_MS)
    def charge(self, limit_ma, letter, ms):
        """All is mended, a vehicle charges and goes on to something else."""
        self._charge()
        self.fitted.permit(limit_ma)
        self.fitted.run(ms)
        self.fitted.show(letter, 50)

    @rule(what=DISTURBANCES, ms=SOON_MS)
    def disturb_before_a_charge(self, what, ms):
        """A vehicle comes to be charged where one thing is not as it should be."""
        self.fitted.end()
        self.fitted.show("A", 9000, 100)
        self._charge(what)
        self.fitted.run(ms)
        self._mend(*what[:2])

    def _charge(self, broken=None):
        fitted = self.fitted
        if fitted.coil.closed:
            return
        for part, name, _ in DISTURBED:
            self._mend(part, name)
        if broken is not None:
            self._put(*broken)
        fitted.connector.available = True
        fitted.end()
        fitted.show("A", 2000, 100)
        if fitted.connector.faults.blocking:
            fitted.run(31_000, 1000)
        fitted.show("B", 1000)
        fitted.permit(16000)
        fitted.until(lambda: fitted.line.duty_bp not in (0, 10000), 8000, 100)
        fitted.line.letter = "C"
        fitted.until(lambda: fitted.coil.closed, 6000)

    def _put(self, part, name, value):
        setattr(self.fitted if part == "here" else getattr(self.fitted, part), name, value)

    def _mend(self, part, name):
        default = False if name in ("leak", "deaf", "absent", "jammed") else None
        value = WHOLE.get((part, name), default)
        if (part, name) == ("bolt", "place"):
            value = self.fitted.bolt.place
        self._put(part, name, value)


@pytest.mark.parametrize("every", [10, 1000])
@pytest.mark.parametrize("part, name, value", EACH)
def test_connector_keeps_every_rule_when_a_part_fails_in_a_charge(part, name, value, every):
    """The same, for each failure alone, and again when the part is whole."""
    story = AnyOrder()
    story.begin((), False, False, 32000, True, "A")
    story.disturb((part, name, value), 20_000, every, charging=True, stays=False)
    assert story.inspector.closings >= 1
    story.fitted.run(20_000, every)


@pytest.mark.parametrize("part, name, value", EACH)
def test_connector_keeps_every_rule_when_a_part_fails_before_a_charge(part, name, value):
    """The same, for a vehicle that comes afterwards, and again when the part is whole."""
    story = AnyOrder()
    story.begin((), False, False, 32000, True, "A")
    story.disturb_before_a_charge((part, name, value), 3000)
    story.fitted.run(40_000, 100)


@pytest.mark.parametrize("ms", [10, 20, 30, 40, 50, 60, 100])
def test_connector_offers_to_the_next_vehicle_without_waiting_for_the_last(ms):
    """IEC 61851-1 table A.6, row 6: the interval is one vehicle's; seen gone, it is another."""
    story = AnyOrder()
    story.begin((), False, True, 16000, False, "A")
    story.show("A", ms, 10, charging=True)
    seen_gone = story.fitted.line.duty_bp == X1_BP
    assert seen_gone == (ms >= 30)
    story.show("C", 2000, 10, charging=False)
    # Directly from A to C: 10 A.
    assert story.fitted.duties[-1][1] == (1666 if seen_gone else 2666)


def test_connector_keeps_every_rule_when_a_bolt_is_first_not_seen_and_then_seen_out():
    """IEC 61851-1, standards §1.5: half a second without a bolt in its place, however it looks."""
    story = AnyOrder()
    story.begin(("residual",), False, True, 16000, True, "A")
    story.disturb(("bolt", "says", "blind"), 100, 300, charging=True, stays=True)
    story.disturb(("bolt", "says", False), 500, 10, charging=False, stays=True)
    assert story.inspector.closings == 1 and not story.fitted.coil.closed


def test_inspector_notices_a_second_offer_to_the_same_vehicle_too_soon(monkeypatch):
    """Row 6 again: else the story above would show nothing."""
    monkeypatch.setattr(Session, "may_offer", lambda self, now_ms: True)
    story = AnyOrder()
    story.begin((), False, True, 16000, False, "A")
    story.show("B", 1000, 10, charging=True)
    story.allow(0, False, 100, 10)
    with pytest.raises(AssertionError, match="a new duty after"):
        story.allow(16000, True, 2000, 10)


def test_connector_keeps_every_rule_in_any_order_of_anything():
    """IEC 61851-1 table A.6, standards §1.3-1.5: energy only when all that must hold holds."""
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=int(os.environ.get("PILOTLIGHT_EXAMPLES", "60")),
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
