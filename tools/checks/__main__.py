"""`make check`: one line for each check; what is wrong and what to do about it when it fails."""

import sys

from tools import draw_faults, draw_lamps, draw_order, draw_settings, draw_states
from tools.boards import check as boards
from tools.checks import compiles, duplicates, imports, links, lint, names, readme, sizes, types
from tools.paths import ROOT

_CHECKS = (
    lint.Format,
    lint.Lint,
    types,
    imports,
    compiles,
    duplicates,
    readme,
    links,
    names,
    sizes,
    boards,
    draw_states,
    draw_faults,
    draw_lamps,
    draw_settings,
    draw_order,
)
_SHOWN = 30  # of a check's findings


def main(wanted: list) -> int:
    known = {check.NAME: check for check in _CHECKS}
    unknown = [name for name in wanted if name not in known]
    if unknown:
        print(f"check: no check {unknown[0]!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    failed = [name for name in wanted or known if not _passes(known[name])]
    if failed:
        print(f"check: {len(failed)} failed: {', '.join(failed)}")
    return 1 if failed else 0


def _passes(check) -> bool:
    found = check.find(ROOT)
    if not found:
        print(f"check: ok      {check.NAME}", flush=True)
        return True
    print(f"check: FAILED  {check.NAME}: {len(found)} found; {check.REMEDY}")
    for line in found[:_SHOWN]:
        print(f"    {line}")
    if len(found) > _SHOWN:
        print(f"    and {len(found) - _SHOWN} more")
    sys.stdout.flush()
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
