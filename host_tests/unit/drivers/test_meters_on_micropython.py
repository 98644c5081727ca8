"""The meters' drivers on the interpreter that ships: 32 bits, its own integers and bytes.

CPython plays the instruments beforehand; the script below only has their answers by heart.
"""

import json
import subprocess
from pathlib import Path

import pytest

from chargepoint.drivers import meter_models
from host_tests.harness.devices.cse7766 import Cse7766
from host_tests.harness.devices.modbus_meter import SERIAL, ModbusInstrument, crc
from host_tests.unit.drivers.meter_world import World

ROOT = Path(__file__).resolve().parents[3]
MICROPYTHON = ROOT / ".tools/bin/micropython"
SCRIPT = """
import json, sys
from binascii import hexlify, unhexlify
sys.path.insert(0, "firmware")
from chargepoint.drivers import meter_models
from chargepoint.drivers.kept_register import KeptRegister
from chargepoint.drivers.meter_cse7766 import Cse7766Meter
from chargepoint.drivers.meter_modbus import ModbusMeter
from chargepoint.drivers.meter_s0 import S0Meter

class Line:
    def __init__(self, answers):
        self.answers, self.waiting = answers, b""
    def any(self):
        return len(self.waiting)
    def read(self, count):
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return taken
    def readinto(self, buffer):
        taken = self.read(len(buffer))
        buffer[:len(taken)] = taken
        return len(taken)
    def write(self, data):
        self.waiting += unhexlify(self.answers.get(hexlify(data).decode(), ""))

class Store:
    def __init__(self):
        self.files = {}
    def read(self, name):
        return self.files.get(name)
    def write(self, name, data):
        self.files[name] = bytes(data)
        return True

class Counter:
    count = 0
    def value(self):
        return self.count

def told(meter):
    r = meter.reading
    return [meter.trouble, meter.make, meter.serial, r and [r.energy_wh, r.export_wh, r.power_w,
            r.voltage_mv, r.current_ma, r.frequency_mhz]]

job = json.loads(sys.stdin.read())
for name in job["modbus"]:
    meter = ModbusMeter(Line(job["modbus"][name]), meter_models.find(name))
    for now_ms in range(0, 4000, 10):
        meter.poll(now_ms)
    print(json.dumps(told(meter)))
store = Store()
line = Line({})
meter = Cse7766Meter(line, KeptRegister(store, "cse"))
for at, frame in enumerate(job["cse"]):
    line.waiting += unhexlify(frame)
    meter.poll(at * 1000)
print(json.dumps(told(meter)))
counter = Counter()
register = KeptRegister(store, "s0")
register.begin_at(99999999)
meter = S0Meter(counter, register, 3200)
for now_ms in range(0, 900000, 100):
    counter.count = now_ms // 200
    meter.poll(now_ms)
print(json.dumps(told(meter)), KeptRegister(store, "s0").energy_wh)
"""


def answers(name, world):
    """Request -> answer, in hexadecimal, of every question that the driver may ask."""
    model, device = meter_models.find(name), ModbusInstrument(world, name)
    told = {}
    for question in (*model.blocks, *model.identity):
        function, register, count = question[:3]
        body = bytes((1, function)) + register.to_bytes(2, "big") + count.to_bytes(2, "big")
        device.receive(body + crc(body), device.quiet_ms())
        told[(body + crc(body)).hex()] = device.take(device.quiet_ms()).hex()
    return told


@pytest.mark.skipif(not MICROPYTHON.exists(), reason="no MicroPython here: run `make setup`")
def test_meters_read_the_same_on_the_interpreter_that_ships():
    large = World(import_wh=(2**32 - 2) * 10)
    chip = World(import_wh=0, power_w=7_360)
    device, frames = Cse7766(chip), []
    for _ in range(200):
        frames.append(device.frame().hex())
        chip.import_wh += 7_360 / 3600
    names = {"SDM630": World(), "B23": large, "EM340": World(power_w=-3000), "WE516": World()}
    job = {
        "modbus": {name: answers(name, world) for name, world in names.items()},
        "cse": frames,
    }
    told = subprocess.run(
        [MICROPYTHON, "-c", SCRIPT],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert told.stderr == ""
    *meters, cse, s0 = told.stdout.splitlines()
    found = {reading[1]: reading for reading in map(json.loads, meters)}
    volts, amps = World().voltage_mv, World().current_ma
    normal = [1_234_500, 5_600, 11_040, volts, amps, 50_000]
    assert found["Eastron SDM630"] == [None, "Eastron SDM630", str(SERIAL), normal]
    assert found["ABB B23"][3][0] == (2**32 - 2) * 10
    assert found["Carlo Gavazzi EM340"][2:] == ["0511234", [*normal[:2], -3000, *normal[3:]]]
    assert found["Orno WE-516"] == [None, "Orno WE-516", None, normal]
    energy_wh, _, power_w, *_ = json.loads(cse)[3]
    assert energy_wh == pytest.approx(199 * 7_360 / 3600, abs=2)
    assert power_w == pytest.approx(7_360, abs=10)
    reading, _, kept_wh = s0.rpartition(" ")
    energy_wh = 99_999_999 + 4499 * 1000 // 3200
    assert json.loads(reading)[3][0] == pytest.approx(energy_wh, abs=2)
    assert energy_wh - 101 <= int(kept_wh) <= energy_wh


CALM = """
import gc, sys
sys.path.insert(0, "firmware")
from chargepoint.drivers.kept_register import KeptRegister
from chargepoint.drivers.meter_cse7766 import Cse7766Meter
from chargepoint.drivers.meter_models import find
from chargepoint.drivers.meter_modbus import ModbusMeter
from chargepoint.drivers.meter_s0 import S0Meter

class Nothing:
    def any(self):
        return 0
    def write(self, data, more=None):
        return True
    def read(self, name):
        return None
    def value(self):
        return 0

nothing = Nothing()
register = KeptRegister(nothing, "s0")
meters = [
    ModbusMeter(nothing, find("SDM630")),
    S0Meter(nothing, register, 1000),
    Cse7766Meter(nothing, KeptRegister(nothing, "cse")),
]
for meter in meters:
    for start_ms in (1000, 1400):
        meter.poll(start_ms)
        register.add(5000000000)
        register.poll(start_ms)
        gc.collect()
        gc.disable()
        before = gc.mem_alloc()
        for _ in range(100):
            meter.poll(start_ms + 50)
        print(gc.mem_alloc() - before)
        gc.enable()
"""


@pytest.mark.skipif(not MICROPYTHON.exists(), reason="no MicroPython here: run `make setup`")
def test_calm_step_makes_no_garbage():
    """DESIGN.md (shared) §5: asked and waiting, at rest, and with energy that is not saved yet."""
    command = [MICROPYTHON, "-c", CALM]
    told = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (told.stderr, told.stdout.split()) == ("", ["0"] * 6)
