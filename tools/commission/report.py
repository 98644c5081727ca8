"""The report: one JSON object of everything, of which page and paper are made; its signature.

It holds integers and texts only, so that its canonical text is the same everywhere. The
inspector's part stays empty: what is written into it is not the station's to sign.
"""

from datetime import UTC, datetime

from tools.commission import measure, remedies, signature
from tools.commission.steps import STEPS

# name in the report -> setting
_SETTINGS = {
    "identity": "Identity",
    "firmware": "FirmwareVersion",
    "model": "ChargePointModel",
    "supply_limit_a": "SupplyLimit",
    "max_current_a": "MaxCurrent",
    "phases": "Phases",
    "phase_rotation": "ConnectorPhaseRotation",
    "earthing": "Earthing",
    "limit_locked": "SupplyLimitLock",
    "free_charging": "FreeCharging",
    "back_end": "CentralSystemUrl",
}
# What an inspector fills in, by hand (IEC 60364-6; the words of reference/back-ends.md).
INSPECTOR = (
    "earth resistance (ohm)",
    "insulation resistance (Mohm)",
    "continuity of the protective conductor (ohm)",
    "fault loop impedance (ohm)",
    "main differential: type, rated residual current, trip time (ms)",
    "circuit breaker: curve, rated current; section and length of the cable",
    "verdict, name, signature, date",
)
_MOST_TEXT = 2000


def make(trial, record, unit: dict, person: dict) -> dict:
    """Everything, not yet signed. ``person``: technician, place, notes (any text, or none)."""
    settings = trial.settings
    connector = trial.look()
    steps = [_step(step, record.results.get(step.key)) for step in STEPS]
    failed = [step["title"] for step in steps if step["verdict"] == measure.FAILED]
    undone = [step["title"] for step in steps if _is_open(step)]
    return {
        "format": signature.FORMAT,
        "unit": unit["serial"],
        "connector": trial.number,
        **{name: settings.get(key, "") for name, key in _SETTINGS.items()},
        "board": str(unit.get("board", "")),
        "residual_current": _residual(connector),
        "meter": {name: connector["meter"].get(name) or "" for name in ("make", "serial")},
        "not_monitored": connector["not_monitored"],
        "device": {"name": trial.device.name, "serial": trial.device.serial},
        "recorded_by": trial.back_end.name,
        "began": _text(record.began_s),
        "made": _text(trial.pace.utc_s()),
        "station_time": _text(trial.whole()["utc_s"] or 0),
        "technician": _short(person.get("technician")),
        "place": _short(person.get("place")),
        "notes": _short(person.get("notes")),
        "verdict": measure.FAILED if failed or undone else measure.PASSED,
        "failed": failed,
        "not_done": undone,
        "steps": steps,
        "plots": record.plots,
    }


def sign(report: dict, station) -> dict:
    """The same, with the station's signature."""
    return {**report, "signature": station.sign(signature.line_of(report))}


def head(report: dict) -> list:
    """(name, value) of the table at the report's top, for page and paper."""
    meter = f"{report['meter']['make']}, serial number {report['meter']['serial'] or 'unknown'}"
    limit = f"{report['supply_limit_a']} A per phase, {report['phases']} phases"
    if report["limit_locked"] == "true":
        limit += ", locked with the technician's code"
    return [
        ("Unit", report["unit"]),
        ("Identity", f"{report['identity']}, connector {report['connector']}"),
        ("Model, board", ", ".join(filter(None, (report["model"], report["board"])))),
        ("Firmware", report["firmware"]),
        ("Rated current", limit),
        ("Earthing", report["earthing"] or "not told"),
        ("Residual current", report["residual_current"]),
        ("Meter", meter),
        ("Not monitored", ", ".join(report["not_monitored"]) or "nothing: all parts are there"),
        ("Test device", " ".join(filter(None, report["device"].values()))),
        ("Session recorded by", report["recorded_by"]),
        ("Technician", report["technician"] or "not told"),
        ("Place", report["place"] or "not told"),
        ("Begun, reported", f"{report['began']}, {report['made']} (this computer's clock)"),
        ("Station's clock", report["station_time"]),
    ]


def summary(report: dict) -> str:
    """The verdict in one sentence, for the top."""
    failed, undone = report["failed"], report["not_done"]
    if report["verdict"] == measure.PASSED:
        return "Passed: every step that this charge point must pass has passed."
    told = f"FAILED: {', '.join(failed)}." if failed else "NOT COMPLETE."
    return told + (f" Not done: {', '.join(undone)}." if undone else "")


def to_do(report: dict) -> list:
    """(what failed, what to do about it), each remedy once, in the order of the steps."""
    found: dict = {}
    for step in report["steps"]:
        for each in step["measures"]:
            if each["verdict"] == measure.FAILED and each["remedy"] not in found:
                told = f"{step['title']}: {each['what']}: {each['measured']}."
                found[each["remedy"]] = told
    return [(told, remedy) for remedy, told in found.items()]


def _step(step, result):
    row = {"key": step.key, "title": step.title, "does": step.does, "required": step.required}
    if result is None:
        return {**row, "verdict": measure.NOT_DONE, "reason": "not reached", "excused": False,
                "measures": [], "began": "", "ended": ""}  # fmt: skip
    return {
        **row, "verdict": result["verdict"], "reason": result["reason"],
        "excused": result["excused"], "measures": result["measures"],
        "began": _text(result["began_s"]), "ended": _text(result["ended_s"]),
    }  # fmt: skip


def _is_open(step):
    """It still has to be done: nothing excuses it."""
    return step["verdict"] == measure.NOT_DONE and not step["excused"]


def _residual(connector):
    verdict = connector["parts"]["self_test"]["residual current"]
    if verdict == measure.NOT_MONITORED:
        return f"not monitored in the station: {remedies.INSTEAD['residual current']}"
    return f"monitored in the station, self-test: {verdict}"


def _text(utc_s):
    return datetime.fromtimestamp(utc_s, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _short(text):
    return (text or "")[:_MOST_TEXT]
