"""What the messages of the back end take on the emulated microcontroller."""

from tools.bench.session import MeteredStage
from tools.bench.table import Table

_PERIODS = 24
_CARDS = 50
_LATER = "2030-01-01T00:00:00Z"


def _card(number: int) -> dict:
    info = {"status": "Accepted", "expiryDate": _LATER, "parentIdTag": "FAMILY"}
    return {"idTag": f"{number:014X}", "idTagInfo": info}


def _list(version: int, count: int) -> dict:
    cards = [_card(number) for number in range(count)]
    return {"listVersion": version, "updateType": "Full", "localAuthorizationList": cards}


def _profile() -> dict:
    periods = [{"startPeriod": 900 * n, "limit": 6.0 + n} for n in range(_PERIODS)]
    schedule = {
        "startSchedule": "2026-01-01T00:00:00Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": periods,
    }
    profile = {
        "chargingProfileId": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Recurring",
        "recurrencyKind": "Daily",
        "chargingSchedule": schedule,
    }
    return {"connectorId": 1, "csChargingProfiles": profile}


_RESERVATION = {"connectorId": 1, "expiryDate": _LATER, "idTag": "04A1", "reservationId": 1}
# What it is called in the table, action, payload.
STORY = (
    ("TriggerMessage", "TriggerMessage", {"requestedMessage": "Heartbeat"}),
    ("GetConfiguration of one key", "GetConfiguration", {"key": ["HeartbeatInterval"]}),
    ("GetConfiguration of all", "GetConfiguration", {}),
    ("ChangeConfiguration", "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "300"}),
    ("SendLocalList of 1", "SendLocalList", _list(1, 1)),
    (f"SendLocalList of {_CARDS}", "SendLocalList", _list(2, _CARDS)),
    (f"SetChargingProfile of {_PERIODS} periods", "SetChargingProfile", _profile()),
    (
        "GetCompositeSchedule of a day",
        "GetCompositeSchedule",
        {"connectorId": 1, "duration": 86400},
    ),
    ("ReserveNow", "ReserveNow", _RESERVATION),
    ("CancelReservation", "CancelReservation", {"reservationId": 1}),
)


def record(folder, **options) -> Table:
    """Each message in turn, sent to a station that is idle; the story must not be refused."""
    table = Table(
        "The back end's messages on the Cortex-M3",
        ("message", "characters", "instructions", "heap, bytes"),
        note="From the message to its answer: instructions of the longest step, and the most heap"
        " in use above what was alive before, with the garbage of one step. Flash and the frames"
        " of the modem are Python here, C or not there on an ESP32, and most of it.",
    )
    with MeteredStage("qemu", folder, **options) as stage:
        stage.start()
        stage.ready()
        stage.advance(30)
        for name, action, payload in STORY:
            table.rows.append((name, *_measured(stage, action, payload)))
    return table


def _measured(stage, action, payload) -> tuple:
    live = stage.facts()["heap"]["live"]
    before = len(stage.steps)
    pending = stage.csms.call(stage.identity, action, payload)
    stage.until(lambda: pending.done, 60, action)
    status = (pending.result or {}).get("status", "Accepted")
    if pending.error or status != "Accepted":
        raise ValueError(f"{action}: {pending.error or status}")
    steps = stage.steps[before:]
    took = max(step.instructions for step in steps)
    return len(pending.text()), took, max(step.used for step in steps) - live
