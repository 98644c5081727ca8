"""A stage on one target, for stories whose other targets would tell nothing new."""

import os
import time

import pytest

from host_tests.harness.stage import Stage
from host_tests.harness.targets.base import Unavailable
from host_tests.provisioning import turns


@pytest.fixture
def stage_on(tmp_path):
    """Makes a stage on a target that is on and accepted; unavailable is a failure under CI."""
    stages = []

    def make(target, **options):
        try:
            stage = Stage(target, tmp_path / f"stage {len(stages)}", **options)
        except Unavailable as reason:
            if os.environ.get("CI") == "true":
                pytest.fail(f"target unavailable under CI: {reason}")
            pytest.skip(str(reason))
        stages.append(stage)
        stage.start()
        return stage.ready()

    yield make
    for stage in stages:
        stage.__exit__()


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """A station that is led from here is back within moments of the wall's time."""
    monkeypatch.setattr(time, "sleep", lambda s, sleep=time.sleep: sleep(min(s, 0.02)))
    turns.watch(monkeypatch)
