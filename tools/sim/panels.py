"""One connector and the station as they are now, for the picture."""

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tools.sim.tape import pilot_text

from host_tests.harness.world.offer import offered_ma  # isort: skip
from host_tests.harness.world.proximity import OPEN_OHM  # isort: skip

# Lines of the connector's panel, its border included, without the list of connectors.
_ROWS = 14
_LAMPS = {
    (0, 0, 0): ("off", "bright_black"),
    (1, 0, 0): ("red", "red"),
    (0, 1, 0): ("green", "green"),
    (0, 0, 1): ("blue", "blue"),
    (1, 1, 0): ("yellow", "yellow"),
    (0, 1, 1): ("cyan", "cyan"),
    (1, 0, 1): ("magenta", "magenta"),
    (1, 1, 1): ("white", "white"),
}


def header(sim) -> Text:
    """Who, where, and whether it is on line."""
    stage, facts = sim.stage, sim.facts
    told = Text(no_wrap=True, overflow="ellipsis")
    told.append(" pilotlight sim ", style="reverse bold")
    told.append(*_on("power", stage.on))
    told.append(*_on("mains", stage.world.mains.on))
    told.append(*_on("network", stage.network.up))
    told.append(*_on("on line", bool(facts and facts["online"])))
    told.append(f" {stage.identity} on {sim.options.target}  ")
    told.append(sim.options.url or stage.csms.url, style="dim")
    return told


def brief(sim, number: int) -> Text:
    """What fits into a terminal that is too small for more."""
    return Text(f"{number}: {_short(sim, number)}; more in a larger terminal; q ends")


def rows(sim) -> int:
    """Lines that ``connector`` takes."""
    count = len(sim.stage.world.connectors)
    return _ROWS + (count if count > 1 else 0)


def connector(sim, number: int) -> Panel:
    """The chosen connector in full, and one line for each when there are several."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    for name, value in _rows(sim, number):
        table.add_row(name, value)
    if len(sim.stage.world.connectors) > 1:
        for other in sim.stage.world.connectors:
            mark = "▶" if other == number else " "
            table.add_row(f"{mark} {other}", _short(sim, other))
    return Panel(table, title=f"connector {number}", title_align="left", border_style="cyan")


def _rows(sim, number: int):
    outlet = sim.stage.world.outlet(number)
    vehicle, contactor, meter = outlet.vehicle, outlet.contactor, outlet.meter
    own = sim.facts["connectors"][number - 1] if sim.facts else None
    yield "vehicle", _vehicle(vehicle)
    yield "pilot", f"{pilot_text(outlet)}  offers {offered_ma(outlet.duty_bp) / 1000:.1f} A"
    yield "cable", _cable(outlet)
    yield "contactor", _contactor(contactor, outlet.second_contactor)
    yield "guarded", _guarded(outlet)
    yield "current", "  ".join(f"{ma / 1000:.1f}" for ma in meter.current_ma) + " A"
    yield "power", f"{meter.power_w} W"
    yield "meter", f"{meter.energy_wh / 1000:.3f} kWh"
    name, style = _LAMPS[tuple(map(bool, outlet.lamp))]
    yield "lamp", Text("● ", style=style).append(name, style="default")
    yield "status", _status(sim, number)
    yield "station", "no power" if own is None else f"{own['phase']}, {own['transaction']}"
    yield "broken", Text(", ".join(sorted(outlet.faults | sim.stage.world.faults)), style="red")


def _vehicle(vehicle) -> str:
    if not vehicle.plugged:
        return "none"
    wish = "wants power" if vehicle.wants else "wants nothing"
    return f"state {vehicle.state}, {wish}, up to {vehicle.max_ma / 1000:g} A"


def _cable(outlet) -> str:
    ohm = outlet.proximity_ohm
    told = "none seen" if ohm >= OPEN_OHM else f"{ohm} ohm"
    return f"{told}, bolt {outlet.lock.word}"


def _contactor(contactor, second) -> Text:
    word, style = ("closed", "bold green") if contactor.closed else ("open", "default")
    told = Text(word, style=style).append(f", L2 L3 {'closed' if second.closed else 'open'}")
    return told.append(f"   {contactor.cycles} times closed", style="dim")


def _guarded(outlet) -> Text:
    """Residual current, earth, temperature and interlock."""
    told = Text()
    told.append(*_fine("residual", not outlet.residual.tripped))
    told.append(*_fine("earth", outlet.earthed))
    told.append(*_fine("interlock", outlet.interlock.held))
    return told.append(f"{outlet.temperature_c:g} °C")


def _fine(name: str, fine: bool) -> tuple[str, str]:
    return f"{name} {'✔' if fine else '✘'}  ", "default" if fine else "bold red"


def _status(sim, number: int) -> str:
    told = sim.statuses.get(number)
    if told is None:
        return "not told yet"
    if told["errorCode"] == "NoError":
        return told["status"]
    return f"{told['status']}: {told['errorCode']}"


def _short(sim, number: int) -> str:
    outlet = sim.stage.world.outlet(number)
    state = "closed" if outlet.contactor.closed else "open"
    return f"{_status(sim, number)}, {outlet.vehicle.state}, {state}, {outlet.meter.power_w} W"


def _on(name: str, on: bool) -> tuple[str, str]:
    return f" {name} {'✔' if on else '✘'} ", "green" if on else "bold red"
