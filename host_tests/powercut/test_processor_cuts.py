"""The whole emulated microcontroller loses its power, at random, in a session.

The process is killed between two steps of the station or at some instruction within one. The
store is littlefs in the emulated flash, which keeps what was written until then, so a cut may come
in the middle of a block. The same stories and the same check as with the other cuts.
"""

import os
import random
import signal
import threading

import pytest

from host_tests.harness.store import PowerCut
from host_tests.powercut.stories import SETTINGS, online, survives

CUTS = 12
# The story has somewhat more steps; how long one takes on the host.
STEPS = 600
STEP_S = 0.004


class Plug:
    """The mains plug of a stage on qemu: a medium as MemoryStore is, its operations are steps."""

    def __init__(self, stage):
        self._stage = stage
        self._machine = stage.target.machine
        self._step = stage.target.step
        stage.target.step = self.step
        self.restore_power()

    def cut_after(self, steps, within_s):
        """Pull it after so many steps, and in the one after when ``within_s`` is not None."""
        self._left = steps
        self._within_s = within_s

    def restore_power(self):
        """No more cuts."""
        self.cut_after(-1, None)

    def step(self, inputs):
        if self._left == 0:
            self._pull(inputs)
        self._left -= 1
        return self._step(inputs)

    def _pull(self, inputs):
        if self._within_s is None:
            os.kill(self._machine.pid, signal.SIGKILL)
            raise PowerCut
        timer = threading.Timer(self._within_s, os.kill, (self._machine.pid, signal.SIGKILL))
        timer.start()
        try:
            self._step(inputs)
        except RuntimeError as error:
            assert "qemu ended" in str(error), error
        timer.join()
        raise PowerCut


@pytest.mark.parametrize("number", range(CUTS))
def test_session_survives_a_power_cut_at_a_random_instruction(
    make_stage_on, number, record_property
):
    """DESIGN.md §6: no transaction and no watt-hour lost."""
    chance = random.Random(number)
    stage = make_stage_on("qemu", "cut", settings=SETTINGS)
    at = chance.randrange(STEPS)
    within_s = chance.uniform(0, STEP_S) if number % 4 else None
    assert survives(stage, Plug(stage), online, (at, within_s))
    record_property("power cuts", 1)
