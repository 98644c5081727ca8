"""``make report``: run the suite, write build/report/index.html; the exit status is the suite's.

python -m tools.report [in_process] [unix] [qemu]     no name: all three
python -m tools.report --from FILE                     only the page, of an earlier run
"""

import argparse
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from tools.paths import ROOT
from tools.report import page, records

_SUITES = ("host_tests/conformance/iec61851", "host_tests/conformance/guard")
_FOLDER = ROOT / "build/report"


def main(words: list) -> int:
    """Carry out the command line; 1 when a case failed or there is none."""
    parser = argparse.ArgumentParser(prog="tools.report", description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="target", help="in_process, unix or qemu")
    parser.add_argument("--from", dest="source", type=Path, help="records of an earlier run")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="where the page goes")
    options = parser.parse_args(words)
    unknown = sorted(set(options.targets) - set(records.ORDER))
    if unknown:
        parser.error(f"no target is called {unknown[0]!r}; there are {', '.join(records.ORDER)}")
    options.folder.mkdir(parents=True, exist_ok=True)
    source, status = options.source, 0
    if source is None:
        source = options.folder / "records.jsonl"
        status = _run_suite(options.targets, source)
    return _write(source, options.folder) or status


def _run_suite(targets, source):
    chosen = [word for name in targets for word in ("--target", name)]
    command = [sys.executable, "-m", "pytest", *_SUITES, "-q", "--tb=line", *chosen]
    return subprocess.run([*command, "--report", str(source.resolve())], cwd=ROOT).returncode


def _write(source, folder):
    stories = records.load(source)
    if not stories:
        print(f"report: {source} has no case", file=sys.stderr)
        return 1
    path = folder / "index.html"
    path.write_text(page.render(stories, _heading()), encoding="utf-8")
    failed = [story for story in stories if story.failed]
    print(f"report: {len(stories)} cases, {len(failed)} failed: {path}")
    return 1 if failed else 0


def _heading():
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True
    )
    commit = told.stdout.strip() or "no commit"
    return f"Pilotlight {commit}, {datetime.now():%Y-%m-%d %H:%M}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
