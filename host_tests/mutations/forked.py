"""pytest again and again, each time in a fork of a process that has imported it already.

Reads lines of JSON, {"words": [...], "out": path, "timeout_s": n}, and answers each with a line:
pytest's code, or a negative one when the run was ended. What pytest says is in the file ``out``.
"""

import json
import os
import signal
import sys

import hypothesis.stateful  # noqa: F401
import pytest


def _run(order):
    signal.alarm(order["timeout_s"])
    out = os.open(order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    code = pytest.main(order["words"])
    sys.stdout.flush()
    return int(code)


def main():
    """Until there is nothing left to read."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 3
            try:
                code = _run(json.loads(line))
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main()
