"""The emulated vehicle as a test device: in the world of a stage, or of a running sim."""

from host_tests.harness.pace import STEP_MS
from tools.commission.device import Device, Gone

_CARD = "04A1B2C3D4E580"
_OPEN_WITHIN_MS = 8000


class Emulated(Device):
    """``hands`` has ``do(command, **fields)`` and ``look() -> the connector's state``.

    The faults of the switches are those of the world, by name.
    """

    name = "the emulated vehicle"

    def __init__(self, hands, card: str = _CARD):
        self._hands = hands
        self._card = card
        self._on: set = set()
        self._opened_ms: int | None = None

    def plug(self, cable_a):
        self._plug(cable_a, False)

    def unplug(self):
        for name in sorted(self._on):
            self._fault(name, False)
        if self._hands.look()["plugged"]:
            self._hands.do("unplug")

    def state(self, letter):
        looked = self._hands.look()
        if letter == "D":
            self._hands.do("unplug")
            self._plug(32, True)
            self._hands.do("request_power", amps=16, phases=3)
        elif letter == "C":
            self._hands.do("request_power", amps=16, phases=3)
        elif looked["vehicle"] in ("C", "D"):
            self._timed(lambda: self._hands.do("stop_power"), from_leaving=True)

    def draw(self, amps, phases):
        self._hands.do("request_power", amps=amps, phases=phases)
        return amps * phases * 230

    def card(self):
        self._hands.do("present_card", uid=self._card)
        return self._card

    def short(self, on):
        self._switch("pilot_earth_short", on)

    def bridge_diode(self, on):
        self._switch("diode_missing", on)

    def break_earth(self, on):
        self._switch("earth_open", on)

    def leak(self, on):
        self._switch("residual_current", on)
        return True

    def duty_bp(self):
        return self._hands.look()["duty_bp"]

    def live(self):
        looked = self._hands.look()
        others = looked["second_closed"] if looked.get("has_second", True) else looked["closed"]
        fed = [mv > 0 for mv in looked["voltage_mv"]]
        return [
            on and closed
            for on, closed in zip(fed, (looked["closed"], others, others), strict=True)
        ]

    def held(self):
        return self._hands.look()["lock"] == "in"

    def opening_ms(self):
        return self._opened_ms

    def _plug(self, cable_a, ventilation):
        self._hands.do("plug_in", amps=16, asks=False, cable_a=cable_a, ventilation=ventilation)

    def _switch(self, name, on):
        if on:
            self._timed(lambda: self._fault(name, True))
        else:
            self._fault(name, False)

    def _fault(self, name, on):
        # One that was there before belongs to the world under test, and stays.
        present = name in self._hands.faults()
        if on and not present:
            self._hands.do("fault", name=name)
            self._on.add(name)
        elif not on and name in self._on:
            self._hands.do("clear_fault", name=name)
            self._on.discard(name)

    def _timed(self, action, from_leaving=False):
        self._opened_ms = self._hands.time_opening(action, from_leaving)


class OnStage:
    """The hands in a stage's world, connector ``number``."""

    def __init__(self, stage, number: int = 1):
        self._stage = stage
        self._number = number

    @property
    def _outlet(self):
        return self._stage.world.connectors[self._number]

    def do(self, command: str, **fields) -> None:
        """A command, by the names of the sim's."""
        self._stage.pace.wake()
        vehicle, world = self._outlet.vehicle, self._stage.world
        if command == "present_card":
            world.cards.present(bytes.fromhex(fields["uid"]))
        elif command == "fault":
            world.fault(fields["name"], self._number)
        elif command == "clear_fault":
            world.clear_fault(fields["name"], self._number)
        else:
            getattr(vehicle, command)(**fields)

    def look(self) -> dict:
        """The outlet as it is."""
        return {
            **self._outlet.state(),
            "has_second": "second_relay" not in self._stage.world.lacks,
        }

    def faults(self) -> set:
        """The faults that there are now."""
        return set(self._outlet.faults) | self._stage.world.faults

    def time_opening(self, action, from_leaving: bool) -> int | None:
        """Do ``action``; the ms until no contact is closed, None when they stay.

        They count from now, or from the vehicle's leaving of C: it ramps down first.
        """
        stage, outlet = self._stage, self._outlet
        began_ms = None if from_leaving else stage.now_ms
        end_ms = stage.now_ms + _OPEN_WITHIN_MS
        action()
        if not _is_closed(outlet):
            return None
        while _is_closed(outlet) and stage.now_ms < end_ms:
            if began_ms is None and outlet.vehicle.state not in ("C", "D"):
                began_ms = stage.now_ms
            stage.step(stage.now_ms + STEP_MS)
        return None if began_ms is None or _is_closed(outlet) else stage.now_ms - began_ms


def _is_closed(outlet):
    return outlet.contactor.closed or outlet.second_contactor.closed


class OverControl:
    """The hands at a sim's ``--control``: ``ask(command) -> answer``, connector ``number``."""

    def __init__(self, ask, number: int = 1):
        self._ask = ask
        self._number = number

    def do(self, command: str, **fields) -> None:
        """A command; Gone with the sim's words when it is refused."""
        if command != "present_card":
            fields["connector"] = self._number
        answer = self._ask({"do": command, **fields})
        if not answer.get("ok"):
            raise Gone(f"the sim refuses {command}: {answer.get('error')}")

    def look(self) -> dict:
        """The outlet as it is."""
        state = self._ask({"do": "state"})["state"]
        return state["connectors"][str(self._number)]

    def faults(self) -> set:
        """The faults that there are now."""
        return set(self.look()["faults"])

    def time_opening(self, action, from_leaving: bool) -> None:
        """Over this line nothing can be timed."""
        action()
