"""The commands of scripts, of the control port and of the keyboard: one JSON object each.

``parse`` takes a line apart and judges it without touching anything; ``carry_out`` does it. A
command that takes time gives a Later, which is asked after each step until it has an answer.
"""

import json
from collections.abc import Callable

from tools.sim import bill
from tools.sim.conditions import Condition
from tools.sim.errors import Refused
from tools.sim.fields import check
from tools.sim.tape import NOTE

REQUIRED = object()
PATIENCE_S = 60
CARD = "04A1B2C3D4E580"


class Command:
    """A line that is understood: ``do`` with ``fields``, defaults filled in."""

    def __init__(self, do: str, fields: dict):
        self.do = do
        self.fields = fields


class Later:
    """``look(state)`` gives the answer, or None while there is none.

    ``asks_station``: the state must hold what the firmware says in this very step.
    """

    def __init__(self, look: Callable[[dict], dict | None], asks_station: bool = False):
        self.look = look
        self.asks_station = asks_station


def parse(line: str, connectors: int) -> Command:
    """The command in ``line``; Refused naming what was expected."""
    told = _object(line)
    do = told.pop("do", None)
    if not isinstance(do, str) or do not in COMMANDS:
        raise Refused(f'"do": expected one of {", ".join(COMMANDS)}, not {json.dumps(do)[:80]}')
    known = COMMANDS[do][1]
    for name in told:
        if name not in known:
            raise Refused(f"{do} has no {name[:40]!r}; expected {', '.join(known) or 'nothing'}")
    return Command(do, {**_defaults(do, told), **_checked(told, connectors)})


def carry_out(sim, command: Command) -> dict | Later:
    """What it answers beside "ok"; Refused when it makes no sense now."""
    try:
        return COMMANDS[command.do][0](sim, **_python_names(command.fields)) or {}
    except ValueError as error:  # the world's own
        raise Refused(str(error)) from None
    except RecursionError:
        raise Refused(f"{command.do}: nested too deep") from None


def _object(line: str) -> dict:
    try:
        told = json.loads(line)
    except RecursionError:
        raise Refused("a JSON object expected, not one so deep") from None
    except ValueError as error:
        raise Refused(f"a JSON object expected: {error}") from None
    if not isinstance(told, dict):
        raise Refused(f'a JSON object with "do" expected, not {json.dumps(told)[:80]}')
    return told


def _defaults(do: str, told: dict) -> dict:
    known = COMMANDS[do][1]
    missing = [name for name, value in known.items() if value is REQUIRED and name not in told]
    if missing:
        raise Refused(f'{do}: "{missing[0]}" expected')
    return {name: value for name, value in known.items() if value is not REQUIRED}


def _checked(told: dict, connectors: int) -> dict:
    return {name: check(name, value, connectors) for name, value in told.items()}


def _python_names(fields: dict) -> dict:
    return {"wanted" if name == "for" else name: value for name, value in fields.items()}


# -- the commands -------------------------------------------------------------------------------


def _vehicle(sim, connector):
    return sim.stage.world.outlet(connector).vehicle


def _plug_in(sim, connector, amps, phases, asks, cable_a, asleep, ventilation):
    _vehicle(sim, connector).plug_in(
        amps, phases, asks, cable_a=cable_a, asleep=asleep, ventilation=ventilation
    )


def _unplug(sim, connector):
    _vehicle(sim, connector).unplug()


def _request_power(sim, connector, amps, phases):
    _vehicle(sim, connector).request_power(amps, phases)


def _stop_power(sim, connector):
    _vehicle(sim, connector).stop_power()


def _present_card(sim, uid, id_tag):
    if uid is not None and id_tag is not None:
        raise Refused('present_card: either "uid" or "id_tag" expected, not both')
    if id_tag is None:
        sim.stage.world.cards.present(bytes.fromhex(uid or CARD))
    else:
        _must_have_power(sim)
        sim.inputs["tag"] = id_tag


def _fault(sim, name, connector):
    sim.stage.world.fault(name, connector)


def _clear_fault(sim, name, connector):
    sim.stage.world.clear_fault(name, connector)


def _network(sim, up):
    sim.stage.network.up = up


def _mains(sim, on):
    sim.stage.world.mains.switch(on)


def _voltage(sim, volts):
    mains = sim.stage.world.mains
    mains.set_voltage([round(volts * 1000)] * mains.phases + [0] * (3 - mains.phases))


def _temperature(sim, celsius, connector):
    sim.stage.world.outlet(connector).temperature_c = celsius


def _press_button(sim, seconds):
    sim.stage.world.press_button(round(seconds * 1000))


