"""What the interpreter starts: the application; when it fails, a new start.

An image in the ROMFS partition goes before the application that is frozen beside this.

The watchdog is armed here, so that a start that hangs ends too; the board sets its own, shorter
time when it is built. No contactor is closed while this waits: run() has opened them, or there
were none yet, and a pad without a driver is pulled down.
"""

import sys
import time

import machine

_START_MS = 60000
_PAUSE_MS = 10000
_FOLDER = "/store"
_TRACE = _FOLDER + "/trace"


def _run():
    machine.WDT(timeout=_START_MS)
    # Only what was built and checked together: no module from the writable file system.
    sys.path[:] = ["/rom", ".frozen"]
    if _has_image():
        import main  # noqa: F401  (running it is the purpose)
    else:
        from board import build
        from chargepoint.run import run

        run(build)


def _has_image():
    import os

    try:
        return bool(os.listdir("/rom"))
    except OSError:
        return False  # no partition, or nothing in it


def _keep(error):
    import os

    try:
        os.mkdir(_FOLDER)
    except OSError:
        pass  # it is there
    try:
        with open(_TRACE, "w") as file:
            sys.print_exception(error, file)
    except OSError as trouble:
        print("main: the trace is not kept:", trouble)


def _start_anew(error):
    sys.print_exception(error)
    _keep(error)
    time.sleep_ms(_PAUSE_MS)
    machine.reset()


try:
    _run()
except Exception as error:
    _start_anew(error)
