"""How far the next step of a stage may go."""

STEP_MS = 10
# After the last thing that moved, time passes in fine steps for this long: longer than any
# debounce or switching time of the station.
LIVELY_MS = 1500
# A frame that passes is answered, saved and forgotten within this.
TALKING_MS = 100
LEISURE_MS = 1000


class Pace:
    """Fine steps while anything moves: pilot, relays, lock, frames, people; else up to 1 s.

    ``leisure_ms`` may be more where a whole day passes; a meter answers a question a step.
    """

    leisure_ms = LEISURE_MS

    def __init__(self, stage):
        self._stage = stage
        self._lively_until_ms = LIVELY_MS
        self._seen = None

    def wake(self, for_ms: int = LIVELY_MS) -> None:
        """Something is about to happen."""
        self._lively_until_ms = max(self._lively_until_ms, self._stage.now_ms + for_ms)

    def note(self, outputs: dict) -> None:
        """Judge a step by what came of it."""
        stage = self._stage
        moved = (stage.network.bytes_to_csms, stage.network.bytes_to_station)
        switched = any(pin in stage.wiring.switches for pin, _ in outputs.get("p", ()))
        if stage.wiring.guard is not None:
            switched = stage.wiring.guard.take_moved() or switched
        if "w" in outputs or switched:
            self.wake()
        elif "file" in outputs:
            self.wake(TALKING_MS)
        elif moved != self._seen:
            self._seen = moved
            self.wake(TALKING_MS)

    def next_ms(self) -> int:
        """The end of the next step."""
        stage, now_ms = self._stage, self._stage.now_ms
        if now_ms < self._lively_until_ms:
            return now_ms + STEP_MS
        due = (stage.world.next_event_ms(), stage.loop.next_due_ms())
        end_ms = min([now_ms + self.leisure_ms, *(at_ms for at_ms in due if at_ms is not None)])
        if end_ms < now_ms + self.leisure_ms:
            # What happens then deserves fine steps.
            self._lively_until_ms = end_ms + LIVELY_MS
        return max(end_ms, now_ms + 1)
