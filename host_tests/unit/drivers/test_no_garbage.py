"""The drivers of small parts on MicroPython: a calm step leaves nothing for the collector."""

import json
import subprocess

import pytest

from host_tests.harness import paths

MICROPYTHON = paths.TOOLS / "bin/micropython"
SCRIPT = """
import gc, json, sys
sys.path.insert(0, "firmware")
from chargepoint.drivers.button_pin import ButtonPin
from chargepoint.drivers.buzzer_pin import BuzzerPin
from chargepoint.drivers.console_line import LineConsole
from chargepoint.drivers.console_stdio import Stdio
from chargepoint.drivers.earth_pin import EarthPin
from chargepoint.drivers.guard_interlock import InterlockGuard
from chargepoint.drivers.lamp_pin import PinLamp
from chargepoint.drivers.lamp_ws2812 import Ws2812Lamp
from chargepoint.drivers.lock_pins import LockPins
from chargepoint.drivers.pilot_adc import PilotAdc
from chargepoint.drivers.proximity_adc import ProximityAdc
from chargepoint.drivers.relay_pin import RelayPin
from chargepoint.drivers.residual_pin import ResidualPin
from chargepoint.drivers.thermometer_adc import AdcThermometer, Mcp9700, Ntc

class Pin:
    def value(self, level=None):
        return 0
    def duty_u16(self, duty):
        pass

class Adc:
    at = 0
    def read_uv(self):
        self.at = (self.at + 7) % 17
        return 600000 + 4000 * self.at

class Pixels:
    def __len__(self):
        return 8
    def __setitem__(self, at, colour):
        pass
    def write(self):
        pass

class Clock:
    ms = 0
    def now_ms(self):
        return self.ms

clock = Clock()
relay, pilot = RelayPin(Pin(), Pin()), PilotAdc(Pin(), Adc(), 1500, 1000, switch_pin=Pin())
lamp, pixels = PinLamp(Pin(), Pin(), Pin(), clock), Ws2812Lamp(Pixels(), clock)
buzzer, button, earth = BuzzerPin(Pin()), ButtonPin(Pin()), EarthPin(Pin())
residual, lock = ResidualPin(Pin(), Pin()), LockPins(Pin(), Pin(), Pin())
guard = InterlockGuard(Pin(), Pin())
proximity = ProximityAdc(Adc(), 1000, 3300)
console = LineConsole(Stdio())
warm, hot = AdcThermometer(Adc(), Mcp9700()), AdcThermometer(Adc(), Ntc(10000, 3300))

STEPS = {
    "relay": lambda: relay.feedback(),
    "pilot": lambda: pilot.read(),
    "lamp": lambda: lamp.show("free"),
    "pixels": lambda: pixels.show("free"),
    "buzzer": lambda: buzzer.poll(clock.ms),
    "button": lambda: button.pressed(),
    "earth": lambda: earth.connected(),
    "residual": lambda: residual.tripped(),
    "lock": lambda: lock.locked(),
    "beat": lambda: guard.beat(clock.ms),
    "guard": lambda: guard.tripped(),
    "proximity": lambda: proximity.read_ohm(),
    "mcp9700": lambda: warm.poll(clock.ms),
    "ntc": lambda: hot.poll(clock.ms),
    "console": lambda: console.poll(clock.ms),
}

def left_by(step):
    for _ in range(60):
        step()
        clock.ms += 10
    before = gc.mem_alloc()
    for _ in range(200):
        step()
        clock.ms += 10
    return gc.mem_alloc() - before

gc.disable()
print(json.dumps({name: left_by(step) for name, step in STEPS.items()}))
print(warm.celsius_mc, hot.celsius_mc, proximity.read_ohm())
"""


@pytest.mark.skipif(not MICROPYTHON.exists(), reason="no MicroPython here: run `make setup`")
def test_a_calm_step_makes_no_garbage():
    # A console on which no one types.
    with subprocess.Popen(
        [MICROPYTHON, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, cwd=paths.ROOT,
    ) as interpreter:  # fmt: skip
        said, errors = interpreter.stdout.read(), interpreter.stderr.read()
    assert errors == ""
    left, readings = said.splitlines()
    # One measurement may cost a block of 16 bytes itself.
    assert {name: size for name, size in json.loads(left).items() if size > 16} == {}
    warm_mc, hot_mc, ohm = map(int, readings.split())
    assert 10_000 < warm_mc < 17_000
    assert 50_000 < hot_mc < 65_000
    assert 220 < ohm < 260
