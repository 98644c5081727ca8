"""`pilotlight commission`: the command line, who is at the other end, and where reports go."""

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from host_tests.harness.targets.base import Unavailable
from tools.asked import HINT, asked
from tools.commission import (
    back_end,
    by_hand,
    emulated,
    live,
    of_sim,
    pace,
    page,
    paper,
    report,
    signature,
    units,
)
from tools.commission.device import Gone
from tools.commission.record import Record, Unreadable
from tools.commission.station import Away, Refused, Reopened, Station
from tools.commission.steps import BY_KEY, STEPS
from tools.commission.trial import Lost, Trial
from tools.commission.walk import Walk
from tools.paths import BUILD
from tools.provision import order as orders
from tools.service.http import http_line
from tools.service.line import Trouble, serial_line

_INTERRUPTED = 130
# Where `make flash` puts the labels of the units that it made.
_LABELS = BUILD / "labels"
_AGAIN = "Run the same command again: it goes on where it was."
_TARGETS = ("in_process", "unix", "qemu")
ABOUT = """\
Leads a technician through the acceptance of a charge point, with a test device: each step is
measured against what is required. What was done survives an interruption; the same command goes on
with what has not passed. Writes a report as JSON (signed with the unit's key), page and PDF.
Exit status: 0 passed, 1 failed or not complete, 2 could not start.
"""


def add_to(parser) -> None:
    """The words of the command line."""
    add = parser.add_argument
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--port", help="the station's serial port, such as /dev/ttyUSB0")
    where.add_argument("--url", help="the station's own page, such as http://192.168.4.1")
    where.add_argument("--emulated", action="store_true", help="an emulated station and vehicle")
    where.add_argument("--sim", metavar="HOST:PORT", help="a running sim, by its --control")
    where.add_argument("--verify", metavar="REPORT.json", help="only check a report's signature")
    where.add_argument("--steps", action="store_true", help="only list the steps")
    label = asked("password on the label")
    add("--password", type=label, help=f"with --url: the password on the unit's label ({HINT})")
    add("--order", metavar="ORDER.toml", help="what was ordered: every setting is compared")
    add("--connector", type=int, default=1, metavar="N", help="which connector (1)")
    add("--adapter", default="an adapter, by hand", metavar="NAME", help="for the report")
    add("--adapter-serial", default="", metavar="TEXT", help="for the report")
    add("--cables", default="13,20,32,63", metavar="A,A", help="ratings that the adapter can show")
    add("--back-end", metavar="URL", help="our bench back end's web address")
    token = asked("token of the back end")
    add("--token", type=token, default="", help=f"with --back-end: one that it gave out ({HINT})")
    add("--technician", default="", metavar="NAME", help="for the report")
    add("--place", default="", metavar="TEXT", help="for the report")
    add("--notes", default="", metavar="TEXT", help="for the report")
    add("--folder", type=Path, default=Path("build/commission"), help="where all of it is kept")
    add("--afresh", action="store_true", help="forget what was done: begin with the first step")
    add("--only", action="append", default=[], metavar="STEP", help="only this step; may repeat")
    secret = asked("secret of the unit")
    add("--secret", type=secret, help=f"with --verify: the unit's, 32 hexadecimal digits ({HINT})")
    add("--labels", type=Path, metavar="FILE", help="with --verify: a label file, or their folder")
    add("--target", choices=_TARGETS, default="in_process", help="with --emulated (in_process)")
    add("--fault", action="append", default=[], metavar="NAME", help="with --emulated: broken")


