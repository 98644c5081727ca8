"""`make bench`: measure, and show, publish or check.

--write-readme   put the tables into README.md
--check          compare with what README.md says; exit 1 when something is more than 20 % off
"""

import argparse
import sys

from rich.console import Console

from host_tests.harness.targets.base import Unavailable
from tools.bench import check, table
from tools.bench.measure import tables
from tools.paths import ROOT
from tools.setup import steps

README = ROOT / "README.md"


def main(words: list) -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--write-readme", action="store_true", help="publish the tables")
    parser.add_argument("--check", action="store_true", help="compare with what is published")
    chosen = parser.parse_args(words)
    try:
        measured = tables()
    except (Unavailable, steps.Unavailable) as reason:
        print(f"bench: {reason}", file=sys.stderr)
        return 1
    console = Console()
    for one in measured:
        console.print(one.rich())
    if chosen.write_readme:
        README.write_text(table.replaced(README.read_text(), measured))
        print("bench: written to README.md")
    return _checked(measured) if chosen.check else 0


def _checked(measured: list) -> int:
    figures = {key: value for one in measured for key, value in one.figures().items()}
    found = check.differences(table.figures(README.read_text()), figures)
    for line in found:
        print(f"bench: {line}", file=sys.stderr)
    if found:
        print("bench: if that is meant: make bench ARGS=--write-readme", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
