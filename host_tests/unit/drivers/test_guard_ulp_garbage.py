"""drivers/guard_ulp on MicroPython: a step leaves nothing for the collector, and what it costs."""

import json
import subprocess

import pytest

from host_tests.harness import paths
from host_tests.harness.world.guard import desk_program

MICROPYTHON = paths.TOOLS / "bin/micropython"
SCRIPT = """
import gc, json, sys, uctypes
sys.path[:] = ["firmware", "FOLDER"]
gc.collect()
before = gc.mem_alloc()
import guard_program
from chargepoint.drivers.guard_ulp import MEMORY, UlpGuard, mailbox
from chargepoint.drivers.guard_ulp_ports import UlpInput, UlpLevel, UlpPilot, UlpRelay
gc.collect()
imported = gc.mem_alloc() - before

memory = bytearray(2048)

class Registers:
    at = 0
    def __getitem__(self, address):
        return 0
    def __setitem__(self, address, value):
        pass
    def load_binary(self, at, blob):
        memory[:len(blob) - 12] = blob[12:]
    def run(self, entry):
        pass
    def set_wakeup_period(self, index, us):
        pass
    def duty_u16(self, duty):
        pass
    def read(self):
        self.at = (self.at + 7) % 97
        return 335 if self.at % 10 else 3387
    def read_uv(self):
        return 270000 if self.read() == 335 else 2730000

class Clock:
    ms = 1000
    def now_ms(self):
        return self.ms

chip, clock = Registers(), Clock()
gc.collect()
before = gc.mem_alloc()
mail = mailbox(uctypes, uctypes.addressof(memory), guard_program.MAIL)
guard = UlpGuard(guard_program, chip, chip, mail, clock, "power")
relay = UlpRelay(guard)
pilot = UlpPilot(guard, chip, chip, 1500, 1025)
level, monitor = UlpLevel(guard, chip, "proximity"), UlpInput(guard)
gc.collect()
made = gc.mem_alloc() - before

def pass_by():
    # The program, as far as a calm step sees it.
    clock.ms += 10
    mail.windows = (mail.windows + 6) & 0xFFFF
    mail.high = 2250 + clock.ms % 7
    mail.low = 600
    mail.relay = mail.pad = 1 if mail.request else 0

def step():
    pass_by()
    pilot.read()
    guard.tripped()
    level.read_uv()
    monitor.value()
    if not mail.request:
        relay.set_closed(False)
    guard.beat(clock.ms)

def left_by(step):
    for _ in range(60):
        step()
    gc.collect()
    gc.disable()
    before = gc.mem_alloc()
    for _ in range(200):
        step()
    left = gc.mem_alloc() - before
    gc.enable()
    return left

for _ in range(100):
    pass_by()
    pilot.read()
    guard.tripped()
assert guard.tripped() is None, guard.state
idle = left_by(step)
pilot.set_duty(2667)
relay.set_closed(True)
charging = left_by(step)
assert mail.request == guard_program.REQUEST and guard.tripped() is None
gc.collect()
print(json.dumps({"imported": imported, "made": made, "idle": idle, "charging": charging,
                  "read": [pilot.high_mv, pilot.low_mv]}))
"""


@pytest.fixture(scope="module")
def measured():
    if not MICROPYTHON.exists():
        pytest.skip(f"{MICROPYTHON} is missing; run: make setup")
    folder = str(paths.ROOT / "build/unix")
    assert desk_program().__file__.startswith(folder)
    done = subprocess.run(
        [str(MICROPYTHON), "-c", SCRIPT.replace("FOLDER", folder)],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_guarded_step_makes_no_garbage(measured):
    """Idle and charging, with the structure of uctypes that a board has."""
    assert abs(measured["read"][0] - 3060) < 100, "2250 counts behind the desk's divider"
    assert (measured["idle"], measured["charging"]) == (0, 0)


def test_guard_lives_in_little(measured):
    """From files, where names and code lie in RAM; frozen they don't."""
    assert measured["made"] <= 3 * 1024, measured
    assert measured["imported"] <= 24 * 1024, measured