def run(given) -> int:
    """0: passed; 1: failed, or not complete; 2: could not start."""
    try:
        return _run(given)
    except signature.Unverified as wrong:
        print(f"pilotlight commission: NOT VERIFIED: {wrong}", file=sys.stderr)
        return 1
    except (ValueError, orders.OrderError, Unreadable, Unavailable) as wrong:
        print(f"pilotlight commission: {wrong}", file=sys.stderr)
        return 2
    except (Away, Lost, Refused, Trouble, Gone) as wrong:
        print(f"pilotlight commission: {wrong}. {_AGAIN}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print(f"pilotlight commission: interrupted. {_AGAIN}", file=sys.stderr)
        return _INTERRUPTED


def _run(given) -> int:
    if given.steps:
        for step in STEPS:
            print(f"{step.key:14} {step.title}: {step.does} Required: {step.required}")
        return 0
    if given.verify:
        return _verify(given)
    unknown = [key for key in given.only if key not in BY_KEY]
    if unknown:
        raise ValueError(f"--only {unknown[0]}: expected one of {', '.join(BY_KEY)}")
    order = None if given.order is None else orders.read(given.order)
    with ExitStack() as stack:
        picture = stack.enter_context(live.Picture())
        trial = _trial(given, stack, picture)
        return _commission(given, trial, picture, order)


def _verify(given) -> int:
    found = signature.read(given.verify)
    labels = given.labels or _LABELS
    if not given.secret and not labels.exists():
        raise ValueError("--verify: --secret or --labels is missing: who knows the unit's key?")
    secret = given.secret or units.secret_of(str(found.get("unit")), labels)
    signature.verify(found, units.key_of(secret))
    print(f"verified: unit {found['unit']} signed this report: {report.summary(found)}")
    return 0


def _trial(given, stack, picture) -> Trial:
    if given.emulated:
        if given.back_end:
            raise ValueError("--back-end: the emulated station has its own; leave it out")
        return _emulated(given, stack, picture)
    if given.sim:
        return _of_sim(given, stack, picture)
    if not given.port and not given.url:
        raise ValueError("--port, --url or --emulated is missing: where is the station?")
    if given.url and not given.password:
        raise ValueError("--password is missing: it is on the unit's label")
    cables = _cables(given.cables)
    if given.port:
        line = Reopened(lambda: serial_line(given.port))
    else:
        line = Reopened(lambda: http_line(given.url, given.password))
    stack.callback(line.close)
    device = by_hand.ByHand(picture.tell, picture.ask, given.adapter, given.adapter_serial, cables)
    recorder = back_end.ByEye(picture.ask)
    if given.back_end:
        recorder = back_end.OfWeb(given.back_end, given.token)
    return Trial(Station(line), device, recorder, pace.Wall(), given.connector, picture.say)


def _of_sim(given, stack, picture) -> Trial:
    host, _, port = given.sim.rpartition(":")
    if not host or not port.isdigit():
        raise ValueError(f"--sim {given.sim}: expected HOST:PORT, as the sim tells it")
    try:
        control = of_sim.Control(host, int(port))
    except OSError as error:
        raise ValueError(
            f"--sim {given.sim}: {error.strerror or error}: "
            "does `pilotlight sim --control` run there?"
        ) from None
    stack.callback(control.close)
    device = emulated.Emulated(emulated.OverControl(control.ask, given.connector))
    station = Station(of_sim.SimLine(control))
    recorder, clock = of_sim.OfSim(control), of_sim.SimTime(control)
    if given.back_end:
        recorder = back_end.OfWeb(given.back_end, given.token)
    return Trial(station, device, recorder, clock, given.connector, picture.say)


def _emulated(given, stack, picture) -> Trial:
    from tools.commission import bench

    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="pilotlight-"))
    stage = stack.enter_context(bench.make_stage(given.target, Path(folder) / "stage"))
    stage.start()
    stage.ready()
    for name in given.fault:
        stage.world.fault(name)
    return bench.make_trial(stage, given.connector, say=picture.say)


def _cables(text) -> tuple:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError(f"--cables {text}: expected amperes, such as 13,20,32") from None


def _commission(given, trial, picture, order) -> int:
    unit = trial.station.unit()
    serial = unit["serial"]
    connectors = len(trial.station.facts()["connectors"])
    if not 1 <= given.connector <= connectors:
        raise ValueError(f"--connector {given.connector}: expected 1 to {connectors}")
    if order is not None:
        if order.serial and order.serial != serial:
            raise ValueError(f"{given.order} is for unit {order.serial}, and this is {serial}")
        trial.order = order.settings
    trial.on_facts = picture.facts
    # An emulated unit is made anew each time.
    afresh = given.afresh or given.emulated
    record = Record.open(given.folder, serial, given.connector, afresh)
    if record.results:
        picture.tell(f"unit {serial}: going on with what has not passed ({record.path})")
    walk = Walk(trial, record, picture.begins, picture.told)
    try:
        good = walk.go(tuple(given.only))
    finally:
        walk.leave()
    person = {name: getattr(given, name) for name in ("technician", "place", "notes")}
    made = report.sign(report.make(trial, record, unit, person), trial.station)
    _write(record.path, made, picture)
    _deliver(trial, made, picture)
    picture.tell(report.summary(made))
    if made["verdict"] != "passed" or not good:
        return 1
    trial.station.commissioned()
    picture.tell("The station's own access point is closed; its button, held, opens it again.")
    return 0


def _deliver(trial, made: dict, picture) -> None:
    """To the back office, where there is one: it may also be given the file later."""
    try:
        said = trial.back_end.deliver(json.dumps(made).encode())
    except back_end.Unreachable as error:
        picture.tell(f"the report did not reach the back end ({error}): give it the JSON file")
        return
    if said is not None:
        picture.tell(f"the back end has the report: {said}")


def _write(path: Path, made: dict, picture) -> None:
    """Beside the record; the JSON is what is signed."""
    base = path.with_suffix("")
    text = json.dumps(made, indent=1, sort_keys=True)
    for name, data in (
        (f"{base.name}-report.json", text.encode("ascii")),
        (f"{base.name}-report.html", page.render(made).encode("utf-8", "replace")),
        (f"{base.name}-report.pdf", paper.render(made)),
    ):
        place = path.with_name(name)
        place.write_bytes(data)
        picture.tell(f"written: {place}")
