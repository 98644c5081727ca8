"""`python3 -m tools.setup`: everything the other commands need; the second time, in no time."""

import fcntl
import json
import sys

from tools.paths import STATUS, TOOLS, is_ci
from tools.setup import browser, emulator, environment, oracle, unix
from tools.setup.steps import Unavailable, say

_TARGETS = {"unix": unix.prepare, "qemu": emulator.prepare}
_OTHERS = {"the second validator": oracle, "the browser": browser}


def main() -> int:
    TOOLS.mkdir(exist_ok=True)
    with open(TOOLS / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two commands at once: the second waits and reuses
        try:
            environment.prepare()
        except Unavailable as trouble:
            say(f"setup: {trouble.why}\nsetup: to fix it: {trouble.fix}")
            return 1
        status = {target: _outcome(prepare) for target, prepare in _TARGETS.items()}
        others = {what: _outcome(tool.prepare) for what, tool in _OTHERS.items()}
        everything = {"in_process": _GOOD, **status, **others}
        STATUS.write_text(json.dumps(everything, indent=1) + "\n")
    return _report(status, others)


_GOOD = {"ok": True, "why": "", "fix": ""}


def _outcome(prepare) -> dict:
    try:
        prepare()
    except Unavailable as trouble:
        return {"ok": False, "why": trouble.why, "fix": trouble.fix}
    return _GOOD


def _report(status: dict, others: dict) -> int:
    missing = [target for target, said in status.items() if not said["ok"]]
    for target in missing:
        _tell(f"target {target}", status[target])
    absent = [what for what, said in others.items() if not said["ok"]]
    for what in absent:
        _tell(what, others[what])
    ready = ["in_process"] + [target for target in status if target not in missing]
    say(f"setup: ready: {', '.join(ready)}")
    return 1 if (missing or absent) and is_ci() else 0


def _tell(what: str, said: dict) -> None:
    say(f"setup: {what} is UNAVAILABLE: {said['why']}")
    say(f"setup: to fix it: {said['fix']}")


if __name__ == "__main__":
    sys.exit(main())
