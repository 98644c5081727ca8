"""Each safety rule is broken in turn, and a test notices it (`make mutations` shows the table)."""

import pytest

from host_tests.mutations.mutants import MUTATIONS
from host_tests.mutations.mutation import Trial
from tools.paths import ROOT


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    trial = Trial(ROOT, tmp_path_factory.mktemp("mutations"))
    yield trial
    trial.close()


def test_tests_that_guard_the_rules_pass_when_nothing_is_broken(trial):
    """Or they would notice anything."""
    paths = sorted({path for mutation in MUTATIONS for path in mutation.paths})
    assert trial.passes(paths) == ""


def test_mutations_have_names_of_their_own():
    names = [mutation.name for mutation in MUTATIONS]
    assert len(names) == len(set(names)) >= 30


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_broken_rule_is_noticed(trial, mutation):
    assert trial.run(mutation)
