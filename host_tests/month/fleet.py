"""Several stations on one back end in one virtual time, with jumps where nothing happens.

Each station has a world of its own and its own pace: 30 ms while anything moves there, and long
steps while it idles or charges calmly. What arrives for a station wakes it at once, and no end of
a charging profile that it was sent is stepped over.
"""

import select
from bisect import insort
from pathlib import Path

from host_tests.harness.csms.script import CALL, as_frame
from host_tests.harness.csms.times import utc_ms
from host_tests.harness.pace import LIVELY_MS, STEP_MS, Pace
from host_tests.harness.stage import Stage

_PATIENCE_S = 0.25
# A step after a pause, and some more for the meter to be asked and to answer.
_AFTERS = 2
# Ramps and offers settle within this; a step every two seconds until then.
_CALM_MS = 12_000
_SETTLING_MS = 2000
# The firmware's step is 10 ms; a late one does no harm, and a month has many.
_FINE_MS = 3 * STEP_MS
_JUST_MS = 300
_COARSE_MS = 120


class _Pace(Pace):
    """``idle_ms`` and ``charging_ms`` are the longest steps of a station where nothing moves;
    ``instants`` (ms, ascending) are not stepped over."""

    idle_ms = 120_000
    charging_ms = 60_000
    _afters = 0
    _moved_ms = 0
    _talks_until_ms = 0

    def __init__(self, stage):
        super().__init__(stage)
        self.instants = []

    def wake(self, for_ms=LIVELY_MS):
        if for_ms == LIVELY_MS:
            super().wake(for_ms)
            self._moved_ms = self._stage.now_ms
        else:
            # As many steps as ever: a message is read, carried out, saved, answered.
            for_ms = for_ms * _FINE_MS // STEP_MS
            super().wake(for_ms)
            self._talks_until_ms = self._stage.now_ms + for_ms

    def next_ms(self):
        now_ms = self._stage.now_ms
        if now_ms < self._lively_until_ms or self._saves():
            if (
                now_ms - self._moved_ms < _JUST_MS
                or now_ms < self._talks_until_ms
                or self._saves()
            ):
                return now_ms + _FINE_MS
            event_ms = self._stage.world.next_event_ms()
            return min(now_ms + _COARSE_MS, max(event_ms or now_ms + _COARSE_MS, now_ms + 1))
        if self._afters:
            self._afters -= 1
            return now_ms + STEP_MS
        calm = now_ms - self._moved_ms > _CALM_MS
        self._afters = _AFTERS if calm else 1
        longest_ms = (
            _SETTLING_MS if not calm else self.charging_ms if self._charges() else self.idle_ms
        )
        end_ms = now_ms + longest_ms
        event_ms = self._event_ms(now_ms)
        if event_ms is not None and event_ms <= end_ms:
            self._lively_until_ms = event_ms + LIVELY_MS
            self._moved_ms = event_ms
            return max(event_ms, now_ms + 1)
        return end_ms

    def _event_ms(self, now_ms):
        while self.instants and self.instants[0] <= now_ms:
            del self.instants[0]
        event_ms = self._stage.world.next_event_ms()
        if self.instants and (event_ms is None or self.instants[0] < event_ms):
            return self.instants[0]
        return event_ms

    def _saves(self):
        """Something waits for the flash, and perhaps an answer for that."""
        device = self._stage.target.device
        return device is not None and device.station.journal.pending

    def _charges(self):
        return any(outlet.vehicle.plugged for outlet in self._stage.world.connectors.values())


class Fleet:
    """``count`` stations in process; as a context. ``watchers`` are called with a stage after each
    of its steps, ``due`` is for plans: ``at(ms, action)``."""

    def __init__(self, folder: Path, count: int, book: str = ":memory:", **words):
        self.stages = []
        self.watchers = []
        self.steps = 0
        self._plans = []
        for number in range(count):
            beside = self.stages[0] if self.stages else None
            own = {"beside": beside} if beside else {"book": book}
            each = folder / f"S{number:02d}"
            each.mkdir(parents=True, exist_ok=True)
            stage = Stage("in_process", each, identity=f"S-{number:02d}", **own, **words)
            stage.pace = _Pace(stage)
            self.stages.append(stage)
        self.csms = self.stages[0].csms
        self.loop = self.stages[0].loop
        self._due = [0] * count
        self._of = {stage.identity: stage for stage in self.stages}
        self.csms.observers.append(self._hear)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for stage in reversed(self.stages):
            stage.__exit__(*error)

    @property
    def now_ms(self) -> int:
        """Virtual time."""
        return self.loop.now_ms()

    def at(self, at_ms: int, action) -> None:
        """``action()`` when it is ``at_ms``."""
        self._plans.append((at_ms, len(self._plans), action))
        self._plans.sort(reverse=True, key=lambda plan: plan[:2])

    def wake(self, stage, for_ms: int = LIVELY_MS) -> None:
        """Something happens there now."""
        if stage.world.now_ms < self.now_ms:
            stage.world.advance_to(self.now_ms)
        stage.pace.wake(for_ms)
        self._due[self.stages.index(stage)] = self.now_ms

    def pass_to(self, end_ms: int) -> None:
        """Let time pass, all stations together."""
        while self.now_ms < end_ms:
            self._carry_out()
            due = self._due
            for number, stage in enumerate(self.stages):
                if stage.on and stage.addressed:
                    due[number] = self.now_ms
            next_ms = min(min(due), end_ms)
            if self._plans and self._plans[-1][0] < next_ms:
                next_ms = self._plans[-1][0]
            timer_ms = self.loop.next_due_ms()
            if timer_ms is not None and timer_ms < next_ms:
                next_ms = timer_ms
            self.loop.pass_to(max(next_ms, self.now_ms))
            for number, stage in enumerate(self.stages):
                if due[number] <= self.now_ms:
                    self._step(number, stage)
        self._carry_out()

    def until(self, condition, seconds: float, what: str) -> None:
        """Let time pass until it is so."""
        end_ms = self.now_ms + int(seconds * 1000)
        while not condition():
            assert self.now_ms < end_ms, f"{what} did not come true in {seconds} s"
            self.pass_to(min(self.now_ms + 1000, end_ms))

    def _hear(self, identity, direction, at_ms, raw):
        """A profile that ends: the station sees it within a step, as it does in the field."""
        if direction != "sent" or "validTo" not in raw:
            return
        frame = as_frame(raw)
        if frame and frame[0] == CALL:
            told = frame[3].get("csChargingProfiles", {}).get("validTo")
            # Its clock is set in whole seconds.
            ends_ms = utc_ms(told) - at_ms + self.now_ms
            pace = self._of[identity].pace
            for ms in (ends_ms, ends_ms + 1000):
                insort(pace.instants, ms)

    def _carry_out(self):
        while self._plans and self._plans[-1][0] <= self.now_ms:
            self._plans.pop()[2]()

    @staticmethod
    def _await_bytes(stage):
        """What was sent to the station is there when it looks: a busy kernel may be later than
        that, and the next look may be minutes away."""
        socket = stage.target.device.station.ports.link._stream._socket
        if socket is not None:
            select.select([socket], [], [], _PATIENCE_S)

    def _step(self, number, stage):
        now_ms = self.now_ms
        if stage.on and stage.addressed:
            self._await_bytes(stage)
        stage.step(now_ms if now_ms > stage.now_ms or stage.now_ms == 0 else stage.now_ms + 1)
        self.steps += 1
        for watcher in self.watchers:
            watcher(stage)
        self._due[number] = stage.pace.next_ms() if stage.on else now_ms + 1000
