"""pytest again and again, each time in a fork of a process that has imported it already.

Reads lines of JSON, {"words": [...], "out": path}, and answers each with a line: pytest's code,
HUNG, or a negative one when the run was ended. What pytest says is in the file ``out``.

What hangs is what fails: one test, by the processor's time that it has used, which is the same on
a loaded machine and for however many tests there are.
"""

import json
import os
import signal
import sys

import hypothesis.stateful  # noqa: F401
import pytest

HUNG = 20
# The longest of these tests needs some 10 s; a loop that never ends any.
_WORKS_S = 120
# What uses no processor waits for what never comes.
_WAITS_S = 1800


class Patience:
    """Begins anew with each test, and names the one that hangs."""

    def __init__(self):
        self._test = "collecting"
        signal.signal(signal.SIGPROF, self._end)
        self.begin("collecting")

    def begin(self, test):
        self._test = test
        signal.setitimer(signal.ITIMER_PROF, _WORKS_S)
        signal.alarm(_WAITS_S)

    def pytest_runtest_logstart(self, nodeid):
        self.begin(nodeid)

    def _end(self, *_):
        os.write(1, f"\nhangs: {self._test}\n".encode())
        os._exit(HUNG)


def _run(order):
    out = os.open(order["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(out, 1)
    os.dup2(out, 2)
    code = pytest.main(order["words"], plugins=[Patience()])
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
