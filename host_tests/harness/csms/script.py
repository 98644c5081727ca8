"""How a test makes the back end misbehave: rules for the next calls of an action."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

CALL, RESULT, ERROR = 2, 3, 4
# Type and length; the details of an error may be missing.
_SHAPES = ((CALL, 4), (RESULT, 3), (ERROR, 4), (ERROR, 5))


@dataclass
class Rule:
    """What happens to the answers of the next ``times`` calls of ``action``.

    The call itself is handled and recorded as always, save with ``error``: then the back end
    failed to process it.
    """

    action: str
    identity: str | None = None
    times: int = 1
    with_: dict | Callable[[dict], dict] | None = None
    error: tuple[str, str] | None = None
    delay_s: float = 0
    never: bool = False
    raw: str | None = None
    twice: bool = False
    foreign_id: bool = False
    drop: str | None = None

    def fits(self, identity: str, action: str) -> bool:
        """Whether the rule is for this call."""
        return self.times > 0 and action == self.action and self.identity in (None, identity)

    def texts(self, answer: str) -> list[str]:
        """The messages to be sent in place of ``answer``. ``raw`` may hold ``$ID``."""
        if self.never or self.drop == "before":
            return []
        frame = json.loads(answer)
        if self.raw is not None:
            return [self.raw.replace("$ID", frame[1])]
        if self.with_ is not None and frame[0] == RESULT:
            frame[2] = self.with_(frame[2]) if callable(self.with_) else self.with_
        if self.foreign_id:
            frame[1] = str(uuid.uuid4())
        return [as_text(frame)] * (2 if self.twice else 1)


class Script:
    """The rules still to be used, oldest first."""

    def __init__(self):
        self._rules = []

    def add(self, rule: Rule) -> None:
        """Let ``rule`` act after those that are there already."""
        self._rules.append(rule)

    def take(self, identity: str, action: str) -> Rule | None:
        """The rule for this call, which is one use less of it; None: answer as always."""
        for rule in self._rules:
            if rule.fits(identity, action):
                rule.times -= 1
                return rule
        return None

    def clear(self) -> None:
        """Answer everything as always."""
        self._rules.clear()


def as_text(frame: list) -> str:
    """A frame as JSON."""
    return json.dumps(frame, separators=(",", ":"), ensure_ascii=False)


def as_frame(raw: str | bytes) -> list | None:
    """The frame in ``raw``, or None when it is not shaped like one of OCPP-J 4.2."""
    try:
        frame = json.loads(raw) if isinstance(raw, str) else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(frame, list) or len(frame) < 3 or not isinstance(frame[1], str):
        return None
    return frame if (frame[0], len(frame)) in _SHAPES else None
