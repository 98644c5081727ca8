"""A trial: the station, the test device and the back end, and what a step does with them."""

from tools.commission.measure import Measure, holds
from tools.commission.station import Away

# How long a station that lost its power may stay away before a step gives up, in s.
AWAY_S = 180
_CABLE_A = 32
_ONLINE_S = 120
_MOST_SAMPLES = 4000


class Interrupted(Exception):
    """The station started anew in the middle of a step: the step is done again."""


class Lost(Exception):
    """The station stays away."""


class Trial:
    """``connector`` is 1..; ``say(text)`` tells a person what is waited for.

    ``measures`` are those of the step that runs; ``power`` and ``pilot`` are what the plots of the
    report are made of; ``kept`` is what a later step wants to know (it is in the state file).
    """

    def __init__(self, station, device, back_end, pace, connector: int = 1, say=lambda text: None):
        self.station = station
        self.device = device
        self.back_end = back_end
        self.pace = pace
        self.number = connector
        self.say = say
        self.on_facts = lambda connector: None
        self.settings: dict = {}
        self.order: dict = {}
        self.kept: dict = {}
        self.measures: list = []
        self.power: list = []
        self.pilot: list = []
        self._boot = None
        self._accepted = False

    # -- what is found --------------------------------------------------------------------------

    def note(self, *measures: Measure) -> bool:
        """Take these into the step's result; True when none of them failed."""
        self.measures += measures
        return all(measure.verdict != "failed" for measure in measures)

    def begin(self) -> None:
        """A step begins."""
        self.measures = []

    # -- looking --------------------------------------------------------------------------------

    def facts(self) -> dict:
        """The station's facts, at once. Away when it does not answer; Interrupted when it has
        started anew since it was last asked."""
        facts = self.station.facts()
        boot, before = facts["journal"]["boot"], self._boot
        self._boot = boot
        self._accepted = facts["online"] and facts["registration"] == "accepted"
        self._sample(facts)
        if before not in (None, boot):
            raise Interrupted
        return facts

    def look(self) -> dict:
        """The facts of the connector under test; a station that is away is waited for."""
        return self.whole()["connectors"][self.number - 1]

    def whole(self) -> dict:
        """All facts; a station that is away is waited for: Lost after AWAY_S."""
        end_s = self.pace.now_s() + AWAY_S
        while True:
            try:
                return self.facts()
            except Away as error:
                if self.pace.now_s() >= end_s:
                    raise Lost(f"the station does not answer: {error}") from None
                self.say(f"the station does not answer ({error}): waiting")
                self.pace.wait(1)

    def facts_of_connector(self) -> dict:
        """As ``look``, with the station's ``now_ms`` beside it."""
        whole = self.whole()
        return {**whole["connectors"][self.number - 1], "now_ms": whole["now_ms"]}

    def until(self, condition, timeout_s: float, what: str = "", poll_s: float = 0) -> bool:
        """Wait until ``condition(connector's facts)``; False when it never comes true.

        At the end of the time a person is asked whether the device was set at all.
        """
        if what:
            self.say(f"waiting for: {what}")
        while True:
            now_s = self.pace.now_s()
            end_s = now_s + timeout_s
            while not condition(self.look()):
                # As it was before the look: a laptop that slept looks once more.
                if now_s >= end_s:
                    break
                self.pace.wait(poll_s or self.pace.poll_s)
                now_s = self.pace.now_s()
            else:
                return True
            if not what or not self.device.doubts(what):
                return False

    def watch(self, seconds: float) -> None:
        """Let time pass, looking on (the plots want samples)."""
        self.until(lambda connector: False, seconds, poll_s=1 if seconds > 5 else 0)

    # -- leading --------------------------------------------------------------------------------

    def rest(self) -> bool:
        """Nothing plugged in, and the station ready for the next; False when it stays busy."""
        self.device.unplug()
        return self.until(_is_idle, 40, "" if _is_idle(self.look()) else "nothing plugged in")

    def online(self, timeout_s: float) -> bool:
        """The back end has accepted the station: a restart may have parted them."""
        return self.until(lambda connector: self._accepted, timeout_s)

    def authorised(self, cable_a: int = _CABLE_A) -> bool:
        """A vehicle is plugged in, and a transaction runs for it: by the card, or for free."""
        if self.look()["transaction"] == "active":
            return True
        if not self.rest():
            return False
        self.device.plug(cable_a)
        if not self.until(lambda c: c["pilot"] in ("B", "C"), self.device.patience_s, "a vehicle"):
            return False
        if not self.is_free():
            self.online(_ONLINE_S)
            self.device.card()
        wait_s = self.device.patience_s + 30
        return self.until(lambda c: c["transaction"] == "active", wait_s, "a transaction")

    def charging(self) -> bool:
        """Energy flows: plugged in, authorised, in state C, and the contactor closed."""
        if self.look()["energised"]:
            return True
        if not self.authorised():
            return False
        self.device.state("C")
        wait_s = self.device.patience_s + 15
        self.until(lambda c: c["energised"] or bool(c["faults"]), wait_s, "energy")
        return self.look()["energised"]

    def must(self, reached: bool, what: str, remedy: str) -> bool:
        """A step that can't begin has failed; the station's own words say why."""
        if not reached:
            self.note(holds(what, False, self.why(), what, remedy))
        return reached

    def why(self) -> str:
        """Why no energy flows, in the station's words."""
        connector, whole = self.look(), self.whole()
        faults = connector["faults"] + whole["faults"]
        if faults:
            return "faults: " + ", ".join(faults)
        words = {
            "pilot": connector["pilot"],
            "phase": connector["phase"],
            "refused because of": connector["refusal"],
        }
        return ", ".join(f"{name} {value}" for name, value in words.items() if value)

    # -- what is ordered ------------------------------------------------------------------------

    def is_free(self) -> bool:
        """No card is wanted here."""
        return self.settings.get("FreeCharging", "false") == "true"

    def phases(self) -> int:
        """1 or 3 that a vehicle gets."""
        single = self.settings.get("SinglePhase") == "true"
        return 1 if single else int(self.settings.get("Phases", "3"))

    def limit_a(self) -> int:
        """Amperes per phase that the station may offer."""
        return int(self.settings.get("SupplyLimit", "32"))

    def _sample(self, facts):
        connector = facts["connectors"][self.number - 1]
        self.on_facts(connector)
        meter = connector["meter"]
        if "power_w" in meter and len(self.power) < _MOST_SAMPLES:
            taken_ms = facts["now_ms"] - meter["age_ms"]
            if not self.power or self.power[-1][0] < taken_ms:
                self.power.append([taken_ms, meter["power_w"] or 0])

    def see_pilot(self, state: str, connector: dict, duty_bp: int | None = None) -> None:
        """A state for the report's plot of the wave."""
        high_mv, low_mv = connector["pilot_mv"]
        if high_mv is not None:
            self.pilot.append({"state": state, "high_mv": high_mv, "low_mv": low_mv,
                               "duty_bp": duty_bp})  # fmt: skip


def _is_idle(connector):
    """Nothing plugged in, and the cable that was there forgotten."""
    empty = connector["pilot"] == "A" and not connector["parts"].get("cable_ma")
    return empty and connector["phase"] == "free"
