"""Why energy is not allowed: one judge, asked twice in each step. Its word is None for "allowed".

Rules:
- ``keep`` is asked first in each step, while the contactor is commanded closed: any word opens.
- ``offer`` says why no PWM is given, ``close`` why the contactor stays open although PWM is given.
- Unknown, missing and contradictory count as no.
- A guard that samples the pilot itself opens before a step has seen why. When the readings say
  within GUARD_DOUBT_MS that the vehicle does not ask, that the diode is gone, or that a fault
  trips, they have the word, and the offer stands meanwhile; else the guard itself is the fault.

  asked   word               why
  keep    fault              a fault that opens at once
  keep    guard              the guard holds the contactor open
  keep    vehicle            state other than C (D with ventilation), or no reading that says so
  keep    diode              the negative half wave is gone
  offer   unavailable        taken out of service
  offer   fault              any fault that blocks
  offer   guard              the guard holds the contactor open
  offer   unplugged          no vehicle
  offer   simplified         the vehicle went from A to C, and this installation refuses that
  offer   not_permitted      no transaction that is saved and running
  offer   residual current, protective earth, temperature, cable, lock
                             that part is not (yet) as it must be (protection.py)
  offer   phases             one and three phases are being changed
  offer   limit              less than 6 A allowed
  close   not_offered        PWM waits for its interval
  close   ventilation        the vehicle asks for ventilation, there is none
  close   vehicle            the vehicle does not ask
  close   diode              not yet proven in this session
  close   pilot              this step's reading does not fit, or a change is too recent
  close   contactor          resting, or its feedback is not plainly open
"""

from chargepoint.core import timing
from chargepoint.core.held import Held

# Causes of a guard that the station's own readings show, if they are true.
_SHOWN = ("high", "low", "diode", "residual")
# The guard acted while the firmware did not run.
_RESTART = "restart"


class Safety:
    """Judges one connector by its parts. ``simplified``: a vehicle without S2 is served."""

    def __init__(self, monitor, contactor, faults, limits, protection, phases, simplified: bool):
        self.guard_holds = True
        self._cause = None
        self._guard_took = False
        self._doubt_ms = None
        self._monitor = monitor
        self._contactor = contactor
        self._faults = faults
        self._limits = limits
        self._protection = protection
        self._phases = phases
        self._simplified = simplified
        self._guard = Held()

    def note_guard(self, cause: str, now_ms: int) -> None:
        """What the guard says in this step, before anything is asked: its cause or None."""
        self.guard_holds = cause is not None
        # Now: what opens next forgets that it was closed.
        took = self.guard_holds and self._contactor.commanded
        acted = took or cause == _RESTART
        if acted and not self._guard_took:
            self._cause = cause
        self._guard_took = acted
        if took and cause in _SHOWN:
            self._guard_took = False
            self._doubt_ms = now_ms
        elif self._doubt_ms is not None:
            self._settle_doubt(now_ms)
        self._guard.take(self.guard_holds, now_ms)

    @property
    def guard_trips(self) -> bool:
        """The guard took a closed contactor away for what no reading shows, or has been holding
        an open one for long."""
        if self._guard_took:
            return True
        return self.guard_holds and self._guard.for_ms >= timing.GUARD_PATIENCE_MS

    def take_cause(self) -> str:
        """Why the guard opened since this was asked last, or None."""
        cause = self._cause
        self._cause = None
        return cause

    def keep(self, now_ms: int) -> str:
        """Why the closed contactor must open now, or None."""
        if self._faults.trips:
            return "fault"
        if self.guard_holds:
            return "guard"
        if not self._monitor.asks:
            return "vehicle"
        if self._monitor.low_lost(now_ms):
            return "diode"
        return None

    def offer(self, available: bool, permitted: bool) -> str:
        """Why nothing may be offered, or None."""
        if not available:
            return "unavailable"
        if self._faults.blocking:
            return "fault"
        if self.guard_holds and self._doubt_ms is None:
            return "guard"
        if not self._monitor.plugged:
            return "unplugged"
        if self._monitor.direct and not self._simplified:
            return "simplified"
        if not permitted:
            return "not_permitted"
        word = self._protection.why or self._phases.why
        if word is None and not self._limits.enough:
            word = "limit"
        return word

    def close(self, pwm: bool, now_ms: int) -> str:
        """Why the contactor may not be closed on an offer that stands, or None."""
        monitor = self._monitor
        if not pwm:
            return "not_offered"
        if not monitor.asks:
            return "ventilation" if monitor.state == "D" else "vehicle"
        if not monitor.proven:
            return "diode"
        if not monitor.sound(now_ms):
            return "pilot"
        return None if self._contactor.may_close(now_ms) else "contactor"

    def _settle_doubt(self, now_ms):
        monitor = self._monitor
        if not monitor.asks or monitor.low_lost(now_ms) or self._faults.trips:
            self._doubt_ms = None
        elif now_ms - self._doubt_ms >= timing.GUARD_DOUBT_MS:
            self._doubt_ms = None
            self._guard_took = True
