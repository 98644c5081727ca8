"""One station of the sim: its stage, and a queue of commands, carried out between its steps."""

import asyncio
import tempfile
from collections import deque
from pathlib import Path

from host_tests.harness.led_loop import LedLoop
from host_tests.harness.pace import LEISURE_MS, STEP_MS
from host_tests.harness.stage import Stage
from host_tests.harness.targets.base import Unavailable
from tools.sim import commands, state
from tools.sim.errors import Refused, Unusable
from tools.sim.hint import explain
from tools.sim.options import Options
from tools.sim.overhear import Overhear
from tools.sim.registers import Registers
from tools.sim.tape import NOTE, STATION, Tape

TERMINAL, PAGE = "terminal", "page"
# How old the firmware's own word may be in a picture, and where nobody looks.
_FACTS_MS, _UNSEEN_FACTS_MS = 250, 1000
# How far apart, of the wall's time, steps are in which nothing moves.
_SEEN_MS, _UNSEEN_MS = STEP_MS, 100


class Sim:
    """Everything is made and off until ``start``. ``after_step`` are called with the outputs.

    ``number`` counts the stations of a street; ``beside`` is its first Sim, which all share loop
    and back end with; ``book`` the back end's file. ``street`` has ``end(status)``.
    Raises Unusable when the target, the state folder or a setting is of no use.
    """

    def __init__(self, options: Options, street, number: int = 1, beside=None, book: str = ""):
        self.options = options
        self.number = number
        # Who looks at it: the terminal, a page.
        self.watchers = {TERMINAL} if beside is None else set()
        self._street = street
        self._book = book or ":memory:"
        self.inputs = {}
        self.after_step = []
        self.facts = None
        self._facts_due_ms = 0
        self._queue = deque()
        self._waiting = []
        self._own_folder = None
        folder = self._folder()
        self.stage = self._make_stage(folder, beside and beside.stage)
        self.tape = Tape(lambda: self.stage.now_ms)
        self.registers = Registers(self.stage.world, self._kept("meters.json"))
        self._restart, self.stage.on_reset = self.stage.on_reset, self._reset
        self._listen()

    # -- from the first to the last step --------------------------------------------------------

    def due_ms(self, speed: float) -> int:
        """When it is to make its next step; fine ones while anything moves."""
        stage = self.stage
        if self._queue or self._waiting or self.inputs or stage.addressed or stage.portal:
            return stage.now_ms + STEP_MS
        calm_ms = int((_SEEN_MS if self.watchers else _UNSEEN_MS) * speed)
        stage.pace.leisure_ms = min(max(calm_ms, STEP_MS), LEISURE_MS)
        return max(stage.pace.next_ms(), stage.now_ms + STEP_MS)

    def turn(self, at_ms: int) -> None:
        """One step of the world and the station, then what people want."""
        stage = self.stage
        inputs, self.inputs = self.inputs, {}
        if self._must_ask():
            inputs["ask"] = 1
        outputs = stage.step(max(at_ms, stage.now_ms + 1), inputs)
        self.facts = outputs.get("facts", self.facts) if stage.on else None
        self._report()
        self._answer_waiting()
        while self._queue and self._street.status is None:
            self._carry_out(*self._queue.popleft())
            stage.pace.wake()
        self.registers.keep()
        for listener in self.after_step:
            listener(outputs)

    def end(self, status: int) -> None:
        """No step after this one, of any station; the first status counts."""
        self._street.end(status)

    def close(self) -> None:
        """Give everything back."""
        self.registers.keep()
        self.stage.__exit__()
        if self._own_folder is not None:
            self._own_folder.cleanup()

    # -- commands -------------------------------------------------------------------------------

    def submit(self, line: str) -> asyncio.Future:
        """The answer to a command, in time; never an exception."""
        answer = self.stage.loop.create_future()
        self._queue.append((line, answer))
        return answer

    def look(self, with_sessions: bool = False) -> dict:
        """The state as it is now; the firmware's own word is that of a step made for it."""
        if not self.stage.on:
            self.facts = None
        else:
            # Inputs that wait for their step go with it.
            inputs, self.inputs = {**self.inputs, "ask": 1}, {}
            self.facts = self.stage.step(self.stage.now_ms + 1, inputs).get("facts")
            self._report()
        return self._state(with_sessions)

    @property
    def statuses(self) -> dict:
        """connector -> StatusNotification: the last that passed.

        Over wss nothing can be heard: what the station holds, once it may say it.
        """
        if self.overhears:
            return self.tape.statuses
        said = self.facts and self.facts["registration"] == "accepted"
        return dict(enumerate(self.facts["statuses"])) if said else {}

    @property
    def overhears(self) -> bool:
        """What passes between station and back end can be understood here."""
        return self.options.url is None or self.options.url.startswith("ws://")

    def own_back_end(self, who: str):
        """Our back end; Refused when the station talks to one elsewhere."""
        if self.stage.csms is None:
            raise Refused(f"{who}: there is no back end of our own; start without --csms")
        return self.stage.csms

    def _must_ask(self) -> bool:
        """Whether the next step is to tell what the firmware says of itself."""
        asks = not self.overhears
        if any(asks or later.asks_station for later, _ in self._waiting):
            return True
        due = self.stage.now_ms >= self._facts_due_ms
        if due:
            old_ms = _FACTS_MS if self.watchers else _UNSEEN_FACTS_MS
            self._facts_due_ms = self.stage.now_ms + old_ms
        return due

    def _carry_out(self, line, answer):
        if answer.cancelled():
            return
        try:
            result = commands.carry_out(self, commands.parse(line, self.options.connectors))
        except Refused as error:
            answer.set_result({"ok": False, "error": str(error)})
            return
        if isinstance(result, commands.Later):
            self._waiting.append((result, answer))
            self._answer_waiting()
        else:
            answer.set_result({"ok": True, **result})

    def _answer_waiting(self):
        if not self._waiting:
            return
        now = self._state(with_sessions=True)
        still = []
        for later, answer in self._waiting:
            found = None if answer.cancelled() else later.look(now)
            if found is not None:
                answer.set_result(found)
            elif not answer.cancelled():
                still.append((later, answer))
        self._waiting = still

    def _state(self, with_sessions):
        sessions = None
        if with_sessions and self.stage.csms is not None:
            sessions = state.shorten(self.stage.sessions())
        return state.observe(self.stage, self.facts, self.statuses, sessions)

    # -- the stage ------------------------------------------------------------------------------

    def _make_stage(self, folder: Path, beside: Stage | None) -> Stage:
        wanted = self.options
        try:
            stage = Stage(
                wanted.target,
                folder,
                wanted.connectors,
                wanted.settings,
                self.number,
                identity=wanted.identity,
                lacks=wanted.lacks,
                socket=not wanted.tethered,
                loop=LedLoop(wanted.speed) if beside is None else None,
                beside=beside,
                url=wanted.url,
                book=self._book,
                files=wanted.files,
                portal=wanted.own_page,
                **self._target_options(folder),
            )
        except (Unavailable, ValueError) as error:
            raise Unusable(str(error)) from None
        if stage.csms is not None:
            stage.csms.add_charge_point(wanted.identity, wanted.secret)
        return stage

    def _target_options(self, folder: Path) -> dict:
        if self.options.target != "in_process":
            return {}
        from chargepoint.drivers.store_file import FileStore

        (folder / "store").mkdir(parents=True, exist_ok=True)
        return {"store": FileStore(str(folder / "store"))}

    def _folder(self) -> Path:
        """The state folder, or one that goes when the sim ends."""
        if self.options.state is None:
            self._own_folder = tempfile.TemporaryDirectory(prefix="pilotlight-")
            return Path(self._own_folder.name)
        try:
            self.options.state.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unusable(
                f"--state {self.options.state}: {error.strerror}; a folder expected"
            ) from None
        return self.options.state.resolve()

    def _kept(self, name: str) -> Path | None:
        return None if self.options.state is None else self.options.state / name

    def _listen(self):
        """Hear every frame, whoever the back end is."""
        if self.stage.csms is None:
            if self.overhears:
                self.stage.network.overhear = Overhear(self.tape.frame)
            return
        self.stage.csms.observers.append(self._overheard)

    def _overheard(self, who, way, at_ms, raw):
        if who == self.stage.identity:
            self.tape.frame(way, raw)

    def _report(self):
        self.tape.world(self.stage.world)
        self.tape.link(self.facts)
        for _, level, text in self.stage.log:
            self.tape.tell(STATION, f"{level}: {text}")
        self.stage.log.clear()

    def start(self) -> None:
        """Switch on; a setting that the firmware refuses is told in its own words."""
        try:
            self.stage.start()
        except ValueError as error:
            raise Unusable(explain(str(error))) from None
        self.options.keep()
        page = self.stage.portal
        if page is not None:
            self.tape.tell(NOTE, f"its own page: {page.url} (password {page.password})")

    def _reset(self, kind):
        if self.options.exit_on_reset:
            self.tape.tell(NOTE, f"a {kind} reset: the sim ends (--on-reset exit)")
            self.stage.power_cut()
            self.end(0)
            return
        self.tape.tell(NOTE, f"a {kind} reset: the station starts anew")
        self._restart(kind)
