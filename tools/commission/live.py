"""What a person sees of it: steps as they end, what is waited for, and the live figures."""

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tools.commission import measure
from tools.commission.steps import STEPS

_SIGNS = {
    measure.PASSED: "[green]\N{CHECK MARK}[/green]",
    measure.FAILED: "[bold red]\N{BALLOT X}[/bold red]",
    measure.NOT_DONE: "[yellow]\N{EN DASH}[/yellow]",
    measure.NOT_MONITORED: "[yellow]?[/yellow]",
}


class Picture:
    """A table that fills up, on a terminal; lines elsewhere. Use as a context.

    ``facts`` is called with the connector's facts at each look.
    """

    def __init__(self, console: Console = None):
        self._console = console or Console()
        self._waits = ""
        self._figures = ""
        self._step = None
        self._number = 0
        self._live = None
        if self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=4, transient=True)

    def __enter__(self):
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *error):
        if self._live is not None:
            self._live.stop()

    def begins(self, step, number: int) -> None:
        """A step begins."""
        self._step, self._number, self._waits = step, number, ""
        self._refresh()

    def say(self, text: str) -> None:
        """What is waited for."""
        self._waits = text
        if self._live is None:
            self.tell(f"    {text}")
        self._refresh()

    def facts(self, connector: dict) -> None:
        """The station's figures now."""
        high_mv, low_mv = connector["pilot_mv"]
        volts = "?" if high_mv is None else f"{high_mv / 1000:+.2f} / {low_mv / 1000:+.2f} V"
        power = connector["meter"].get("power_w")
        closed = "closed" if connector["energised"] else "open"
        told = f"pilot {connector['pilot']} {volts}   contactor {closed}   "
        told += f"offer {connector['offered_ma'] / 1000:g} A   meter {power or 0} W"
        if told != self._figures:
            self._figures = told
            self._refresh()

    def told(self, step, result: dict) -> None:
        """A step ended: it stays on the screen."""
        line = f"{_SIGNS[result['verdict']]} {escape(step.title)}"
        if result["verdict"] != measure.PASSED:
            line += f": {escape(result['reason'] or result['verdict'])}"
        self._console.print(line, highlight=False)
        for each in result["measures"]:
            if each["verdict"] == measure.FAILED:
                self._console.print(f"    {escape(each['remedy'])}", style="red", highlight=False)

    def tell(self, text: str) -> None:
        """A line that stays."""
        self._console.print(escape(text), highlight=False)

    def ask(self, question: str) -> str:
        """A question to the person; the live view pauses."""
        if self._live is not None:
            self._live.stop()
        try:
            return self._console.input(f"[bold]{escape(question)}[/bold]: ")
        finally:
            if self._live is not None:
                self._live.start()

    def _refresh(self):
        if self._live is None or self._step is None:
            return
        table = Table.grid(padding=(0, 1))
        share = f"step {self._number} of {len(STEPS)}"
        table.add_row(Text(share, style="dim"), Text(self._step.title, style="bold"))
        table.add_row("", Text(self._step.does))
        if self._waits:
            table.add_row("", Text(self._waits, style="cyan"))
        self._live.update(Group(table, Text(self._figures, style="dim")))
