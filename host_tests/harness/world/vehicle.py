"""A vehicle: follows the duty cycle within the standard's times and draws what it may.

IEC 61851-1 table A.6 as quoted in reference/standards.md §1.3: follows a new duty within 5 s
(sequence 6), opens S2 within 3 s of the end of the PWM (9.1, 10.1). Draws only with mains at
its inlet.
"""

from collections.abc import Callable

from .circuit import VehicleLoad
from .offer import is_pwm, offered_ma
from .proximity import resistor_ohm
from .ramp import Ramp
from .schedule import Event, Schedule

_STILL = Ramp()


class Vehicle:
    """``before_change`` is called before the current's course changes, ``after_change`` when S2
    or the plug moved.

    Times and rates may be set at any time; rates are A/s. A slow vehicle has a long
    ``ask_after_ms``. One that is ``asleep`` answers no offer until its pilot was dead or in F for
    ``wake_ms``. ``overdraws`` makes it draw more than it was offered.
    """

    def __init__(self, schedule: Schedule):
        self._schedule = schedule
        self.before_change: Callable[[], None] = lambda: None
        self.after_change: Callable[[], None] = lambda: None
        self.load = VehicleLoad()
        self.ask_after_ms = 1000
        self.draw_after_ms = 1000
        self.follow_ms = 1000
        self.stop_after_ms = 500
        self.wake_ms = 2000
        self.rise_a_s = 10
        self.fall_a_s = 50
        self.plugged = False
        self.ignores_stop = False
        self.asleep = False
        self.draws_bp = [10_000, 10_000, 10_000]
        self.phases = 3
        self.max_ma = 32_000
        # In the plug of its cable; None: no resistor (or no plug at all).
        self.cable_ohm: int | None = None
        self._simplified = False
        self._wants = False
        self._live = False
        self._duty_bp = 0
        self._offer_ma = 0
        self._draws_from_ms = 0
        self._ramp = _STILL
        self._plans: dict[str, Event] = {}

    # -- what people do -------------------------------------------------------------------------

    def plug_in(
        self,
        amps: float = 32,
        phases: int = 3,
        asks: bool = True,
        simplified: bool = False,
        ventilation: bool = False,
        ignores_stop: bool = False,
        asleep: bool = False,
        cable_a: int | None = 32,
        cable_ohm: int | None = None,
    ) -> None:
        """Plug in. ``asks`` False: takes no power until ``request_power``.

        ``simplified``: goes from A to C at once, S2 never opens (IEC 61851-1 A.2.3).
        ``cable_a``: what the cable is coded for, 13, 20, 32 or 63, None without a resistor;
        ``cable_ohm`` puts any other resistor in its place.
        ValueError when it is plugged already, or for other than 1 or 3 phases.
        """
        if self.plugged:
            raise ValueError("the vehicle is plugged in already")
        ohm = resistor_ohm(cable_a) if cable_ohm is None else cable_ohm
        self._set_power(amps, phases)
        self.cable_ohm = ohm
        self.plugged = True
        self.ignores_stop = ignores_stop
        self.asleep = asleep
        self._wants = asks
        self._simplified = simplified
        self.load.s2 = simplified
        self.load.ventilation = ventilation
        self.after_change()

    def unplug(self, cable_stays: bool = False) -> None:
        """Pull the plug, at any time. ValueError when there is none.

        ``cable_stays``: at the vehicle, and a cable stays in the station's socket.
        """
        self._must_be_plugged()
        self._set_ramp(_STILL)
        for name in list(self._plans):
            self._drop(name)
        self.plugged = False
        if not cable_stays:
            self.cable_ohm = None
        self.load.s2 = False
        self._wants = False
        self._offer_ma = self._duty_bp = 0
        self.after_change()

    def request_power(self, amps: float | None = None, phases: int | None = None) -> None:
        """Want power (again), up to ``amps`` on ``phases``; what is None stays as it was."""
        self._must_be_plugged()
        self.before_change()
        self._set_power(
            self.max_ma / 1000 if amps is None else amps, self.phases if phases is None else phases
        )
        self._wants = True
        self.asleep = False
        if "open" in self._plans or not is_pwm(self._duty_bp):
            return
        if self.load.s2:
            self._follow()
        else:
            self._ask()

    def stop_power(self) -> None:
        """Want no more power: ramp down, then open S2; ``request_power`` resumes."""
        self._must_be_plugged()
        self._wants = False
        self._drop("ask")
        if self.load.s2:
            self._stop()

    def overdraws(self, factor: float, phase: int | None = None) -> None:
        """Draw ``factor`` times what is offered, on every phase or on one (1 to 3) only."""
        if factor < 0 or phase not in (None, 1, 2, 3):
            raise ValueError(f"a factor of 0 or more on phase 1 to 3, not {factor} on {phase}")
        self.before_change()
        for at in range(3) if phase is None else (phase - 1,):
            self.draws_bp[at] = round(factor * 10_000)

    def flap(self, times: int, every_ms: int = 300) -> None:
        """S2 goes to and fro so many times, the first time now; then it is as it was."""
        self._must_be_plugged()
        self._flap(2 * times, every_ms)

    # -- what the vehicle senses ----------------------------------------------------------------

    def sense_pilot(self, duty_bp: int) -> None:
        """The duty at its inlet; 0 or 10000 when there is no wave."""
        if not self.plugged or duty_bp == self._duty_bp:
            return
        self._duty_bp = duty_bp
        if duty_bp:
            self._drop("wake")
        else:
            self._plan("wake", self.wake_ms, self._wake)
        if is_pwm(duty_bp):
            self._sense_offer()
        else:
            self._drop("ask")
            self._drop("follow")
            if self.load.s2 and not self.ignores_stop and "open" not in self._plans:
                self._plan("stop", self.stop_after_ms, self._stop)

    def sense_mains(self, live: bool) -> None:
        """There is mains at its inlet, or no more."""
        if live == self._live:
            return
        self._live = live
        if live:
            self._draw()
        else:
            self._set_ramp(_STILL)

    # -- facts ----------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """What it is to the standard: A (not plugged), B, C or D."""
        if not self.plugged:
            return "A"
        if not self.load.s2:
            return "B"
        return "D" if self.load.ventilation else "C"

    @property
    def wants(self) -> bool:
        """It takes power when it may."""
        return self._wants

    @property
    def current_ma(self) -> int:
        """What it means to draw now on each of its phases."""
        return self._ramp.at(self._schedule.now_ms)

    def double_area(self, from_ms: int) -> int:
        """Twice the mA·ms drawn on one phase from ``from_ms`` until now."""
        return self._ramp.double_area(from_ms, self._schedule.now_ms)

    # -- inside ---------------------------------------------------------------------------------

    def _sense_offer(self):
        self._drop("stop")
        if "open" in self._plans:
            return
        if self.load.s2 and self._wants:
            self._plan("follow", self.follow_ms, self._follow)
        elif self._wants and not self.asleep and "ask" not in self._plans:
            self._plan("ask", self.ask_after_ms, self._ask)

    def _wake(self):
        self.asleep = False

    def _flap(self, left, every_ms):
        self.load.s2 = not self.load.s2
        self.after_change()
        if left > 1:
            self._plan("flap", every_ms, lambda: self._flap(left - 1, every_ms))

    def _ask(self):
        self._drop("ask")
        self.load.s2 = True
        self._offer_ma = offered_ma(self._duty_bp)
        self._draws_from_ms = self._schedule.now_ms + self.draw_after_ms
        self.after_change()
        self._draw()

    def _follow(self):
        self._offer_ma = offered_ma(self._duty_bp)
        self._draw()

    def _draw(self):
        """Head for what may be drawn, now or when the time has come."""
        now_ms = self._schedule.now_ms
        if not self._live or not self.load.s2 or "open" in self._plans:
            return
        if now_ms < self._draws_from_ms:
            self._plan("draw", self._draws_from_ms - now_ms, self._draw)
        else:
            self._head_for(min(self.max_ma, self._offer_ma))

    def _stop(self):
        for name in ("stop", "follow", "draw"):
            self._drop(name)
        self._offer_ma = 0
        self._head_for(0)
        if not self._simplified:
            self._plan("open", self._ramp.end_ms - self._schedule.now_ms, self._open)

    def _open(self):
        self.load.s2 = False
        self.after_change()
        if self._wants and is_pwm(self._duty_bp) and "ask" not in self._plans:
            self._plan("ask", self.ask_after_ms, self._ask)

    def _head_for(self, target_ma):
        now_ms, start_ma = self._schedule.now_ms, self.current_ma
        rate = self.rise_a_s if target_ma > start_ma else self.fall_a_s
        self._set_ramp(Ramp(now_ms, start_ma, target_ma, rate))

    def _set_ramp(self, ramp):
        self.before_change()
        self._ramp = ramp

    def _set_power(self, amps, phases):
        if phases not in (1, 3):
            raise ValueError(f"a vehicle draws on 1 or 3 phases, not {phases}")
        if amps < 0:
            raise ValueError(f"a vehicle draws 0 A or more, not {amps}")
        self.max_ma = round(amps * 1000)
        self.phases = phases

    def _must_be_plugged(self):
        if not self.plugged:
            raise ValueError("no vehicle is plugged in")

    def _plan(self, name, delay_ms, action):
        self._drop(name)
        self._plans[name] = self._schedule.after(delay_ms, lambda: self._carry_out(name, action))

    def _carry_out(self, name, action):
        del self._plans[name]
        action()

    def _drop(self, name):
        event = self._plans.pop(name, None)
        if event is not None:
            event.cancel()
