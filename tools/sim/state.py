"""Everything observable, as ``state`` answers it and ``wait`` asks it.

time {now_ms, utc}  power  mains  frequency_mhz  network  card  button  buzzer
faults         those of the station, not of a connector
online         the station has its connection to the back end
restarts       how often the station was reset since the sim began
station        what the firmware says of itself; null without power
connectors.N   the world's: pilot_mv duty_bp vehicle plugged coil closed cycles current_ma
               voltage_mv power_w energy_wh lamp faults proximity_ohm lock residual earth
               temperature_c second_closed pilot_connected; and status, error_code: the last
               that the back end was told; station: what the firmware says
sessions       of our own back end, oldest first; null with a back end elsewhere
"""

from host_tests.harness.csms.times import utc_text


def observe(stage, facts: dict | None, statuses: dict, sessions: list | None) -> dict:
    """``facts`` are the firmware's; ``statuses`` maps a connector to its last notification."""
    state = stage.world.state()
    connectors = state.pop("connectors")
    said = facts["connectors"] if facts else [None] * len(connectors)
    for number, own in zip(connectors, said, strict=True):
        told = statuses.get(int(number)) or {}
        connectors[number]["status"] = told.get("status")
        connectors[number]["error_code"] = told.get("errorCode")
        connectors[number]["station"] = own
    return {
        "time": {"now_ms": state.pop("now_ms"), "utc": utc_text(stage.clock.utc_ms())},
        **state,
        "network": stage.network.up,
        "online": bool(facts and facts["online"]),
        "restarts": stage.restarts,
        "station": facts and {name: facts[name] for name in facts if name != "connectors"},
        "connectors": connectors,
        "sessions": sessions,
    }


def shorten(sessions: list) -> list:
    """Each session with the number of its readings in their place."""
    return [{**session, "values": len(session["values"])} for session in sessions]
