"""``python -m host_tests.month [DAYS]``: a whole month, and what came of it."""

import resource
import sys
import tempfile
from pathlib import Path

import host_tests.conftest  # noqa: F401  (the firmware's modules on the path)
from host_tests.month import report
from host_tests.month.month import Month

STARTS = "2026-03-01T00:00:00+01:00"
DAYS = 32


def main(arguments: list) -> int:
    """0 where everything is as it must be."""
    days = float(arguments[0]) if arguments else DAYS
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with tempfile.TemporaryDirectory() as folder, Month(Path(folder), STARTS, days) as month:
        month.play(lambda text: print(text, flush=True))
        found = report.of(month)
        print(found.text())
        for trouble in found.troubles:
            print("WRONG:", trouble)
        return 1 if found.troubles else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
