"""`make mutations`: break each safety rule in turn, and show which test notices (ARGS=names)."""

import sys
import tempfile
import time
from pathlib import Path

from host_tests.mutations.mutants import MUTATIONS, look_up
from host_tests.mutations.mutation import Trial
from tools.paths import ROOT

_BY_CHARACTERS = 110


def main(names: list) -> int:
    try:
        chosen = [look_up(name) for name in names] or MUTATIONS
    except ValueError as error:
        print(f"mutations: {error}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="mutations") as folder:
        trial = Trial(ROOT, Path(folder))
        survivors = [mutation.name for mutation in chosen if not _noticed(trial, mutation)]
        trial.close()
    print(f"mutations: {len(chosen) - len(survivors)} of {len(chosen)} broken rules noticed")
    for name in survivors:
        print(f"mutations: NOT noticed: {name}", file=sys.stderr)
    return 1 if survivors else 0


def _noticed(trial, mutation) -> bool:
    begun_s = time.monotonic()
    try:
        by = trial.run(mutation)
    except AssertionError as error:
        by = f"NOTHING: {error}"
    took_s = time.monotonic() - begun_s
    print(f"{mutation.name}: {mutation.rule}")
    print(f"    {took_s:4.1f} s  {by[:_BY_CHARACTERS]}", flush=True)
    return not by.startswith("NOTHING")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
