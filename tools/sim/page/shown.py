"""What the page shows of a station: the world, what the firmware says, and what came of both."""

from host_tests.harness.csms.times import utc_text
from host_tests.harness.world.offer import offered_ma
from tools.sim import state
from tools.sim.page.guide import advice

# The least voltage (mV) of the wave's high side that still reads as this state: IEC 61851-1
# table A.4, halfway between the nominal values.
_LEVELS = ((10_500, "A"), (7_500, "B"), (4_500, "C"), (1_500, "D"), (-10_500, "E"))
_SHOWN_OF_BAY = ("phase", "transaction", "tag", "refusal", "offered_ma")


class Shown:
    """Looks at ``sim`` for the page. Knows since when, and from which register, one charges."""

    def __init__(self, sim):
        self._sim = sim
        self._sessions = {}

    def station(self) -> dict:
        """All of it, fit for JSON, always of one shape."""
        sim = self._sim
        seen = state.observe(sim.stage, sim.facts, sim.statuses, None)
        said = seen.pop("station") or {}
        for name in ("now_ms", "frequency_mhz", "sessions", "time"):
            seen.pop(name, None)
        mains = sim.stage.world.mains
        shown = {
            **seen,
            "volts": max(mains.voltage_mv) / 1000 if mains.on else 0,
            "link": said.get("link", ""),
            "registration": said.get("registration"),
            "said_faults": said.get("faults", []),
            "undelivered": said.get("undelivered"),
            "utc": utc_text(sim.stage.clock.utc_ms()),
        }
        shown["connectors"] = {
            number: self._connector(int(number), of) for number, of in seen["connectors"].items()
        }
        shown["advice"] = {number: advice(shown, number) for number in shown["connectors"]}
        return shown

    def row(self) -> dict:
        """One line of it, for the overview of a street."""
        sim = self._sim
        world = sim.stage.world
        outlets = world.connectors.values()
        return {
            "power": sim.stage.on,
            "online": bool(sim.facts and sim.facts["online"]),
            "faults": sorted(world.faults.union(*(outlet.faults for outlet in outlets))),
            "connectors": {str(outlet.number): self._brief(outlet) for outlet in outlets},
        }

    def sample(self) -> dict:
        """connector -> what is plotted: (ms, letter, mA of L1, L2, L3, W, Wh since it is new)."""
        now_ms, sim = self._sim.stage.now_ms, self._sim
        return {
            number: (
                now_ms,
                letter(outlet.pilot_mv),
                *outlet.meter.current_ma,
                outlet.meter.power_w,
                outlet.meter.energy_wh - sim.registers.first_wh(number),
            )
            for number, outlet in sim.stage.world.connectors.items()
        }

    def _connector(self, number, of):
        outlet = self._sim.stage.world.outlet(number)
        vehicle, said = outlet.vehicle, of.pop("station") or {}
        shown = {name: said.get(name) for name in _SHOWN_OF_BAY}
        return {
            **of,
            **shown,
            "letter": letter(outlet.pilot_mv),
            "offer_ma": offered_ma(outlet.duty_bp),
            "wants": vehicle.wants,
            "asleep": vehicle.asleep,
            "max_ma": vehicle.max_ma,
            "phases": vehicle.phases,
            "interlock": outlet.interlock.held,
            "second_fitted": "second_relay" not in self._sim.stage.world.lacks,
            "said_faults": said.get("faults", []),
            "not_monitored": said.get("not_monitored", []),
            "session": self._session(number, shown["transaction"], outlet.meter.energy_wh),
        }

    def _session(self, number, transaction, energy_wh):
        """{ms, wh} of the transaction that runs; None without one."""
        if transaction != "active":
            self._sessions.pop(number, None)
            return None
        now_ms = self._sim.stage.now_ms
        since_ms, from_wh = self._sessions.setdefault(number, (now_ms, energy_wh))
        return {"ms": now_ms - since_ms, "wh": energy_wh - from_wh}

    def _brief(self, outlet):
        told = self._sim.statuses.get(outlet.number) or {}
        return {
            "status": told.get("status"),
            "letter": letter(outlet.pilot_mv),
            "plugged": outlet.vehicle.plugged,
            "closed": outlet.contactor.closed,
            "power_w": outlet.meter.power_w,
            "lamp": list(outlet.lamp),
        }


def letter(pilot_mv: tuple) -> str:
    """How the pilot reads: A to F by its high side."""
    high_mv = pilot_mv[0]
    return next((name for least_mv, name in _LEVELS if high_mv >= least_mv), "F")
