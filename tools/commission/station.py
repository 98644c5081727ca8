"""The station under test: what it answers on its service line, and how it stays away.

A *line* is anything with ``ask(request) -> answer`` (tools/service/line.py has serial, HTTP and a
stage's). Errors of the way there come out as Away: the station has lost its power, restarts, or
the cable is out; whoever waits goes on waiting.
"""

from tools.service.line import Trouble

_ERRORS = (OSError, EOFError, Trouble)


class Away(Exception):
    """The station does not answer now."""


class Refused(Exception):
    """The station answered, and said no; the message has its words."""


class Reopened:
    """A line that is opened when it is asked, and again after it failed: a board's own USB port
    goes and comes with its power, and its page forgets who was logged in.
    """

    def __init__(self, connect):
        self._connect = connect
        self._line = None

    def ask(self, request: dict) -> dict:
        """As Line.ask; Trouble when it can't be opened."""
        if self._line is None:
            self._line = self._connect()
        try:
            return self._line.ask(request)
        except Trouble:
            self.close()
            raise

    def close(self) -> None:
        """Let go of it."""
        line, self._line = self._line, None
        if line is not None:
            line.close()


class Station:
    """Asks over ``line``; ``errors`` are those that mean that it is away."""

    def __init__(self, line, errors: tuple = _ERRORS):
        self._line = line
        self._errors = errors

    def facts(self) -> dict:
        """What the station says of itself."""
        return self._ask({"ask": "facts"})["facts"]

    def unit(self) -> dict:
        """Its serial number, and what else it says of the unit."""
        return self._ask({"ask": "unit"})

    def settings(self) -> dict:
        """Name -> value, as text; secrets are shown as ***."""
        found: dict = {}
        at = 0
        while at is not None:
            answer = self._ask({"ask": "settings", "at": at})
            found.update((row["name"], str(row["value"])) for row in answer["settings"])
            at = answer["next"]
        return found

    def self_test(self) -> dict:
        """Let it run the self-tests that can be run now; what they came to."""
        return self._ask({"ask": "self_test"})

    def sign(self, text: str) -> str:
        """The signature of ``text`` with the unit's report key, in hexadecimal."""
        return self._ask({"ask": "sign", "text": text})["signature"]

    def commissioned(self) -> None:
        """It was accepted: its own access point closes."""
        self._ask({"ask": "commissioned", "on": True})

    def _ask(self, request):
        try:
            answer = self._line.ask(request)
        except self._errors as error:
            raise Away(str(error) or type(error).__name__) from None
        if not isinstance(answer, dict):
            raise Away(f"{request['ask']}: no answer of this firmware")
        if not answer.get("ok"):
            said = answer.get("errors") or answer.get("error") or {}
            texts = said.values() if isinstance(said, dict) else [said]
            raise Refused("; ".join(map(str, texts)) or f"{request['ask']}: refused")
        return answer
