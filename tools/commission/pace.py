"""Time as a commissioning knows it: its own, so that a whole one can go by in a second."""

import time


class Wall:
    """A real station: real time. ``utc_s`` is the laptop's clock, which may be wrong."""

    poll_s = 0.25

    def now_s(self) -> float:
        """Seconds of a clock that only goes on."""
        return time.monotonic()

    def utc_s(self) -> int:
        """Seconds since 1970 by the laptop."""
        return int(time.time())

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)


class OfStage:
    """An emulated station: virtual time. ``wrong_by_s`` makes the laptop's clock wrong."""

    poll_s = 0.25

    def __init__(self, stage, wrong_by_s: int = 0):
        self._stage = stage
        self.wrong_by_s = wrong_by_s

    def now_s(self) -> float:
        """Virtual seconds."""
        return self._stage.now_ms / 1000

    def utc_s(self) -> int:
        """Virtual time of day, as this laptop has it."""
        return self._stage.clock.utc_ms() // 1000 + self.wrong_by_s

    def wait(self, seconds: float) -> None:
        """Let virtual time pass, in steps as long as what happens allows."""
        stage = self._stage
        end_ms = stage.now_ms + int(seconds * 1000)
        while stage.now_ms < end_ms:
            stage.step(min(stage.pace.next_ms(), end_ms))
