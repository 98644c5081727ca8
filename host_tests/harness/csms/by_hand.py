"""The back end's side by hand and by script: a JSON object a line, answered with one.

{"do": "call", "action": "Reset", "payload": {"type": "Soft"}}     "identity" where several are
{"do": "expect", "action": "StartTransaction", "seconds": 60}      until a station says it
{"do": "wait", "seconds": 5}
{"do": "policy", "status": "Pending", "interval": 60}              the next BootNotification
{"do": "card", "id_tag": "04A1", "status": "Blocked"}              "parent", "expiry" too
{"do": "answer", "action": "Authorize", "with_": {...}}            or "error", "never", "twice",
                                                                   "delay_s", "raw" (script.py)
{"do": "drop"}                                                     a reset; "identity"
{"do": "sessions"}                                                 as recorded
"""

import asyncio
import json

from .script import CALL, as_frame

_PATIENCE_S = 60
_LOOK_S = 0.02


class ByHand:
    """Carries out lines for ``csms``, one after the other."""

    def __init__(self, csms):
        self._csms = csms
        self._heard = []
        csms.observers.append(self._hear)

    async def carry_out(self, line: str) -> dict:
        """What the line came to: ``{"ok": True, ...}`` or ``{"ok": False, "error": why}``."""
        try:
            told = json.loads(line)
            do = told.pop("do")
            if do not in _DEEDS:
                raise ValueError(f'"do": expected one of {", ".join(_DEEDS)}, not {do!r}')
            found = await _DEEDS[do](self, **told)
        except (ValueError, TypeError, KeyError, AttributeError, ConnectionError) as error:
            return {"ok": False, "error": f"{line.strip()[:200]}: {error}"}
        return {"ok": True, **(found or {})}

    async def play(self, lines, tell) -> bool:
        """All lines of a script; ``tell`` gets each outcome. Ends with the first that failed."""
        for line in lines:
            if line.strip():
                outcome = await self.carry_out(line)
                tell(outcome)
                if not outcome["ok"]:
                    return False
        return True

    # -- deeds ----------------------------------------------------------------------------------

    async def _call(self, action, payload=None, identity=None):
        pending = self._csms.call(self._whom(identity), action, payload or {})
        while not pending.done:
            await asyncio.sleep(_LOOK_S)
        if pending.error:
            raise ValueError(": ".join(pending.error))
        return {"result": pending.result}

    async def _expect(self, action, seconds=_PATIENCE_S):
        until_s = self._csms.loop.time() + seconds
        while self._csms.loop.time() < until_s:
            while self._heard:
                frame = self._heard.pop(0)
                if frame[2] == action:
                    return {"payload": frame[3]}
            await asyncio.sleep(_LOOK_S)
        raise ValueError(f"no {action} within {seconds} s")

    async def _wait(self, seconds):
        await asyncio.sleep(seconds)

    async def _policy(self, status, interval=None, identity=None):
        self._csms.boot_policy(status, interval, identity)

    async def _card(self, id_tag, status="Accepted", parent=None, expiry=None):
        self._csms.add_card(id_tag, status, parent, expiry)

    async def _answer(self, action, **treatment):
        if "error" in treatment:
            treatment["error"] = tuple(treatment["error"])
        self._csms.answer(action, **treatment)

    async def _drop(self, identity=None):
        self._csms.drop(self._whom(identity))

    async def _sessions(self, identity=None):
        return {"sessions": self._csms.sessions(identity)}

    # -- inside ---------------------------------------------------------------------------------

    def _whom(self, identity):
        if identity is not None:
            return identity
        connected = self._csms.connected
        if len(connected) != 1:
            raise ValueError(f'"identity" expected; connected: {", ".join(connected) or "none"}')
        return connected[0]

    def _hear(self, identity, direction, at_ms, raw):
        frame = as_frame(raw) if direction == "received" else None
        if frame and frame[0] == CALL:
            self._heard.append(frame)


_DEEDS = {
    "call": ByHand._call,
    "expect": ByHand._expect,
    "wait": ByHand._wait,
    "policy": ByHand._policy,
    "card": ByHand._card,
    "answer": ByHand._answer,
    "drop": ByHand._drop,
    "sessions": ByHand._sessions,
}
