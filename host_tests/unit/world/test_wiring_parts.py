"""world/wiring: the parts that protect, with the emulated machine and the real drivers."""

import machine
import pytest

from chargepoint.drivers.buzzer_pin import BuzzerPin
from chargepoint.drivers.earth_pin import EarthPin
from chargepoint.drivers.guard_interlock import InterlockGuard
from chargepoint.drivers.lock_pins import LockPins
from chargepoint.drivers.pilot_adc import PilotAdc
from chargepoint.drivers.proximity_adc import ProximityAdc
from chargepoint.drivers.relay_pin import RelayPin
from chargepoint.drivers.residual_pin import ResidualPin
from chargepoint.drivers.thermometer_adc import AdcThermometer, Mcp9700
from host_tests.harness import paths
from host_tests.harness.world import World
from host_tests.harness.world.wiring import Wiring
from host_tests.harness.world.world import PARTS

paths.use_firmware()

import pins  # noqa: E402


def an_input(of):
    return machine.Pin(of, machine.Pin.IN)


def an_output(of):
    return machine.Pin(of, machine.Pin.OUT, value=0)


class Station:
    """The drivers of connector 1 on a bench."""

    def __init__(self, lacks=()):
        self.world = World(seed=4, lacks=lacks)
        self.wiring = Wiring(self.world, pins, {})
        self.outlet = self.world.connectors[1]
        self.bench = machine.Bench()
        machine.use(self.bench)
        self.wiring.restart()

    def step(self, ms=10, work=lambda: None):
        self.world.advance_to(self.world.now_ms + ms)
        self.bench.load(self.wiring.before_step(self.world.now_ms))
        work()
        self.wiring.after_step(self.bench.take())


@pytest.fixture
def station():
    return Station()


@pytest.mark.parametrize("ohm", [100, 220, 680, 1500, 4500])
def test_proximity_driver_reads_the_cables_resistor(station, ohm):
    adc = machine.ADC(machine.Pin(pins.PROXIMITY_ADC[0]))
    proximity = ProximityAdc(adc, pins.PROXIMITY_SERIES_OHM, pins.PROXIMITY_SUPPLY_MV)
    station.step()
    assert proximity.read_ohm() == 100_000
    station.outlet.vehicle.plug_in(cable_ohm=ohm)
    station.step()
    assert proximity.read_ohm() == pytest.approx(ohm, rel=0.03)
    station.world.fault("proximity_short")
    station.step()
    assert proximity.read_ohm() < 10


def test_thermometer_driver_reads_the_temperature(station):
    adc = machine.ADC(machine.Pin(pins.THERMOMETER_ADC[0]))
    thermometer = AdcThermometer(adc, Mcp9700())
    station.outlet.temperature_c = 63
    station.step(work=lambda: thermometer.poll(0))
    assert thermometer.celsius_mc == pytest.approx(63_000, abs=300)
    station.world.fault("thermometer_open")
    for now_ms in range(1000, 4000, 1000):
        station.step(work=lambda at=now_ms: thermometer.poll(at))
    assert thermometer.celsius_mc is None


def test_lock_driver_moves_the_bolt_and_sees_it(station):
    lock = LockPins(
        an_output(pins.LOCK_A[0]), an_output(pins.LOCK_B[0]), an_input(pins.LOCK_SENSE[0])
    )
    station.step(work=lambda: lock.drive(1))
    station.step(240)
    assert not lock.locked()
    station.step(20)
    assert lock.locked() and station.outlet.lock.engaged
    station.step(work=lambda: lock.drive(-1))
    station.step(260)
    assert not lock.locked() and station.outlet.lock.word == "out"
    station.wiring.restart()
    assert station.outlet.lock.direction == 0


