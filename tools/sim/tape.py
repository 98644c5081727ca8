"""What happens, as lines for whoever shows them: the narrator or the picture."""

from collections.abc import Callable

from tools.sim.frames import Reader
from tools.sim.hint import advise

# Kinds of lines.
WORLD, STATION, SENT, RECEIVED, PERSON, NOTE = (
    "world",
    "station",
    "csms →",
    "→ csms",
    "person",
    "note",
)


class Tape:
    """``now_ms()`` is the sim's time. ``listeners`` are called with (at_ms, kind, text).

    ``frame_listeners``: with (at_ms, direction, kind, action, what it says, raw) for each message.
    """

    def __init__(self, now_ms: Callable[[], int]):
        self._now_ms = now_ms
        self._reader = Reader()
        self._seen = {}
        self._trouble = None
        self.listeners: list[Callable[[int, str, str], None]] = []
        self.frame_listeners: list[Callable] = []

    @property
    def statuses(self) -> dict:
        """connector -> the last StatusNotification that passed."""
        return self._reader.statuses

    def tell(self, kind: str, text: str) -> None:
        """One line."""
        for listener in self.listeners:
            listener(self._now_ms(), kind, text)

    def frame(self, direction: str, raw) -> None:
        """A message passed; ``direction`` as the back end sees it."""
        kind, action, text = self._reader.read(direction, raw)
        for listener in self.frame_listeners:
            listener(self._now_ms(), direction, kind, action, text, raw)
        self.tell(RECEIVED if direction == "received" else SENT, text)

    def link(self, facts: dict | None) -> None:
        """Tell why there is no connection to the back end, once for each reason."""
        trouble = facts["link"] if facts and not facts["online"] else None
        if trouble and trouble != self._trouble:
            self.tell(NOTE, f"no connection to the back end: {advise(trouble)}")
        self._trouble = trouble

    def world(self, world) -> None:
        """Tell what changed in the world since the last look."""
        for number, outlet in world.connectors.items():
            for name, (value, text) in _sights(outlet).items():
                before = self._seen.get((number, name))
                self._seen[number, name] = value
                if before not in (None, value):
                    self.tell(WORLD, f"connector {number}: {text}")


def pilot_text(outlet) -> str:
    """The pilot in volts, the duty and what it offers."""
    high_v, low_v = (round(level_mv / 1000, 1) for level_mv in outlet.pilot_mv)
    if not 0 < outlet.duty_bp < 10_000:
        return f"{high_v:+g} V steady"
    return f"{high_v:+g} / {low_v:+g} V, {outlet.duty_bp / 100:.1f} %"


def _sights(outlet) -> dict:
    """name -> (what is compared, how it is told)."""
    closed = outlet.contactor.closed
    second, tripped = outlet.second_contactor.closed, outlet.residual.tripped
    steady = not 0 < outlet.duty_bp < 10_000
    pilot = (outlet.vehicle.state, steady)
    return {
        "plugged": (outlet.vehicle.plugged, _plug_text(outlet.vehicle)),
        "pilot": (pilot, f"state {outlet.vehicle.state}, pilot {pilot_text(outlet)}"),
        "contactor": (closed, f"contactor {'closed' if closed else 'open'}"),
        "second": (second, f"contactor of L2 and L3 {'closed' if second else 'open'}"),
        "lock": (outlet.lock.engaged, f"plug {'locked' if outlet.lock.engaged else 'free'}"),
        "residual": (tripped, f"residual-current monitor {'trips' if tripped else 'is quiet'}"),
        "faults": (sorted(outlet.faults), _fault_text(outlet)),
    }


def _plug_text(vehicle) -> str:
    if not vehicle.plugged:
        return "vehicle unplugged"
    return f"vehicle plugged in, up to {vehicle.max_ma / 1000:g} A on {vehicle.phases} phases"


def _fault_text(outlet) -> str:
    return f"broken: {', '.join(sorted(outlet.faults)) or 'nothing any more'}"
