"""The world of one station, in virtual time: the way in to everything in this folder.

    world = World(connectors=1, seed=7)
    world.connectors[1].vehicle.plug_in(amps=16)
    world.cards.present(bytes.fromhex("04a1b2c3"))
    world.advance_to(5_000)

The station itself is not in here: it is wired to the outlets (wiring.py).
"""

import random
from collections.abc import Callable, Collection

from .cards import Cards
from .faults import look_up
from .mains import Mains
from .outlet import Outlet
from .schedule import Event, Schedule

# The parts that a station may lack, by the names that are provisioned on the desk's boards.
PARTS = (
    "second_relay", "proximity", "lock", "residual", "earth", "thermometer", "interlock",
    "button", "buzzer", "feedback",
)  # fmt: skip


class World:
    """``connectors`` maps 1.. to outlets; ``random`` is seeded, nothing else is by chance.

    ``lacks`` names parts that the station does not have, of PARTS; ValueError for another name.
    ``fault_hooks`` are called with (name, connector or 0, present) after a fault came or went.
    """

    def __init__(
        self, connectors: int = 1, seed: int = 0, phases: int = 3, lacks: Collection[str] = ()
    ):
        unknown = sorted(set(lacks) - set(PARTS))
        if unknown:
            raise ValueError(f"no part is called {unknown[0]!r}; there are {', '.join(PARTS)}")
        if connectors < 1:
            raise ValueError(f"a station has 1 connector or more, not {connectors}")
        self._schedule = Schedule()
        self.random = random.Random(seed)
        self.lacks = frozenset(lacks)
        self.mains = Mains(phases)
        # The technician's button is held down; the buzzer sounds.
        self.button = False
        self.buzzer = False
        self.cards = Cards(self._schedule)
        self.connectors = {
            number: Outlet(number, self._schedule, self.mains, self.lacks)
            for number in range(1, connectors + 1)
        }
        self.powered = True
        self.faults: set[str] = set()
        self.fault_hooks: list[Callable[[str, int, bool], None]] = []
        self.mains.before_change = self._settle
        self.mains.after_change = self._refresh

    # -- time -----------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Virtual time."""
        return self._schedule.now_ms

    def at(self, due_ms: int, action: Callable[[], None]) -> Event:
        """Plan ``action`` for ``due_ms``."""
        return self._schedule.at(due_ms, action)

    def after(self, delay_ms: int, action: Callable[[], None]) -> Event:
        """Plan ``action`` for ``delay_ms`` from now."""
        return self._schedule.after(delay_ms, action)

    def next_event_ms(self) -> int | None:
        """When something will happen by itself next; None: never."""
        return self._schedule.next_event_ms()

    def advance_to(self, now_ms: int) -> None:
        """Let time pass until ``now_ms``."""
        self._schedule.advance_to(now_ms)

    # -- what may go wrong ----------------------------------------------------------------------

    def power(self, on: bool) -> None:
        """Cut or restore the supply of the station's electronics; the mains stays."""
        self.powered = on
        for outlet in self.connectors.values():
            outlet.power(on)

    def press_button(self, duration_ms: int = 300) -> None:
        """A technician pushes the button for so long."""
        self.button = True
        self.after(duration_ms, lambda: setattr(self, "button", False))

    def fault(self, name: str, connector: int = 1) -> None:
        """Break something; ValueError for an unknown name or connector."""
        self._set_fault(name, connector, True)

    def clear_fault(self, name: str, connector: int = 1) -> None:
        """Mend it; harmless when it is whole."""
        self._set_fault(name, connector, False)

    def outlet(self, connector: int) -> Outlet:
        """Connector ``connector``; ValueError naming those that there are."""
        if connector not in self.connectors:
            count = len(self.connectors)
            raise ValueError(f"there is no connector {connector!r}, they are 1..{count}")
        return self.connectors[connector]

    # -- facts ----------------------------------------------------------------------------------

    def state(self) -> dict:
        """Everything observable, fit for JSON."""
        uid = self.cards.present_uid
        return {
            "now_ms": self.now_ms,
            "power": self.powered,
            "mains": self.mains.on,
            "frequency_mhz": self.mains.frequency_mhz,
            "card": uid.hex() if uid else None,
            "button": self.button,
            "buzzer": self.buzzer,
            "faults": sorted(self.faults),
            "connectors": {str(n): outlet.state() for n, outlet in self.connectors.items()},
        }

    def _set_fault(self, name, connector, present):
        fault = look_up(name)
        outlet = None if fault.of_station else self.outlet(connector)
        flags = self.faults if outlet is None else outlet.faults
        if (name in flags) == present:
            return
        (flags.add if present else flags.discard)(name)
        if fault.apply is not None:
            fault.apply(outlet, present)
            outlet.refresh()
        for hook in self.fault_hooks:
            hook(name, outlet.number if outlet else 0, present)

    def _settle(self):
        for outlet in self.connectors.values():
            outlet.settle()

    def _refresh(self):
        for outlet in self.connectors.values():
            outlet.refresh()
