"""A running sim at the other end (`pilotlight sim --control HOST:PORT`): its station, its vehicle,
its own back end, and its time, which may go faster than a clock.
"""

import json
import socket
from datetime import datetime

from tools.commission.back_end import BackEnd, newest
from tools.commission.device import Gone

_PATIENCE_S = 120


class Control:
    """The sim's control port: a line of JSON, and its answer. OSError when it is not there."""

    def __init__(self, host: str, port: int):
        self._socket = socket.create_connection((host, port), _PATIENCE_S)
        self._lines = self._socket.makefile("rb")

    def ask(self, command: dict) -> dict:
        """The answer to a command; Gone when the sim has ended."""
        try:
            self._socket.sendall(json.dumps(command).encode() + b"\n")
            line = self._lines.readline()
        except OSError as error:
            raise Gone(f"the sim does not answer: {error}") from None
        if not line:
            raise Gone("the sim has ended")
        return json.loads(line)

    def state(self) -> dict:
        """Everything observable."""
        return self.ask({"do": "state"})["state"]

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()


class SimLine:
    """The service line of the sim's station."""

    def __init__(self, control: Control):
        self._control = control

    def ask(self, request: dict) -> dict:
        """As tools/service/line.Line; OSError while the station has no power."""
        answer = self._control.ask({"do": "console", "request": request})
        if not answer["ok"]:
            raise OSError(answer["error"])
        return answer["answer"]


class SimTime:
    """The sim's time; its time of day stands for the laptop's clock."""

    poll_s = 0.5

    def __init__(self, control: Control):
        self._control = control

    def now_s(self) -> float:
        """Seconds since the sim began."""
        return self._control.state()["time"]["now_ms"] / 1000

    def utc_s(self) -> int:
        """Its time of day."""
        text = self._control.state()["time"]["utc"]
        return int(datetime.fromisoformat(text).timestamp())

    def wait(self, seconds: float) -> None:
        """Let the sim's time pass."""
        self._control.ask({"do": "sleep", "seconds": seconds})


class OfSim(BackEnd):
    """The sim's own back end; with one elsewhere it has nothing to tell."""

    name = "the sim's back end"
    patient = True

    def __init__(self, control: Control):
        self._control = control

    def session(self, identity, after_s):
        rows = self._control.state()["sessions"] or []
        return newest([row for row in rows if row["identity"] == identity], after_s)

    def utc_s(self):
        return SimTime(self._control).utc_s()
