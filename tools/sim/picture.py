"""The sim in the terminal: the connector, the frames, the log, the keys."""

from collections import deque
from contextlib import suppress
from functools import partial

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tools.sim import panels
from tools.sim.keys import HELP, MENU, Keys
from tools.sim.narrator import line
from tools.sim.tape import RECEIVED, SENT

_REFRESH_MS = 200
_KEPT = 200
_WIDE = 110
_CONNECTOR_WIDTH = 56
_LOG_ROWS = 8
_LEAST_FRAMES = 6
_CHOICE_WIDTH = 27
_LEAST_WIDTH, _LEAST_HEIGHT, _LEAST_BODY = 40, 8, 5


class Picture:
    """As a context; drawn anew five times a second while it lasts."""

    def __init__(self, keys: Keys, page: str | None = None):
        self._page = page
        self._keys = keys
        self._console = Console()
        self._told = {sim: (deque(maxlen=_KEPT), deque(maxlen=_KEPT)) for sim in keys.sims}
        self._drawn_ms = None
        self._live = Live(console=self._console, screen=True, auto_refresh=False)
        for sim in keys.sims:
            sim.tape.listeners.append(partial(self._note, sim))
            sim.after_step.append(partial(self._after_step, sim))

    def __enter__(self):
        self._keys.__enter__()
        self._live.__enter__()
        return self

    def __exit__(self, *error):
        with suppress(OSError):  # the terminal is gone
            self._live.__exit__(*error)
        self._keys.__exit__(*error)

    @property
    def _sim(self):
        return self._keys.sim

    def _note(self, sim, at_ms, kind, text):
        frames, log = self._told[sim]
        shown = frames if kind in (SENT, RECEIVED) else log
        shown.append(line(at_ms, kind, text))

    def _after_step(self, sim, outputs):
        if sim is not self._sim:
            return
        now_ms = sim.stage.now_ms
        if self._drawn_ms is None or now_ms >= self._drawn_ms + _REFRESH_MS:
            self._drawn_ms = now_ms
            try:
                self._live.update(self.draw(*self._console.size), refresh=True)
            except OSError:
                self._sim.end(0)

    def draw(self, width: int, height: int) -> Layout | Text:
        """All of it, for a terminal of that size."""
        if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
            return panels.brief(self._sim, self._keys.connector)
        footer = self._footer(width)
        lines = self._console.render_lines(footer, self._console.options.update(width=width))
        size = min(len(lines), height - _LEAST_BODY)
        whole, body = Layout(), Layout()
        whole.split_column(
            Layout(panels.header(self._sim), size=1), body, Layout(footer, size=size)
        )
        self._stack(body, self._parts(width, height - 1 - size))
        return whole

    def _parts(self, width: int, room: int) -> list:
        """(what, lines or None for the rest) from top to bottom."""
        rows = panels.rows(self._sim)
        connector = panels.connector(self._sim, self._keys.connector)
        frames, log = map(self._panel, ("OCPP", "log"), self._told[self._sim])
        if width >= _WIDE and room >= rows:
            upper = Layout()
            upper.split_row(Layout(connector, size=_CONNECTOR_WIDTH), Layout(frames))
            return [(upper, None), (log, min(_LOG_ROWS, room - rows))]
        spare = room - rows - _LOG_ROWS
        return [
            (connector, min(rows, room)),
            (frames, None if room > rows + 2 else 0),
            (log, _LOG_ROWS if spare >= _LEAST_FRAMES else 0),
        ]

    def _stack(self, body: Layout, parts: list) -> None:
        body.split_column(*(Layout(part, size=size) for part, size in parts if size != 0))

    def _panel(self, title: str, lines: deque) -> Panel:
        return Panel(_Tail(lines), title=title, title_align="left", border_style="dim")

    def _footer(self, width: int):
        if self._keys.menu:
            return _menu(width)
        keys = Text()
        for key, meaning in HELP:
            keys.append(f" {key} ", style="reverse").append(f" {meaning}  ")
        if len(self._sim.stage.world.connectors) > 1:
            keys.append(" 1-4 ", style="reverse").append(" connector ")
        if len(self._keys.sims) > 1:
            keys.append(" < > ", style="reverse").append(" station ")
        if self._page is not None:
            keys.append(" o ", style="reverse").append(f"  open {self._page}")
        return keys


class _Tail:
    """As many of the last lines as there is room for."""

    def __init__(self, lines: deque):
        self._lines = lines

    def __rich_console__(self, console, options):
        room = options.height or options.max_height
        last = list(self._lines)[-room:] if room > 0 else []
        for text in last:
            cut = text.copy()
            cut.truncate(options.max_width, overflow="ellipsis")
            yield cut


def _menu(width: int) -> Group:
    """The faults, as many in a row as there is room for."""
    table = Table.grid(padding=(0, 2))
    choices = [Text.assemble((f" {key} ", "reverse"), f" {name}") for key, name in MENU.items()]
    columns = max(1, width // _CHOICE_WIDTH)
    for first in range(0, len(choices), columns):
        table.add_row(*choices[first : first + columns])
    return Group(Text("break or mend (any other key: neither)", style="bold red"), table)
