"""core/session: when to offer, to close, to stop."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core import session, timing
from chargepoint.core.pilot import F_BP, X1_BP
from chargepoint.core.session import Session

DUTY = 2666
INTERVAL_MS = timing.DUTY_INTERVAL_MS


class Play:
    """A session with a clock and the five facts that it is told."""

    def __init__(self):
        self.session, self.now_ms, self.effects = Session(), 0, []
        self.tripped = self.wanted = self.closable = self.closed = False
        self.plugged = True
        self.wanted_bp, self.steady_bp = DUTY, None

    def step(self, ms=10):
        self.now_ms += ms
        event = self.session.event(
            self.tripped, self.plugged, self.closed, self.wanted, self.closable, self.now_ms
        )
        effect = self.session.tell(event, self.now_ms)
        if effect is not None:
            self.effects.append((self.now_ms, effect))
            self.closed = effect == "close"
        self.session.adjust(self.wanted_bp, self.now_ms, self.steady_bp)
        return self.session.state

    def run(self, ms):
        for _ in range(ms // 10):
            self.step()
        return self.session.state

    def charge(self):
        self.wanted = True
        self.step()
        self.closable = True
        assert self.step() == session.CHARGING
        self.closable = False
        return self


def test_session_goes_from_plug_to_energy_to_unplug():
    play = Play()
    play.plugged = False
    assert play.step() == session.IDLE
    play.plugged = True
    assert play.step() == session.PLUGGED and not play.session.pwm
    play.wanted = True
    assert play.step() == session.OFFERED and play.session.duty_bp == DUTY
    play.closable = True
    assert play.step() == session.CHARGING and play.closed
    play.plugged = False
    assert play.step() == session.IDLE and not play.closed
    assert play.session.duty_bp == X1_BP


def test_session_never_closes_without_an_offer():
    play = Play()
    play.closable = True
    play.run(100)
    assert play.session.state == session.PLUGGED and not play.effects


def test_session_ends_pwm_at_once_and_opens_when_the_vehicle_did():
    """Rows 9.1 and 10.1."""
    play = Play().charge()
    play.wanted = False
    assert play.step() == session.STOPPING
    assert play.session.duty_bp == X1_BP and play.closed
    play.run(2000)
    play.closed = False
    assert play.step() == session.PLUGGED
    assert [effect for _, effect in play.effects] == ["close"]


def test_session_opens_under_load_when_the_vehicle_ignores_the_end_of_pwm_for_6_s():
    """Row 10.2."""
    play = Play().charge()
    play.wanted = False
    play.step()
    stopped_ms = play.now_ms
    play.run(7000)
    assert play.effects[-1] == (stopped_ms + timing.STOP_PATIENCE_MS, "open")
    assert play.session.state == session.PLUGGED


def test_session_that_is_stopping_does_not_change_its_mind():
    play = Play().charge()
    play.wanted = False
    play.step()
    play.wanted = True
    assert play.run(1000) == session.STOPPING and not play.session.pwm
    play.closed = False
    play.step()
    assert play.run(INTERVAL_MS) == session.OFFERED


def test_session_keeps_its_offer_when_the_vehicle_pauses():
    """Row 8.1: C to B and back within one session."""
    play = Play().charge()
    play.closed = False
    assert play.step() == session.OFFERED and play.session.pwm
    play.closable = True
    assert play.step() == session.CHARGING


def test_session_withdraws_the_offer_also_when_the_vehicle_leaves_in_the_same_step():
    play = Play().charge()
    play.closed = play.wanted = False
    play.step()
    assert not play.session.pwm
    assert play.step() == session.PLUGGED


@pytest.mark.parametrize("charging", [True, False])
def test_session_opens_at_once_on_a_fault_and_takes_the_offer_away(charging):
    play = Play().charge() if charging else Play()
    play.wanted = True
    play.step()
    play.tripped = True
    assert play.step() == session.FAULTED
    assert not play.closed and not play.session.pwm
    play.tripped = False
    assert play.run(INTERVAL_MS) == session.OFFERED


def test_session_changes_the_duty_at_most_every_5_s():
    """Row 6: the vehicle may take 5 s to follow."""
    play = Play().charge()
    offered_ms, last = play.now_ms - 10, DUTY
    changes = []
    for n in range(1500):
        play.wanted_bp = 1000 + n
        play.step()
        if play.session.duty_bp != last:
            changes.append(play.now_ms)
            last = play.session.duty_bp
    gaps = [b - a for a, b in zip([offered_ms] + changes, changes)]
    assert changes and min(gaps) >= INTERVAL_MS


def test_session_offers_again_no_sooner_than_5_s_after_pwm_ended():
    play = Play().charge()
    play.wanted = False
    play.step()
    ended_ms = play.now_ms
    play.closed = False
    play.step()
    play.wanted = True
    while not play.session.pwm:
        play.step()
    assert play.now_ms - ended_ms == INTERVAL_MS


def test_session_offers_at_once_to_the_next_vehicle():
    play = Play().charge()
    play.plugged = False
    play.run(20)
    play.plugged = True
    assert play.step() == session.OFFERED and play.session.pwm


# -- the pilot interrupted ----------------------------------------------------------------------


@pytest.mark.parametrize("steady_bp", [F_BP, X1_BP])
def test_session_gives_no_pwm_while_the_pilot_is_interrupted(steady_bp):
    """Wake-up and change of phases: state F, or +12 V on a line that was taken off."""
    play = Play()
    play.wanted = True
    play.step()
    assert play.session.pwm
    play.steady_bp = steady_bp
    play.run(4000)
    assert play.session.duty_bp == steady_bp and not play.session.pwm
    play.run(20_000)
    assert play.session.duty_bp == steady_bp


def test_session_gives_12_v_at_once_when_the_interruption_ends_and_pwm_in_its_interval():
    """F ends when it ends; the next offer waits for 5 s since the last one."""
    play = Play()
    play.wanted = True
    play.step()
    play.run(60_000)
    play.steady_bp = F_BP
    play.step()
    cut_ms = play.now_ms
    play.run(4000)
    play.steady_bp = None
    play.step()
    assert play.session.duty_bp == X1_BP
    while not play.session.pwm:
        play.step()
    assert play.now_ms - cut_ms == INTERVAL_MS


def test_session_offers_soon_after_an_interruption_that_was_longer_than_the_interval():
    play = Play()
    play.wanted = True
    play.step()
    play.steady_bp = F_BP
    play.run(60_000)
    play.steady_bp = None
    play.run(20)
    assert play.session.duty_bp == DUTY


def test_session_ends_an_interruption_at_once_also_without_a_vehicle():
    play = Play()
    play.plugged = False
    play.steady_bp = F_BP
    play.step()
    assert play.session.duty_bp == F_BP
    play.steady_bp = None
    play.step()
    assert play.session.duty_bp == X1_BP


def test_session_tells_no_change_when_there_is_none():
    session_ = Session()
    assert not session_.adjust(DUTY, 0)
    assert session_.adjust(DUTY, 10, F_BP) and not session_.adjust(DUTY, 20, F_BP)
    assert session_.adjust(DUTY, 30) and session_.duty_bp == X1_BP


def test_session_refuses_an_event_without_a_row():
    with pytest.raises(ValueError, match="no row for ready in state idle"):
        Session().tell(session.READY, 0)


FACTS = st.tuples(*[st.booleans()] * 5, st.sampled_from([10, 1000, 5000]))


@given(st.lists(FACTS, max_size=100))
def test_session_has_a_row_for_every_order_of_facts(parts):
    """And says "close" only on an offer, with everything granted."""
    play = Play()
    for tripped, plugged, wanted, closable, opened, ms in parts:
        play.tripped, play.plugged, play.wanted, play.closable = tripped, plugged, wanted, closable
        play.closed = play.closed and not opened
        pwm, closed = play.session.pwm, play.closed
        play.step(ms)
        if play.closed and not closed:
            assert pwm and plugged and wanted and closable and not tripped
        if play.closed:
            assert play.session.state in (session.CHARGING, session.STOPPING)
            assert plugged and not tripped
        assert play.session.pwm == (play.session.state in (session.OFFERED, session.CHARGING))
