"""The sim without a picture: what happens, line by line."""

import sys
from functools import partial

from rich.console import Console
from rich.text import Text

from tools.sim.tape import NOTE, PERSON, RECEIVED, SENT, STATION, WORLD

_STYLES = {
    WORLD: "green",
    STATION: "bright_black",
    SENT: "magenta",
    RECEIVED: "cyan",
    PERSON: "bold yellow",
    NOTE: "bold",
}


class Narrator:
    """As a context; tells on stdout while it lasts, of several stations whose line it is."""

    def __init__(self, sims: list):
        self._console = Console(file=sys.stdout, highlight=False)
        for sim in sims:
            who = f"{sim.stage.identity} " if len(sims) > 1 else ""
            sim.tape.listeners.append(partial(self._tell, who))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._console.file.flush()

    def _tell(self, who: str, at_ms: int, kind: str, text: str) -> None:
        self._console.print(line(at_ms, kind, who + text), soft_wrap=True)


def line(at_ms: int, kind: str, text: str) -> Text:
    """One line of the tape, in colour."""
    told = Text(f"{at_ms / 1000:7.2f}  ", style="dim")
    told.append(f"{kind:<8}", style=_STYLES[kind])
    told.append(f" {text}", style=_STYLES[kind] if kind in (PERSON, NOTE) else "")
    return told
