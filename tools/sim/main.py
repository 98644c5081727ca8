"""Puts the sim together as the command line wants it, and ends it cleanly."""

import signal
import sys
from contextlib import contextmanager

from tools.sim.control import Control
from tools.sim.errors import Unusable
from tools.sim.keys import Keys
from tools.sim.narrator import Narrator
from tools.sim.options import Options
from tools.sim.picture import Picture
from tools.sim.script import Script
from tools.sim.sim import Sim
from tools.sim.tape import NOTE

_HINT = "no terminal here: headless; --script FILE or --control HOST:PORT gives it commands"

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INTERRUPTED = 130


def run(given) -> int:
    """``given`` is the parsed command line; the exit status: 2 when it could not start."""
    try:
        return _run(Options(given))
    except Unusable as error:
        print(f"pilotlight sim: {error}", file=sys.stderr)
        return 2
    except (RuntimeError, OSError) as error:  # the target's last words, a full disk
        print(f"pilotlight sim: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _run(options: Options) -> int:
    script = None if options.script is None else Script(options.script)
    sim = Sim(options)
    try:
        with _ending_on_signals(sim):
            return _live(sim, script)
    finally:
        sim.close()


def _live(sim: Sim, script: Script | None) -> int:
    control = None if sim.options.control is None else Control(sim, *sim.options.control)
    shown = _narrate(sim, control) if sim.options.headless else _show(sim, control)
    playing = script and sim.stage.loop.create_task(script.play(sim))
    if playing:
        playing.add_done_callback(lambda task: sim.end(0))
    try:
        with shown:
            status = sim.run()
    finally:
        if control is not None:
            control.close()
            sim.stage.loop.run_until_quiet()
    if playing and playing.done():
        playing.result()
    if sim.complaint is not None:
        print(sim.complaint, file=sys.stderr, flush=True)
    return status


def _narrate(sim: Sim, control: Control | None):
    narrator = Narrator(sim)
    if control is not None:
        sim.tape.tell(NOTE, _listening(control))
    return narrator


def _show(sim: Sim, control: Control | None):
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        narrator = _narrate(sim, control)
        sim.tape.tell(NOTE, _HINT)
        return narrator
    picture = Picture(sim, Keys(sim))
    if control is not None:
        sim.tape.tell(NOTE, _listening(control))
    return picture


def _listening(control: Control) -> str:
    return "control: listening on {}:{}".format(*control.address)


@contextmanager
def _ending_on_signals(sim: Sim):
    """The first Ctrl-C ends it at the next step, the second at once."""

    def end(number, frame):
        if sim.status is not None:
            raise KeyboardInterrupt
        sim.end(0 if sim.options.script is None else _INTERRUPTED)

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
