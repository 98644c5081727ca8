"""The sending half of a serial line: bytes that take their time."""

_BITS_PER_BYTE = 10


class Line:
    """Frames leave one after the other, each byte when it has been clocked out."""

    def __init__(self, baud: int):
        self.baud = baud
        # When the first bit leaves, what, and how many bytes of it have left.
        self._frames: list[tuple[int, bytes, int]] = []
        self._free_ms = 0

    def send(self, data: bytes, start_ms: int) -> None:
        """Send ``data`` from ``start_ms`` on, or when the line is free."""
        start_ms = max(start_ms, self._free_ms)
        self._frames.append((start_ms, data, 0))
        self._free_ms = start_ms + self._duration_ms(len(data))

    def take(self, now_ms: int) -> bytes:
        """The bytes that were clocked out by ``now_ms``."""
        out = b""
        while self._frames:
            start_ms, data, gone = self._frames[0]
            count = max(0, now_ms - start_ms) * self.baud // (1000 * _BITS_PER_BYTE)
            out += data[gone:count]
            if count < len(data):
                self._frames[0] = (start_ms, data, max(gone, count))
                break
            self._frames.pop(0)
        return out

    def due_ms(self) -> int | None:
        """When the frame that is being sent, or the next one, will have left."""
        if not self._frames:
            return None
        start_ms, data, _ = self._frames[0]
        return start_ms + self._duration_ms(len(data))

    def clear(self) -> None:
        """Drop what was to be sent."""
        self._frames.clear()
        self._free_ms = 0

    def _duration_ms(self, count: int) -> int:
        return -(-count * 1000 * _BITS_PER_BYTE // self.baud)