def _power_cut(sim):
    _must_have_power(sim)
    sim.stage.power_cut()


def _power_on(sim, vehicles):
    if sim.stage.on:
        raise Refused("power_on: the station has power already")
    if not vehicles:
        for outlet in sim.stage.world.connectors.values():
            if outlet.vehicle.plugged:
                outlet.vehicle.unplug()
    sim.stage.start()


def _must_have_power(sim):
    if not sim.stage.on:
        raise Refused("the station has no power: power_on expected first")


def _state(sim):
    return {"state": sim.look(with_sessions=True)}


def _wait(sim, wanted, timeout_s):
    condition = Condition(wanted, sim.look(with_sessions=True))
    end_ms = sim.stage.now_ms + int(timeout_s * 1000)

    def look(state):
        if condition.holds(state):
            return {"ok": True}
        if sim.stage.now_ms < end_ms:
            return None
        error = f"did not come true within {timeout_s} s: {json.dumps(wanted)}"
        return {"ok": False, "error": error, "found": condition.found(state)}

    return Later(look, condition.asks_station)


def _sleep(sim, seconds):
    end_ms = sim.stage.now_ms + int(seconds * 1000)
    return Later(lambda state: {"ok": True} if sim.stage.now_ms >= end_ms else None)


def _call(sim, action, payload):
    csms = sim.own_back_end("call")
    if not csms.online(sim.stage.identity):
        raise Refused("call: the station is not connected to the back end")
    pending = csms.call(sim.stage.identity, action, payload)

    def look(state):
        if not pending.done:
            return None
        if pending.error is None:
            return {"ok": True, "result": pending.result}
        return {"ok": False, "error": f"{action}: {pending.error[0]}: {pending.error[1]}"}

    return Later(look)


def _console(sim, request):
    """The station's service line (firmware/chargepoint/service.py): its answer."""
    _must_have_power(sim)
    console = sim.stage.wiring.console
    console.ask(request)
    end_ms = sim.stage.now_ms + PATIENCE_S * 1000

    def look(state):
        if console.asking.answer is not None:
            return {"ok": True, "answer": console.asking.answer}
        if sim.stage.now_ms < end_ms:
            return None
        return {"ok": False, "error": f"the station did not answer within {PATIENCE_S} s"}

    return Later(look)


def _session(sim, connector):
    sim.own_back_end("session")
    found = bill.of_last_session(sim, connector)
    for line in bill.lines(found):
        sim.tape.tell(NOTE, line)
    return found


def _speed(sim, times):
    sim.stage.loop.speed = times


def _quit(sim):
    sim.end(0)


# do -> (function, {field: default or REQUIRED})
COMMANDS = {
    "plug_in": (
        _plug_in,
        {
            "connector": 1,
            "amps": 32,
            "phases": 3,
            "asks": True,
            "cable_a": 32,
            "asleep": False,
            "ventilation": False,
        },  # fmt: skip
    ),
    "unplug": (_unplug, {"connector": 1}),
    "request_power": (_request_power, {"connector": 1, "amps": None, "phases": None}),
    "stop_power": (_stop_power, {"connector": 1}),
    "present_card": (_present_card, {"uid": None, "id_tag": None}),
    "fault": (_fault, {"name": REQUIRED, "connector": 1}),
    "clear_fault": (_clear_fault, {"name": REQUIRED, "connector": 1}),
    "network": (_network, {"up": REQUIRED}),
    "mains": (_mains, {"on": REQUIRED}),
    "voltage": (_voltage, {"volts": REQUIRED}),
    "temperature": (_temperature, {"celsius": REQUIRED, "connector": 1}),
    "press_button": (_press_button, {"seconds": 0.3}),
    "power_cut": (_power_cut, {}),
    "power_on": (_power_on, {"vehicles": True}),
    "state": (_state, {}),
    "wait": (_wait, {"for": REQUIRED, "timeout_s": PATIENCE_S}),
    "quit": (_quit, {}),
    "speed": (_speed, {"times": REQUIRED}),
    # What scripts need besides.
    "sleep": (_sleep, {"seconds": REQUIRED}),
    "call": (_call, {"action": REQUIRED, "payload": {}}),
    "console": (_console, {"request": REQUIRED}),
    "session": (_session, {"connector": 1}),
}


def summary() -> str:
    """Each command with its fields and what they are when not told, a line each."""
    return "\n".join(
        f"    {do:14}{_told(fields)}".rstrip() for do, (_, fields) in COMMANDS.items()
    )


def _told(fields: dict) -> str:
    shown = [
        name if value in (REQUIRED, None) else f"{name}={json.dumps(value)}"
        for name, value in fields.items()
    ]
    return "  ".join(shown)
