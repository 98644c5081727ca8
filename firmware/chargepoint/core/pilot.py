"""The control pilot (IEC 61851-1 annex A): amperes as duty, volts as states.

Rules:
- The positive extreme of a reading lies in one band of A to F; bands meet half way between the
  nominal 12, 9, 6, 3 and 0 V, and the present state's band is wider by 10 % of their distance.
- The negative extreme must fit it: near -12 V in PWM (the vehicle's diode), in the same band
  without. A reading whose two extremes contradict each other leads nowhere towards energy.
- Towards energy a state must hold PILOT_DEBOUNCE_MS, and nothing counts shortly after a duty
  change or an opening of the contactor.
- Away from energy: PILOT_LEAVE_MS without a fitting reading. The time runs from the last fitting
  one, so a single contrary or missing reading after a gap is enough. No blanking here: the reading
  that precedes a duty change already covers the few milliseconds in which a burst may be mixed.
- The diode must be proven before the first closing of a session, and its sign may be missed for
  DIODE_LOST_MS while energised.

  positive extreme   state  negative extreme expected   energy
  above 10.5 V       A      -12 V in PWM                no
  7.5 .. 10.5 V      B      -12 V in PWM                no
  4.5 .. 7.5 V       C      -12 V in PWM                in PWM
  1.5 .. 4.5 V       D      -12 V in PWM                in PWM, with ventilation
  -1.5 .. 1.5 V      E      any                         no
  below -10 V        F      any                         no
  anything else      None   -                           no
"""

from micropython import const

from chargepoint.core import timing
from chargepoint.core.held import Held

# Duty of the steady +12 V (x1) and of the steady -12 V (state F), 1/100 percent.
X1_BP = 10000
F_BP = 0

# The smallest and largest current that a duty can tell (standards table of duty and current).
LEAST_MA = 6000
MOST_MA = 80000

_HYSTERESIS_MV = const(300)
_LOW_TOP_MV = const(-10000)
_LOW_BOTTOM_MV = const(-13500)

# State, lower and upper edge of its band in mV. Above and below: not a pilot.
_BANDS = (
    ("A", 10500, 13200),
    ("B", 7500, 10500),
    ("C", 4500, 7500),
    ("D", 1500, 4500),
    ("E", -1500, 1500),
    ("F", -13200, -10000),
)

# What a reading may complain of (names of FAULTS), and how long until it is believed.
TROUBLES = ("pilot_silent", "pilot_invalid", "pilot_short", "diode", "ventilation")
_TROUBLE_MS = {
    "pilot_silent": timing.PILOT_SILENT_MS,
    "pilot_invalid": timing.PILOT_INVALID_MS,
    "pilot_short": timing.PILOT_SHORT_MS,
    "diode": timing.DIODE_LOST_MS,
    "ventilation": timing.VENTILATION_MS,
}


def duty_bp(limit_ma: int) -> int:
    """The duty in 1/100 percent that offers ``limit_ma``, never more; X1_BP below 6 A.

    In steps of 0.1 A; 51 to 52.5 A have no code of their own and are offered as 51 A.
    """
    if limit_ma < LEAST_MA:
        return X1_BP
    limit_ma = min(limit_ma, MOST_MA) // 100 * 100
    if limit_ma > 52500:
        return limit_ma // 25 + 6400
    return min(limit_ma, 51000) // 6


