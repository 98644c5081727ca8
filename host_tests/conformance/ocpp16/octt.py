"""What the test tool does in a case: calls the station, and waits for what it says, in order."""

import json

from host_tests.harness.stage import IDENTITY

_CALL = 2


class Octt:
    """The back end's side of one case. ``stage`` is the last one that the case made.

    A place in the record moves on with everything that was waited for: what comes next has to
    come after it. Messages in between that no one asked for are passed over.
    """

    def __init__(self):
        self.stage = None
        self.stages = []
        self._place = 0

    def follow(self, stage) -> None:
        """Watch another stage from its beginning."""
        self.stage = stage
        self.stages.append(stage)
        self._place = 0

    # -- what the back end says -----------------------------------------------------------------

    def ask(self, action: str, payload: dict = None, **fields) -> dict:
        """The station's answer to a call, in which ``fields`` must be so.

        What is waited for next may have come before the answer, but not before the call.
        """
        pending = self._call(action, payload)
        assert pending.error is None, f"{action}: {pending.error}"
        told = pending.result
        assert _shows(told, fields), f"{action}: {told}, expected {fields}"
        return told

    def refusal(self, action: str, payload: dict = None) -> str:
        """The code of the CALLERROR that the station answers with."""
        pending = self._call(action, payload)
        assert pending.error is not None, f"{action}: answered {pending.result}"
        return pending.error[0]

    def _call(self, action, payload):
        self.skip()
        pending = self.stage.csms.call(IDENTITY, action, payload or {})
        self.stage.until(lambda: pending.done, 60, f"an answer to {action}")
        return pending

    def set(self, key: str, value, status: str = "Accepted") -> None:
        """ChangeConfiguration."""
        self.ask("ChangeConfiguration", {"key": key, "value": str(value)}, status=status)

    def setting(self, key: str) -> str:
        """The value of a key by GetConfiguration."""
        told = self.ask("GetConfiguration", {"key": [key]})
        return told["configurationKey"][0].get("value")

    # -- what the station says ------------------------------------------------------------------

    def next(self, action: str, timeout_s: float = 60, **fields) -> dict:
        """The payload of the next call of ``action`` whose ``fields`` are so; waits for it."""
        found = []

        def came():
            found[:] = self._find(action, fields)
            return bool(found)

        what = f"{action} with {fields} after message {self._place}"
        try:
            self.stage.until(came, timeout_s, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\nheard since: {self._told_since()}") from None
        self._place = found[0] + 1
        return found[1]

    def status(self, status: str, connector: int = 1, timeout_s: float = 60, **fields) -> dict:
        """The next StatusNotification of ``connector``, which must be ``status``."""
        told = self.next("StatusNotification", timeout_s, connectorId=connector)
        assert told["status"] == status, f"{told}, expected {status}"
        assert _shows(told, fields), f"{told}, expected {fields}"
        return told

    def so_far(self, action: str, **fields) -> list:
        """The payloads of the calls of ``action`` since the last thing that was waited for."""
        return [said for at, said in self._calls(action) if _shows(said, fields)]

    def silent(self, action: str, seconds: float, **fields) -> None:
        """No call of ``action`` comes for so long."""
        self.stage.advance(seconds)
        told = self.so_far(action, **fields)
        assert not told, f"unexpected {action}: {told}"

    def skip(self) -> None:
        """Only what comes from now on counts."""
        self._place = len(self._frames())

    # -- inside ---------------------------------------------------------------------------------

    def _frames(self):
        return self.stage.csms.frames(IDENTITY)

    def _calls(self, action):
        for at, (way, _, raw) in enumerate(self._frames()):
            if at >= self._place and way == "received":
                frame = json.loads(raw)
                if frame[0] == _CALL and frame[2] == action:
                    yield at, frame[3]

    def _find(self, action, fields):
        for at, said in self._calls(action):
            if _shows(said, fields):
                return [at, said]
        return []

    def _told_since(self):
        return [raw for way, _, raw in self._frames()[self._place :] if way == "received"]

    def violations(self) -> list:
        """What any station of this case said against the standard."""
        return [text for stage in self.stages for text in stage.csms.violations(IDENTITY)]


def _shows(said, fields):
    return all(said.get(name) == value for name, value in fields.items())
