"""What a page is told once: who is here, what can be broken, what may be asked."""

from host_tests.harness.led_loop import FASTEST, SLOWEST
from host_tests.harness.stage import CARD_TAG
from host_tests.harness.world.faults import FAULTS
from host_tests.harness.world.proximity import NOMINAL_OHM
from tools.sim.fields import MOST_AMPS

# A name begins with the part that is broken; parts without such a word of their own.
_PARTS = {"diode": "vehicle", "second": "contactor"}
# What is broken makes no sense where the part is not fitted (world.PARTS).
_NEEDS = {
    "second": "second_relay",
    "proximity": "proximity",
    "lock": "lock",
    "residual": "residual",
    "thermometer": "thermometer",
}


def hello(street) -> dict:
    """Fit for JSON; the same for as long as the sim lasts."""
    first, options = street.first, street.options
    return {
        "stations": [sim.stage.identity for sim in street.sims],
        "connectors": list(first.stage.world.connectors),
        "target": options.target,
        "csms": options.url or first.stage.csms.url,
        "own_csms": first.stage.csms is not None,
        "frames_heard": first.overhears,
        "card": CARD_TAG,
        "most_amps": MOST_AMPS,
        "speeds": [SLOWEST, FASTEST],
        "cables": list(NOMINAL_OHM),
        "lacks": sorted(first.stage.world.lacks),
        "faults": [_fault(*item) for item in FAULTS.items() if _fits(item[0], first.stage.world)],
    }


def _fault(name, fault) -> dict:
    first = name.partition("_")[0]
    return {
        "name": name,
        "part": _PARTS.get(first, first),
        "meaning": fault.description,
        "of_station": fault.of_station,
    }


def _fits(name: str, world) -> bool:
    return _NEEDS.get(name.partition("_")[0]) not in world.lacks
