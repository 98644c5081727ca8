"""A technician's computer at the station's console: an instrument on a line as any other."""

from tools.service.protocol import Asking

# Of a step: what comes in 10 ms at 115200 baud.
_STEP_BYTES = 115


class Console:
    """``asking`` holds the answer; ``send`` puts bytes on the line as a person's terminal does."""

    fault = None

    def __init__(self):
        self.asking = Asking()
        self._out = b""

    def ask(self, request: dict) -> None:
        """Begin to ask."""
        self.send(self.asking.begin(request))

    def send(self, data: bytes) -> None:
        """Whatever it is."""
        self._out += data

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes of the station."""
        self._out += self.asking.receive(data)

    def take(self, now_ms: int) -> bytes:
        """Bytes for the station, as many as a step's time carries."""
        data, self._out = self._out[:_STEP_BYTES], self._out[_STEP_BYTES:]
        return data

    def due_ms(self) -> None:
        """Whoever asks makes fine steps (stage.console)."""
        return None