def test_residual_driver_sees_the_trip_and_tests_the_monitor(station):
    residual = ResidualPin(an_input(pins.RESIDUAL[0]), an_output(pins.RESIDUAL_TEST[0]))
    station.step()
    assert not residual.tripped()
    station.step(work=lambda: residual.test(True))
    station.step(100)
    assert residual.tripped()
    station.step(work=lambda: residual.test(False))
    station.step(600)
    assert not residual.tripped()
    station.world.fault("residual_absent")
    station.step()
    assert residual.tripped()


def test_earth_driver_sees_the_earth(station):
    earth = EarthPin(an_input(pins.EARTH[0]))
    station.step()
    assert earth.connected()
    station.world.fault("earth_open")
    station.step()
    assert not earth.connected()


def test_second_relay_drives_the_second_contactor_and_sees_its_mirror(station):
    second = RelayPin(an_output(pins.SECOND_RELAY[0]), an_input(pins.SECOND_FEEDBACK[0]))
    guard = InterlockGuard(an_output(pins.INTERLOCK[0]), an_input(pins.INTERLOCK_SENSE[0]))

    def work():
        guard.beat(0)
        second.set_closed(True)

    station.step(work=work)
    for _ in range(4):
        station.step(work=work)
    assert second.feedback() and station.outlet.second_contactor.closed
    assert not station.outlet.contactor.coil


def test_guard_that_stops_to_beat_opens_the_contactor_and_sees_it(station):
    relay = RelayPin(an_output(pins.RELAY[0]), an_input(pins.FEEDBACK[0]))
    guard = InterlockGuard(an_output(pins.INTERLOCK[0]), an_input(pins.INTERLOCK_SENSE[0]))
    station.step()
    assert guard.tripped() == "heartbeat", "nothing has beaten yet"
    for _ in range(10):
        station.step(work=lambda: (guard.beat(0), relay.set_closed(True)))
    assert station.outlet.contactor.closed and guard.tripped() is None
    for _ in range(9):
        station.step()
    assert station.outlet.contactor.closed
    station.step()
    station.step(20)
    assert not station.outlet.contactor.closed and guard.tripped() == "heartbeat"


def test_switch_takes_the_pilot_off_the_vehicle(station):
    pilot = PilotAdc(
        machine.PWM(machine.Pin(pins.PILOT_PWM[0]), freq=1000),
        machine.ADC(machine.Pin(pins.PILOT_ADC[0])),
        pins.PILOT_ZERO_MV,
        pins.PILOT_RATIO_BP,
        switch_pin=an_output(pins.PILOT_OFF[0]),
    )
    station.outlet.vehicle.plug_in()
    station.step(work=lambda: pilot.set_duty(10_000))
    station.step(work=lambda: pilot.connect(False))
    station.step(work=pilot.read)
    assert not station.outlet.circuit.reaches_vehicle and pilot.high_mv > 11_900
    station.wiring.restart()
    assert station.outlet.circuit.connected


def test_spikes_of_a_radio_spoil_single_samples(station):
    station.outlet.circuit.spikes = 2
    station.step()
    table = station.bench.adc_table(pins.PILOT_ADC[0])
    for first in range(0, 193, 16):
        burst = table[first : first + 64]
        assert 2 <= sum(sample_uv in (0, 3_300_000) for sample_uv in burst) <= 3
    station.outlet.circuit.spikes = 0
    station.step()
    assert not {0, 3_300_000} & set(table)


def test_button_and_buzzer_are_the_stations(station):
    button = machine.Pin(pins.BUTTON, machine.Pin.IN, machine.Pin.PULL_UP)
    buzzer = BuzzerPin(an_output(pins.BUZZER))
    station.step()
    assert button.value() == 1
    station.world.press_button(50)
    station.step(work=lambda: buzzer.sound("refused", 0))
    assert button.value() == 0 and station.world.buzzer
    station.step(50, work=lambda: buzzer.poll(600))
    assert button.value() == 1 and not station.world.buzzer


def test_part_that_is_lacking_has_no_wire():
    station = Station(lacks=PARTS)
    snapshot = station.wiring.before_step(10)
    assert "p" not in snapshot and len(snapshot["a"]) == 1
