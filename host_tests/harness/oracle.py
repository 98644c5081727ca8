"""Two validators of every frame that a station sends, which share no code with each other or us.

The ``ocpp`` library's schemas, and npm's ocpp-rpc as in its strict mode: a node process that lives
as long as this one and is asked in batches.
"""

import atexit
import json
import os
import subprocess

from ocpp.exceptions import OCPPError
from ocpp.messages import Call, CallResult, validate_payload

from host_tests.harness.csms.codes import CODES
from host_tests.harness.csms.script import CALL, ERROR, RESULT, as_frame
from tools.paths import NODE, ORACLE, ROOT, is_ci

_JUDGE = ROOT / "tools/oracle/judge.js"
_ID_MAX = 36


class Missing(Exception):
    """The second validator is not there; the text says what would mend it."""


def said(frames) -> list:
    """[(action or None, frame or None, raw)] of what the station sent among ``frames``.

    ``frames`` are (direction, utc_ms, raw) as Csms.frames gives them. The action of an answer is
    that of the call with its id; None where no call had it, or none that can be read.
    """
    asked, found = {}, []
    for way, _, raw in frames:
        frame = as_frame(raw)
        if way == "sent":
            if frame and frame[0] == CALL:
                asked[frame[1]] = frame[2]
            continue
        action = None
        if frame:
            action = frame[2] if frame[0] == CALL else asked.get(frame[1])
        found.append((action if isinstance(action, str) else None, frame, raw))
    return found


def violations(frames) -> list:
    """What either validator has against what the station sent, in words; see ``said``.

    Where the second one is not installed, the first one judges alone; under CI=true that is
    Missing.
    """
    told = said(frames)
    return _of_form(told) + _of_library(told) + _of_strict_mode(told)


def _of_form(told) -> list:
    """OCPP-J 1.6 §4.1.4, §4.2: shape, id, codes."""
    found = []
    for _, frame, raw in told:
        if frame is None:
            found.append(f"not an OCPP-J frame: {raw[:80]!r}")
        elif not 1 <= len(frame[1]) <= _ID_MAX:
            found.append(f"message id {frame[1]!r}: 1 to {_ID_MAX} characters")
        elif frame[0] == ERROR and frame[2] not in CODES:
            found.append(f"{raw[:80]}: OCPP-J has no such code")
    return found


def _with_schema(told):
    """(action, "req" or "conf", payload) of what has one."""
    for action, frame, _ in told:
        if frame and action and frame[0] == CALL:
            yield action, "req", frame[3]
        elif frame and action and frame[0] == RESULT:
            yield action, "conf", frame[2]


def _of_library(told) -> list:
    return [text for text in map(_library, _with_schema(told)) if text]


def _library(judged) -> str | None:
    action, kind, payload = judged
    message = Call if kind == "req" else CallResult
    words = {"action": action, "payload": payload, "unique_id": "0"}
    checking = validate_payload(message(**words), "1.6")
    try:
        # It is a coroutine that never waits (csms/charge_point.py sees to that).
        checking.send(None)
    except StopIteration:
        return None
    except OCPPError as error:
        return f"ocpp: {action}.{kind} {json.dumps(payload)[:200]}: {error}"
    raise AssertionError("the library's check of a payload waits for something")


def _of_strict_mode(told) -> list:
    judged = list(_with_schema(told))
    if not NODE.exists() and not is_ci():
        judged = []
    answers = _node.judge(judged) if judged else []
    return [
        f"ocpp-rpc: {action}.{kind} {json.dumps(payload)[:200]}: {text}"
        for (action, kind, payload), text in zip(judged, answers, strict=True)
        if text
    ]


class _Node:
    """The process; started when it is first asked, again after a fork."""

    def __init__(self):
        self._process = None
        self._owner = None

    def judge(self, judged: list) -> list:
        """A text or None for each (action, kind, payload)."""
        if self._owner != os.getpid():
            self._start()
        self._process.stdin.write(json.dumps(judged) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise Missing(f"{_JUDGE} ended with {self._process.wait()}")
        return json.loads(line)

    def _start(self):
        if not NODE.exists():
            raise Missing("the second validator is not installed: make setup")
        self._process = subprocess.Popen(
            [NODE, _JUDGE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=dict(os.environ, NODE_PATH=str(ORACLE / "node_modules")),
        )
        self._owner = os.getpid()
        atexit.register(self._end, self._process, self._owner)

    @staticmethod
    def _end(process, owner):
        if owner == os.getpid():
            process.kill()
            process.wait()


_node = _Node()
