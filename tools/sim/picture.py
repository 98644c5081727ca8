"""The sim in the terminal: the connector, the frames, the log, the keys."""

from collections import deque

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
_LOG_ROWS = 8


class Picture:
    """As a context; drawn anew five times a second while it lasts."""

    def __init__(self, sim, keys: Keys):
        self._sim = sim
        self._keys = keys
        self._console = Console()
        self._frames = deque(maxlen=_KEPT)
        self._log = deque(maxlen=_KEPT)
        self._drawn_ms = None
        self._live = Live(console=self._console, screen=True, auto_refresh=False)
        sim.tape.listeners.append(self._note)
        sim.after_step.append(self._after_step)

    def __enter__(self):
        self._keys.__enter__()
        self._live.__enter__()
        return self

    def __exit__(self, *error):
        self._live.__exit__(*error)
        self._keys.__exit__(*error)

    def _note(self, at_ms, kind, text):
        shown = self._frames if kind in (SENT, RECEIVED) else self._log
        shown.append(line(at_ms, kind, text))

    def _after_step(self, outputs):
        now_ms = self._sim.stage.now_ms
        if self._drawn_ms is None or now_ms >= self._drawn_ms + _REFRESH_MS:
            self._drawn_ms = now_ms
            self._live.update(self.draw(*self._console.size), refresh=True)

    def draw(self, width: int, height: int) -> Layout:
        """All of it, for a terminal of that size."""
        connector = panels.connector(self._sim, self._keys.connector)
        rows = panels.ROWS + len(self._sim.stage.world.connectors) + 1
        whole = Layout()
        body = Layout()
        whole.split_column(
            Layout(panels.header(self._sim), size=1), body, Layout(self._footer(), size=2)
        )
        room = height - 3
        log_rows = _LOG_ROWS if room - rows >= _LOG_ROWS + 4 or width >= _WIDE else 0
        if width >= _WIDE and room >= rows:
            lower = min(_LOG_ROWS, room - rows)
            upper = Layout()
            upper.split_row(Layout(connector, size=56), Layout(self._panel("OCPP", self._frames)))
            self._stack(body, [(upper, None), (self._panel("log", self._log), lower)])
        else:
            frames = self._panel("OCPP", self._frames)
            parts = [(connector, min(rows, room)), (frames, None)]
            if log_rows:
                parts.append((self._panel("log", self._log), log_rows))
            self._stack(body, parts)
        return whole

    def _stack(self, body: Layout, parts: list) -> None:
        body.split_column(*(Layout(part, size=size) for part, size in parts if size != 0))

    def _panel(self, title: str, lines: deque) -> Panel:
        return Panel(_Tail(lines), title=title, title_align="left", border_style="dim")

    def _footer(self):
        if self._keys.menu:
            return _menu()
        keys = Text()
        for key, meaning in HELP:
            keys.append(f" {key} ", style="reverse").append(f" {meaning}  ")
        if len(self._sim.stage.world.connectors) > 1:
            keys.append(" 1-4 ", style="reverse").append(" connector")
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


def _menu() -> Table:
    choices = Text("break or mend:  ", style="bold red")
    for key, name in MENU.items():
        choices.append(f" {key} ", style="reverse").append(f" {name}  ", style="not bold default")
    return Group(choices)