def offered_ma(duty: int) -> int:
    """What a vehicle may draw at ``duty`` (1/100 percent), rounded to 0.1 A; 0 for no charging."""
    if duty < 800 or duty > 9700:
        return 0
    if duty < 1000:
        return LEAST_MA
    current_ma = duty * 6 if duty <= 8500 else (duty - 6400) * 25
    return min((current_ma + 50) // 100 * 100, MOST_MA)


def band(high_mv: int, state: str = None) -> str:
    """The letter of the band in which ``high_mv`` lies for a pilot that was in ``state``."""
    plain = None
    for letter, bottom_mv, top_mv in _BANDS:
        if letter == state:
            # Reckon with the reading, not the band: frozen constants above 8191 are big integers.
            if bottom_mv <= high_mv + _HYSTERESIS_MV and high_mv - _HYSTERESIS_MV < top_mv:
                return letter
        elif bottom_mv <= high_mv < top_mv:
            plain = letter
    return plain


class PilotMonitor:
    """Judges readings. ``ventilated``: D may be energised.

    ``state`` is the debounced letter, None while unknown; ``plugged`` follows it and survives what
    says nothing about the plug (None, E, F). ``proven``: the diode was seen in this session.
    ``direct``: the vehicle went from A to C or D without B (simplified pilot, A.2.3).
    """

    def __init__(self, ventilated: bool):
        self.state = None
        self.plugged = False
        self.proven = False
        self.direct = False
        self._energy = ("C", "D") if ventilated else ("C",)
        self._candidate = Held()
        self._trouble = Held()
        self._diode = Held()
        self._last_plain = None
        self._fit_ms = 0
        self._low_ms = 0
        self._sound_ms = None
        self._calm_ms = 0

    # -- told -----------------------------------------------------------------------------------

    def take(self, usable: bool, high_mv: int, low_mv: int, pwm: bool, now_ms: int) -> None:
        """Judge the reading made at ``now_ms`` while the generator gave ``pwm`` or +12 V."""
        letter = band(high_mv, self.state) if usable else None
        low_fits = letter is not None and self._low_fits(letter, low_mv, pwm)
        if low_fits:
            self._low_ms = now_ms
        self._settle(letter, low_fits and now_ms >= self._calm_ms, now_ms)
        self._trouble.take(self._complaint(usable, letter, low_fits, pwm), now_ms)
        self._prove(letter, low_fits, pwm, now_ms)
        if self._is_sound(letter):
            self._sound_ms = now_ms

    def blind(self, now_ms: int) -> None:
        """The pilot is interrupted: nothing can be said of the vehicle, nothing may be closed."""
        self.state = None
        # Another vehicle may be at the line afterwards.
        self.proven = False
        self._sound_ms = None
        for held in (self._candidate, self._trouble, self._diode):
            held.restart(None, now_ms)

    def duty_changed(self, now_ms: int) -> None:
        """The duty was changed: nothing counts towards energy for a while."""
        self._calm_ms = now_ms + timing.BLANK_DUTY_MS
        self._low_ms = now_ms

    def contactor_opened(self, now_ms: int) -> None:
        """The contactor was opened: nothing counts towards energy for a while."""
        self._calm_ms = max(self._calm_ms, now_ms + timing.BLANK_CONTACTOR_MS)

    # -- asked ----------------------------------------------------------------------------------

    @property
    def asks(self) -> bool:
        """The vehicle asks for energy in a way that this connector may answer."""
        return self.state in self._energy

    @property
    def trouble(self) -> str:
        """The name of the fault that the readings show for long enough, or None."""
        held = self._trouble
        if held.value is None or held.for_ms < _TROUBLE_MS[held.value]:
            return None
        return held.value

    def sound(self, now_ms: int) -> bool:
        """Up to this step the line asked without a flaw, in both extremes, for long enough."""
        return self._sound_ms == now_ms

    def low_lost(self, now_ms: int) -> bool:
        """The negative extreme has not been as expected for DIODE_LOST_MS."""
        return now_ms - self._low_ms >= timing.DIODE_LOST_MS

    # -- inside ---------------------------------------------------------------------------------

    def _low_fits(self, letter, low_mv, pwm):
        if letter == "E" or letter == "F":
            return True
        if pwm:
            return _LOW_BOTTOM_MV <= low_mv <= _LOW_TOP_MV
        return band(low_mv, letter) == letter

    def _is_sound(self, letter):
        # A state outlives a spike; a closing must not follow one.
        held = self._candidate
        return letter in self._energy and held.for_ms >= timing.PILOT_DEBOUNCE_MS

    def _settle(self, letter, calm, now_ms):
        state = self.state
        stays = state in self._energy
        if letter in self._energy and not calm:
            self._candidate.restart(letter, now_ms)
        else:
            self._candidate.take(letter, now_ms)
        if letter == state:
            self._fit_ms = now_ms
            return
        if stays and letter in self._energy:
            self._fit_ms = now_ms
        elif state is not None and now_ms - self._fit_ms < timing.PILOT_LEAVE_MS:
            return
        if self._candidate.for_ms >= self._needed_ms(letter, stays):
            self._enter(letter, now_ms)
        elif stays and letter not in self._energy:
            self._enter(None, now_ms)

    def _needed_ms(self, letter, stays):
        if letter in self._energy and not stays:
            return timing.PILOT_DEBOUNCE_MS
        return timing.PILOT_SETTLE_MS

    def _enter(self, letter, now_ms):
        self.state = letter
        self._fit_ms = now_ms
        if letter == "A":
            self.plugged = self.proven = self.direct = False
        elif letter == "B":
            self.plugged, self.direct = True, False
        elif letter == "C" or letter == "D":
            self.plugged = True
            self.direct = self.direct or self._last_plain == "A"
        if letter is not None and letter in "ABCD":
            self._last_plain = letter

    def _complaint(self, usable, letter, low_fits, pwm):
        if not usable:
            return "pilot_silent"
        if letter is None or letter == "F":
            return "pilot_invalid"
        if letter == "E":
            return "pilot_short"
        if not low_fits:
            return "diode" if pwm and letter != "A" else "pilot_invalid"
        return "ventilation" if letter == "D" and "D" not in self._energy else None

    def _prove(self, letter, low_fits, pwm, now_ms):
        if self.trouble == "diode":
            self.proven = False
        shown = pwm and low_fits and now_ms >= self._calm_ms and letter in ("B", "C", "D")
        self._diode.take(shown, now_ms)
        if shown and self.plugged and self._diode.for_ms >= timing.DIODE_PROOF_MS:
            self.proven = True
