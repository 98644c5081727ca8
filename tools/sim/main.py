"""Puts the sim together as the command line wants it, and ends it cleanly."""

import signal
import sys
from contextlib import contextmanager
from pathlib import Path

from tools.sim.control import Control
from tools.sim.errors import Unusable
from tools.sim.keys import Keys
from tools.sim.narrator import Narrator
from tools.sim.options import Options, of_stations
from tools.sim.page.page import Page
from tools.sim.picture import Picture
from tools.sim.script import Script
from tools.sim.street import Street
from tools.sim.tape import NOTE

_HINT = "no terminal here: the page, --script FILE or --control HOST:PORT gives it commands"

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INTERRUPTED = 130


def run(given) -> int:
    """``given`` is the parsed command line; the exit status: 2 when it could not start."""
    try:
        return _run(of_stations(given), given.state)
    except Unusable as error:
        print(f"pilotlight sim: {error}", file=sys.stderr)
        return 2
    except (RuntimeError, OSError) as error:  # the target's last words, a full disk
        print(f"pilotlight sim: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _run(wanted: list[Options], folder: Path | None) -> int:
    script = None if wanted[0].script is None else Script(wanted[0].script)
    street = Street(wanted, folder)
    try:
        with _ending_on_signals(street):
            return _live(street, script)
    finally:
        street.close()


def _live(street: Street, script: Script | None) -> int:
    options = street.options
    control = None if options.control is None else Control(street, *options.control)
    page = None if options.page is None else Page(street, options.page)
    shown = _show(street, control, page)
    playing = script and street.loop.create_task(script.play(street))
    if playing:
        playing.add_done_callback(lambda task: street.end(0))
    try:
        with shown:
            status = street.run()
    finally:
        if page is not None:
            page.close()
        if control is not None:
            control.close()
            street.loop.run_until_quiet()
    if playing and playing.done():
        playing.result()
    if street.complaint is not None:
        print(street.complaint, file=sys.stderr, flush=True)
    return status


def _show(street: Street, control: Control | None, page: Page | None):
    """The picture where there is a terminal; everybody is told where to look and to talk."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if street.options.headless or not terminal:
        shown = Narrator(street.sims)
    else:
        url = page and page.url
        shown = Picture(Keys(street.sims, url), url)
    if control is not None:
        street.tape.tell(NOTE, "control: listening on {}:{}".format(*control.address))
    if page is not None:
        street.tape.tell(NOTE, f"page: {page.url}")
    if not terminal and not street.options.headless:
        street.tape.tell(NOTE, _HINT)
    return shown


@contextmanager
def _ending_on_signals(street: Street):
    """The first Ctrl-C ends it at the next step, the second at once."""

    def end(number, frame):
        if street.status is not None:
            raise KeyboardInterrupt
        street.end(0 if street.options.script is None else _INTERRUPTED)

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
