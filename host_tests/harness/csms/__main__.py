"""``python -m host_tests.harness.csms``: the bench back end alone, in real time.

Lines of --script, and then of the standard input, are carried out (by_hand.py has them all); each
is answered with a line that begins with "=".
"""

import argparse
import asyncio
import json
import selectors
import signal
import sqlite3
import ssl
import sys
from pathlib import Path

from host_tests.harness.virtual_loop import UtcClock, VirtualLoop

from . import Csms, by_hand, trace
from .times import utc_text

_PING_S = 60


class _Unusable(Exception):
    """It can't begin; the message says why."""


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; 1 when it can't begin, or a script failed."""
    wanted = _parser().parse_args(arguments)
    loop = VirtualLoop(real_time=True)
    try:
        return _live(loop, wanted)
    except _Unusable as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        loop.finish()


def _live(loop: VirtualLoop, wanted: argparse.Namespace) -> int:
    csms = _make(loop, wanted)
    try:
        desk = _open(csms, wanted)
    except _Unusable:
        csms.close()
        raise
    led = loop.create_task(_lead(csms, wanted.script))
    loop.run_forever()
    failed = led.done() and not led.result()
    if desk is not None:
        desk.close()
    csms.close()
    return 1 if failed else 0


def _make(loop: VirtualLoop, wanted: argparse.Namespace) -> Csms:
    try:
        tls = None if wanted.certificate is None else _tls(wanted.certificate, wanted.key)
        clock = UtcClock.of_the_wall(loop)
        csms = Csms(loop, clock, wanted.db, port=wanted.port, host=wanted.host, ssl_context=tls)
    except (OSError, ValueError, sqlite3.Error) as error:
        raise _Unusable(f"can't begin: {error}")
    _furnish(csms, wanted)
    return csms


def _open(csms: Csms, wanted: argparse.Namespace):
    """Listen; the desk with the pages, if they are wanted."""
    try:
        csms.start()
    except OSError as error:
        raise _Unusable(f"can't listen on {wanted.host}:{wanted.port}: {error.strerror}")
    # Who reads that it listens may end it in the same moment.
    for number in (signal.SIGINT, signal.SIGTERM):
        csms.loop.add_signal_handler(number, csms.loop.stop)
    print(f"listening on {csms.url}/<identity>", flush=True)
    try:
        return None if wanted.web is None else _open_desk(csms, wanted)
    except (OSError, ValueError, sqlite3.Error) as error:
        raise _Unusable(f"no pages: {error}")


async def _lead(csms: Csms, script: Path | None) -> bool:
    """A script, after which the program ends, or what is typed; False for a script that failed."""
    desk = by_hand.ByHand(csms)
    if script is not None:
        played = await desk.play(script.read_text(encoding="utf-8").splitlines(), _tell)
        csms.loop.stop()
        return played
    lines = asyncio.StreamReader()
    try:
        with selectors.DefaultSelector() as trial:
            trial.register(sys.stdin, selectors.EVENT_READ)
        await csms.loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    except (ValueError, OSError):
        return True  # a file, /dev/null, nothing: nobody is going to type anything
    while line := await lines.readline():
        if line.strip():
            _tell(await desk.carry_out(line.decode()))
    return True


def _open_desk(csms: Csms, wanted: argparse.Namespace):
    # Pages need more libraries than a back end in a test, and time to load them.
    from tools.back_office.serve import open_desk

    def tell(line: str) -> None:
        print(line, flush=True)

    words = wanted.web, wanted.host, wanted.admin_password_file
    ca = "" if wanted.station_ca is None else wanted.station_ca.read_text(encoding="ascii")
    station = {"station_url": wanted.station_url, "station_ca": ca}
    return open_desk(csms, *words, tell, station)


def _tls(certificate: Path, key: Path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"{certificate} with {key}: {error}")
    return context


def _tell(outcome: dict) -> None:
    print(f"= {json.dumps(outcome, ensure_ascii=False)}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m host_tests.harness.csms",
        description=__doc__,
        epilog=by_hand.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--db", default=":memory:", help="SQLite file; kept over a restart")
    parser.add_argument("--trace", help="append each frame to this file, as Open OCPP Trace")
    parser.add_argument(
        "--charge-point",
        action="append",
        default=[],
        metavar="ID[:PASSWORD]",
        help="a known charge point; without any, and without --web, every identity is let in",
    )
    parser.add_argument("--card", action="append", default=[], metavar="IDTAG")
    parser.add_argument("--script", type=Path, metavar="FILE", help="lines to carry out, then end")
    parser.add_argument("--heartbeat", type=int, default=300, metavar="SECONDS")
    _add_office(parser)
    return parser


def _add_office(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--web", type=int, metavar="PORT", help="the back office: pages there")
    parser.add_argument(
        "--admin-password-file",
        type=Path,
        metavar="FILE",
        help="the password of admin; without, the first start tells a link that sets it",
    )
    parser.add_argument(
        "--station-url", metavar="URL", help="what an order tells a station, if not ws://HOST:PORT"
    )
    parser.add_argument(
        "--station-ca",
        type=Path,
        metavar="FILE",
        help="what an order gives a station to know us by, PEM",
    )
    parser.add_argument("--certificate", type=Path, metavar="FILE", help="wss and https, PEM")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the key of --certificate, PEM")
    parser.add_argument(
        "--anyone", action="store_true", help="with --web too, let every identity in"
    )


def _furnish(csms: Csms, wanted: argparse.Namespace) -> None:
    open_door = not wanted.charge_point and wanted.web is None
    csms.door.accept_unknown = open_door or wanted.anyone
    csms.heartbeat_interval_s = wanted.heartbeat
    if wanted.web is not None:
        # A charge point that lost its power says no goodbye, and its page must not say "on line".
        csms.ping_interval_s = _PING_S
    for known in wanted.charge_point:
        identity, _, password = known.partition(":")
        csms.add_charge_point(identity, password or None)
    for id_tag in wanted.card:
        csms.add_card(id_tag)
    csms.observers.append(_show)
    if wanted.trace:
        csms.observers.append(_tracer(wanted.trace))


def _show(identity: str, direction: str, at_ms: int, raw) -> None:
    arrow = "<" if direction == "sent" else ">"
    print(f"{utc_text(at_ms)} {identity} {arrow} {raw}", flush=True)


def _tracer(path: str):
    def append(*frame) -> None:
        with open(path, "a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in trace.lines([frame]))

    return append


if __name__ == "__main__":
    sys.exit(main())
