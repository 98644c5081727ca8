"""Asking a charge point, from a page or by ourselves, and its answer in words."""

import asyncio
import json

_LOOK_S = 0.05


class Answer:
    """What a station said to a call: ``status`` is its word, or why there is none.

    ``payload`` is None without a result. ``lost`` says that asking again later makes sense: it
    was not there, or said nothing.
    """

    def __init__(self, action: str, payload: dict | None, status: str, lost: bool = False):
        self.action = action
        self.payload = payload
        self.status = status
        self.lost = lost

    def __str__(self) -> str:
        return f"{self.action}: {self.status}"


async def ask(csms, identity: str, action: str, payload: dict) -> Answer:
    """Call a station and wait for what comes of it; never raises for what the station does."""
    try:
        pending = csms.call(identity, action, payload)
    except ConnectionError:
        return Answer(action, None, "the charge point is not on line", lost=True)
    while not pending.done:
        await asyncio.sleep(_LOOK_S)
    if pending.error is not None:
        code, words = pending.error
        return Answer(
            action, None, f"{code}: {words}"[:300], code in ("Timeout", "ConnectionLost")
        )
    if pending.violation is not None:
        return Answer(action, None, f"not an answer of the standard: {pending.violation}"[:300])
    return Answer(action, pending.result, _word(pending.result))


def _word(result: dict) -> str:
    status = result.get("status")
    if isinstance(status, str):
        return status
    if len(result) == 1:
        [(name, value)] = result.items()
        return f"{name} {json.dumps(value, ensure_ascii=False)}"[:300]
    return json.dumps(result, ensure_ascii=False)[:300]
