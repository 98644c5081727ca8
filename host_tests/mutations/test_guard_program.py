"""The guard's program with each instruction changed in turn, and a trial notices it."""

import pytest

from host_tests.conformance.guard.rig import SOURCE, program_for
from host_tests.conformance.guard.trials import TRIALS, noticed
from host_tests.mutations.guard_program import EQUIVALENT, mutants


@pytest.fixture(scope="module")
def found():
    return mutants(SOURCE.read_text(encoding="utf-8"), program_for())


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.__name__)
def test_program_passes_as_it_is(trial):
    """Or the trials would notice anything."""
    trial(program_for())


def test_every_instruction_is_changed(found):
    program = program_for()
    left_out = [mutant for mutant in found if mutant.change == "left out"]
    assert len(left_out) == len(program.words) - program.entry
    changed = {mutant.line.split()[0] for mutant in found if mutant.change != "left out"}
    assert changed >= {"jump", "jumpr", "jumps", "sub", "st", "ld", "reg_wr", "reg_rd", "adc"}


def test_each_change_is_noticed_or_changes_nothing(found):
    """Also: what is listed as equivalent is there, and really survives."""
    survived = {
        (mutant.line, mutant.nth, mutant.change) for mutant in found if not noticed(mutant.program)
    }
    assert survived - set(EQUIVALENT) == set(), "no trial notices these"
    assert set(EQUIVALENT) - survived == set(), "listed as equivalent, but noticed or not there"
