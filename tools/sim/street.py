"""The stations of a sim on one clock that the wall leads, beside one back end."""

import json
from asyncio import Future
from pathlib import Path

from host_tests.harness.csms import trace
from host_tests.harness.pace import STEP_MS
from tools.sim.errors import Unusable
from tools.sim.options import Options
from tools.sim.sim import Sim
from tools.sim.tape import NOTE


class Street:
    """``wanted`` has the options of each station; ``folder`` is where all is kept, if anywhere.

    ``after_turn`` are called after the steps of a turn. Raises Unusable as Sim does.
    """

    def __init__(self, wanted: list[Options], folder: Path | None = None):
        self.status = None
        self.complaint = None
        self.after_turn = []
        self.sims: list[Sim] = []
        book = "" if folder is None else str(_made(folder) / "csms.sqlite")
        try:
            for number, options in enumerate(wanted, start=1):
                first = self.sims[0] if self.sims else None
                self.sims.append(Sim(options, self, number, first, book))
        except BaseException:
            self.close()
            raise
        self.options = self.first.options
        self.loop = self.first.stage.loop
        if folder is not None and self.first.stage.csms is not None:
            self.first.stage.csms.observers.append(_Trace(folder / "trace.jsonl"))

    @property
    def first(self) -> Sim:
        """The one that scripts and the terminal mean when they name none."""
        return self.sims[0]

    @property
    def tape(self):
        """What is told of all of it is told there."""
        return self.first.tape

    def run(self) -> int:
        """Until ``end``; the exit status."""
        count, where = len(self.sims), self.options.url
        who = "a station" if count == 1 else f"{count} stations"
        where = where or f"of our own on {self.first.stage.csms.url}"
        self.tape.tell(NOTE, f"{who} on {self.options.target}, back end {where}")
        for sim in self.sims:
            sim.start()
        while self.status is None:
            self.turn()
        self.loop.run_until_quiet()
        return self.status

    def turn(self) -> None:
        """Let time pass until somebody has something to do; then the steps that are due."""
        loop = self.loop
        longest_ms = max(STEP_MS, int(STEP_MS * loop.speed))
        due = [(sim.due_ms(loop.speed), sim) for sim in self.sims]
        next_ms = min(due_ms for due_ms, _ in due)
        loop.pass_to(min(max(next_ms, loop.now_ms() + STEP_MS), loop.now_ms() + longest_ms))
        now_ms = loop.now_ms()
        for due_ms, sim in due:
            if due_ms <= now_ms and self.status is None:
                sim.turn(now_ms)
        for listener in self.after_turn:
            listener()

    def named(self, identity) -> Sim | None:
        """The station of that name; the first for None, None where there is no such."""
        if identity is None:
            return self.first
        return next((sim for sim in self.sims if sim.stage.identity == identity), None)

    def submit(self, line: str) -> Future:
        """The answer to a command, in time; never an exception. "station" names whose it is."""
        named, line = _addressed(line)
        if named is None:
            return self.first.submit(line)
        sim = self.named(named)
        if sim is not None:
            return sim.submit(line)
        answer = self.loop.create_future()
        known = ", ".join(sim.stage.identity for sim in self.sims)
        error = f'"station": expected one of {known[:400]}, not {json.dumps(named)[:80]}'
        answer.set_result({"ok": False, "error": error})
        return answer

    def end(self, status: int) -> None:
        """No step after this one; the first status counts."""
        if self.status is None:
            self.status = status

    def fail(self, complaint: str) -> None:
        """End with 1; ``complaint`` is for stderr."""
        self.complaint = self.complaint or complaint
        self.end(1)

    def close(self) -> None:
        """Give everything back, the first, which owns what is shared, last."""
        for sim in reversed(self.sims):
            sim.close()


class _Trace:
    """Appends each frame to ``file``, as Open OCPP Trace."""

    def __init__(self, file: Path):
        self._file = file

    def __call__(self, *frame) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in trace.lines([frame]))


def _addressed(line: str) -> tuple:
    """(the station that is named or None, the line without it); other lines as they are."""
    if '"station"' not in line:
        return None, line
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None, line
    if not isinstance(told, dict) or "station" not in told:
        return None, line
    named = told.pop("station")
    return named if isinstance(named, str) else [named], json.dumps(told)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(f"--state {folder}: {error.strerror}; a folder expected") from None
    return folder
