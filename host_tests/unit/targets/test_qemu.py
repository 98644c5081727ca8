"""The target qemu: what its machine, its lines and its flash do, with a real emulator."""

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from host_tests.harness.paths import ROOT
from host_tests.harness.stage import Stage
from host_tests.harness.targets.base import Unavailable
from host_tests.harness.targets.qemu import Qemu

import pins  # isort: skip

NOWHERE = {"CentralSystemUrl": "ws://127.0.0.1:9/", "Identity": "PL-0001"}


@pytest.fixture
def make(tmp_path):
    made = []

    def make(factory=NOWHERE, board=None, **options):
        provisioning = {"factory": dict(factory), "board": board or {"connectors": 1}}
        try:
            target = Qemu(tmp_path, provisioning, **options)
        except Unavailable as reason:
            pytest.skip(str(reason))
        target.prepare()
        made.append(target)
        return target

    yield make
    for target in made:
        target.close()


def run(target, steps=20, from_ms=10, **inputs):
    return [target.step({"t": from_ms + 10 * at, **inputs}) for at in range(steps)]


def test_first_step_brings_what_the_start_set(make):
    target = make()
    target.power_on("PWRON_RESET", {"t": 0})
    outputs = target.step({"t": 10})
    assert [pins.RELAY[0], 0] in outputs["p"]
    assert outputs["w"] == [[pins.PILOT_PWM[0], 65535, 1000]]


def test_same_inputs_give_the_same_outputs(make, tmp_path):
    """Lock-step: whatever the host is busy with, a run repeats itself, frames and all."""

    def life(folder):
        with Stage("qemu", folder) as stage:
            outputs = []
            step = stage.target.step
            stage.target.step = lambda inputs: outputs.append(step(inputs)) or outputs[-1]
            stage.start()
            stage.ready()
            stage.charge(5)
            return outputs

    make()
    assert life(tmp_path / "one") == life(tmp_path / "other")


def test_factory_setting_that_is_wrong_is_refused_by_name(make):
    target = make({**NOWHERE, "SupplyLimit": "many"})
    with pytest.raises(ValueError, match="SupplyLimit"):
        target.power_on("PWRON_RESET", {"t": 0})


def test_second_connector_is_refused(make):
    with pytest.raises(Unavailable, match="one connector"):
        Qemu("unused", {"board": {"connectors": 2}})


def test_store_outlives_the_power(make):
    target = make()
    boots = []
    for _ in range(3):
        target.power_on("PWRON_RESET", {"t": 0})
        facts = [outputs.get("facts") for outputs in run(target, 30, ask=1)]
        boots.append(facts[-1]["journal"])
        target.power_off()
    assert [(each["damaged"], each["boot"]) for each in boots] == [(0, 1), (0, 2), (0, 3)]


def test_store_is_whole_after_the_power_goes_at_any_instruction(make):
    """The emulated flash is what was written until then: no record is torn, no start is lost."""
    target = make()
    chance = random.Random(1)
    boot = 0
    for _ in range(8):
        cut_off(target, chance.uniform(0.01, 0.4))
        target.power_on("PWRON_RESET", {"t": 0})
        journal = run(target, 12, ask=1)[-1]["facts"]["journal"]
        target.power_off()
        assert journal["damaged"] == 0 and journal["boot"] > boot
        boot = journal["boot"]


def cut_off(target, after_s):
    """A start and what follows, until the process is killed at some instruction."""
    cuts = []

    def start(image):
        begin(image)
        cuts.append(threading.Timer(after_s, os.kill, (target.machine.pid, signal.SIGKILL)))
        cuts[0].start()

    begin, target.machine.start = target.machine.start, start
    with pytest.raises((RuntimeError, ValueError), match="qemu ended"):
        target.power_on("PWRON_RESET", {"t": 0})
        for turn in itertools.count():
            run(target, 100, 10 + 1000 * turn)
    cuts[0].join()
    target.machine.start = begin
    target.power_off()


def test_station_that_hangs_loses_its_contactor(make):
    """The guard is the front end's: no answer, contactor open, whatever the processor does."""
    target = make(patience_s=0.3)
    target._patience_s = 30
    target.power_on("PWRON_RESET", {"t": 0})
    run(target)
    target._patience_s = 0.3
    os.kill(target.machine.pid, signal.SIGSTOP)
    outputs = target.step({"t": 500})
    assert [level for level, _ in outputs["l"]] == ["error"]
    os.kill(target.machine.pid, signal.SIGCONT)
    target._patience_s = 30
    assert "facts" in [*target.step({"t": 510, "ask": 1}), *target.step({"t": 520, "ask": 1})]


def test_processor_that_ends_is_an_error_with_its_last_words(make):
    target = make()
    target.power_on("PWRON_RESET", {"t": 0})
    os.kill(target.machine.pid, signal.SIGKILL)
    with pytest.raises(RuntimeError, match="application image mounted"):
        run(target, 2)


def test_store_takes_what_is_provisioned_later(make):
    """As a corrupt or foreign store is made: bytes under a name of a station that is off."""
    target = make()
    target.power_on("PWRON_RESET", {"t": 0})
    target.power_off()
    target.provision("factory", b'{"NoSuchSetting": "1"}')
    with pytest.raises(ValueError, match="NoSuchSetting"):
        target.power_on("PWRON_RESET", {"t": 0})


def test_emulator_ends_with_its_harness(make, tmp_path):
    """A harness that is killed leaves no emulator behind that runs on at full speed."""
    make()
    script = (
        "import os, pathlib, sys\n"
        "from host_tests.harness.targets.qemu_machine import Machine\n"
        "machine = Machine(pathlib.Path(sys.argv[1]))\n"
        "machine.start(b'')\n"
        "while 'boot' not in machine.last_words(): pass\n"
        "print(machine.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    killed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    until_s = time.monotonic() + 60
    while runs(killed.stdout.strip()) and time.monotonic() < until_s:
        pass
    assert killed.returncode == -signal.SIGKILL and not runs(killed.stdout.strip())


def runs(pid):
    """A process that has ended may still wait for someone to ask how (state Z)."""
    try:
        return (Path("/proc") / pid / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
