"""The keyboard: single keys become commands, as a script would give them."""

import json
import os
import re
import string
import sys
import termios
import threading
import tty
import webbrowser
from contextlib import suppress

from host_tests.harness.world.faults import FAULTS
from tools.sim.sim import TERMINAL
from tools.sim.tape import NOTE, PERSON

HELP = (
    ("p", "plug"),
    ("t", "tap card"),
    ("c", "charge/stop"),
    ("f", "break/mend"),
    ("b", "button"),
    ("n", "network"),
    ("m", "mains"),
    ("x", "power"),
    ("q", "quit"),
)
# Arrows and function keys; Escape alone is a key.
_SEQUENCE = re.compile(r"\x1b(\[[0-9;?]*[@-~]|O.)")
MENU = dict(zip(string.ascii_letters, FAULTS))


class Keys:
    """As a context: stdin gives single keys while it lasts.

    ``connector`` and ``sim`` are the chosen ones, the latter of ``sims``.
    """

    def __init__(self, sims: list, page: str | None = None):
        self.sims = sims
        self.sim = sims[0]
        self._page = page
        self.connector = 1
        self.menu = False
        self._actions = {
            "p": self._plug,
            "t": lambda: self._do("present_card"),
            "c": self._charge,
            "f": self._open_menu,
            "b": lambda: self._do("press_button"),
            "n": lambda: self._do("network", up=not self.sim.stage.network.up),
            "m": lambda: self._do("mains", on=not self.sim.stage.world.mains.on),
            "x": lambda: self._do("power_cut" if self.sim.stage.on else "power_on"),
            "o": self._open_page,
            "<": lambda: self._go(-1),
            ">": lambda: self._go(1),
            "q": lambda: self._do("quit"),
        }

    def __enter__(self):
        self._file = sys.stdin.fileno()
        self._before = termios.tcgetattr(self._file)
        tty.setcbreak(self._file)
        self.sim.stage.loop.add_reader(self._file, self._read)
        return self

    def __exit__(self, *error):
        self.sim.stage.loop.remove_reader(self._file)
        with suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(self._file, termios.TCSANOW, self._before)

    def press(self, key: str) -> None:
        """What one key does; an unknown one does nothing."""
        if self.menu:
            self._choose(key)
        elif key in self._actions:
            self._actions[key]()
        elif key.isdigit() and int(key) in self.sim.stage.world.connectors:
            self.connector = int(key)

    def _read(self):
        try:
            data = os.read(self._file, 64)
        except OSError:
            data = b""
        if not data:
            # The terminal is gone, and would be ready to be read for ever.
            self.sim.stage.loop.remove_reader(self._file)
            self.sim.end(0)
        for key in _SEQUENCE.sub("", data.decode(errors="replace")):
            self.press(key)

    def _plug(self):
        plugged = self._outlet.vehicle.plugged
        self._do("unplug" if plugged else "plug_in", connector=self.connector)

    def _charge(self):
        wants = self._outlet.vehicle.wants
        self._do("stop_power" if wants else "request_power", connector=self.connector)

    def _open_menu(self):
        self.menu = True

    def _go(self, places):
        """To another station, the next or the one before."""
        self.sim.watchers.discard(TERMINAL)
        self.sim = self.sims[(self.sims.index(self.sim) + places) % len(self.sims)]
        self.sim.watchers.add(TERMINAL)

    def _open_page(self):
        if self._page is None:
            return
        self.sim.tape.tell(NOTE, f"the page is {self._page}")
        if any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")):
            threading.Thread(target=webbrowser.open, args=[self._page], daemon=True).start()

    def _choose(self, key):
        self.menu = False
        if key not in MENU:
            return
        name = MENU[key]
        flags = self.sim.stage.world.faults | self._outlet.faults
        do = "clear_fault" if name in flags else "fault"
        self._do(do, name=name, connector=self.connector)

    @property
    def _outlet(self):
        return self.sim.stage.world.outlet(self.connector)

    def _do(self, do, **fields):
        line = json.dumps({"do": do, **fields})
        self.sim.tape.tell(PERSON, line)
        self.sim.submit(line).add_done_callback(self._answered)

    def _answered(self, answer):
        if not answer.cancelled() and not answer.result()["ok"]:
            self.sim.tape.tell(NOTE, answer.result()["error"])
