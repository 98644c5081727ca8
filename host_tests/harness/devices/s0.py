"""The S0 output of a meter (IEC 62053-31): one pulse for each piece of energy.

``count()`` is how many edges there were: what a hardware counter on the line has counted.
``bounces`` more edges come with each pulse; a ``broken`` wire (or any ``fault``) gives none.
"""


class S0Output:
    """Of the meter that ``world`` has (``import_wh``, integer or not)."""

    def __init__(self, world, pulses_per_kwh: int):
        self.bounces = 0
        self.broken = False
        self.fault: str | None = None
        self._world = world
        self._per_kwh = pulses_per_kwh
        self._seen = self._pulses()
        self._edges = 0

    def count(self) -> int:
        """Edges on the line since the start."""
        pulses = self._pulses()
        came, self._seen = pulses - self._seen, pulses
        if not self.broken and self.fault is None:
            self._edges += came * (1 + self.bounces)
        return self._edges

    def receive(self, data: bytes, now_ms: int) -> None:
        """It has no ears."""

    def take(self, now_ms: int) -> bytes:
        """It has no words."""
        return b""

    def due_ms(self) -> int | None:
        """Pulses come when they come."""
        return None

    def _pulses(self) -> int:
        return int(self._world.import_wh * self._per_kwh // 1000)
