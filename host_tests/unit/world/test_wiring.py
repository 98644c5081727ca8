"""world/wiring with the emulated machine and the real drivers: what the firmware sees and does."""

import time

import machine
import pytest

from chargepoint.drivers.pilot_adc import PilotAdc
from chargepoint.drivers.relay_pin import RelayPin
from host_tests.harness import paths
from host_tests.harness.devices import faults as devices
from host_tests.harness.world import World
from host_tests.harness.world.faults import FAULTS
from host_tests.harness.world.wiring import Wiring

paths.use_firmware()

import pins  # noqa: E402


class Instrument:
    """A serial instrument that answers each request with its reverse."""

    fault = None

    def __init__(self):
        self.heard = []
        self.due = None
        self._answer = b""

    def due_ms(self):
        return self.due

    def receive(self, data, now_ms):
        self.heard.append((now_ms, data))
        self._answer = data[::-1]

    def take(self, now_ms):
        answer, self._answer = self._answer, b""
        return answer


class Station:
    """The drivers of connector ``number`` on a bench of their own."""

    def __init__(self, number=1, connectors=1):
        self.world = World(connectors=connectors, seed=4, lacks=["interlock"])
        self.meter, self.reader = Instrument(), Instrument()
        self.wiring = Wiring(self.world, pins, {number: self.meter}, self.reader)
        self.outlet = self.world.connectors[number]
        self.number = number
        self.boot()

    def boot(self):
        self.bench = machine.Bench()
        machine.use(self.bench)
        place = self.number - 1
        self.wiring.restart()
        pwm = machine.PWM(machine.Pin(pins.PILOT_PWM[place]), freq=1000)
        adc = machine.ADC(machine.Pin(pins.PILOT_ADC[place]))
        self.pilot = PilotAdc(pwm, adc, pins.PILOT_ZERO_MV, pins.PILOT_RATIO_BP)
        self.relay = RelayPin(
            machine.Pin(pins.RELAY[place], machine.Pin.OUT),
            machine.Pin(pins.FEEDBACK[place], machine.Pin.IN),
        )
        self.uart = machine.UART(pins.METER_UART[place], baudrate=9600)

    def step(self, ms=10, work=lambda: None):
        self.world.advance_to(self.world.now_ms + ms)
        self.bench.load(self.wiring.before_step(self.world.now_ms))
        work()
        self.wiring.after_step(self.bench.take())


@pytest.mark.parametrize("duty_bp", [10_000, 1000, 2667, 5333, 8920])
@pytest.mark.parametrize("number", [1, 4])
def test_the_driver_reads_the_circuits_voltages(duty_bp, number):
    station = Station(number, connectors=4)
    station.outlet.vehicle.plug_in()
    station.step(work=lambda: station.pilot.set_duty(duty_bp))
    for _ in range(50):
        station.step()
        assert station.pilot.read()
        high_mv, low_mv = station.outlet.pilot_mv
        assert station.pilot.high_mv == pytest.approx(high_mv, abs=60)
        assert station.pilot.low_mv == pytest.approx(low_mv, abs=60)


def test_the_duty_arrives_to_a_tenth_of_a_percent():
    station = Station()
    for duty_bp in range(0, 10_001, 7):
        station.step(work=lambda bp=duty_bp: station.pilot.set_duty(bp))
        assert abs(station.outlet.duty_bp - duty_bp) <= 1
    for duty_bp in (0, 10_000):
        station.step(work=lambda bp=duty_bp: station.pilot.set_duty(bp))
        assert station.outlet.duty_bp == duty_bp
    assert station.outlet.pilot_hz == 1000


def test_the_relay_drives_the_contactor_and_sees_its_mirror():
    station = Station()
    station.step(work=lambda: station.relay.set_closed(True))
    station.step()
    assert station.relay.feedback() is False
    station.step(30)
    assert station.outlet.contactor.closed
    assert station.relay.feedback() is True


def test_only_changes_are_carried():
    station = Station()
    station.step(work=lambda: station.pilot.set_duty(10_000))
    station.step()
    assert station.wiring.before_step(20) == {"t": 20}
    station.outlet.vehicle.plug_in()
    assert set(station.wiring.before_step(20)) == {"t", "a"}


def test_serial_bytes_go_both_ways():
    station = Station()
    station.step(work=lambda: station.uart.write(b"abc"))
    assert station.meter.heard == [(10, b"abc")]
    station.step()
    assert station.uart.read() == b"cba"
    assert station.reader.heard == []


def test_a_restart_releases_the_outputs_and_shows_every_input_again():
    station = Station()
    station.outlet.vehicle.plug_in()
    station.step(work=lambda: station.relay.set_closed(True))
    station.step(work=lambda: station.pilot.set_duty(2667))
    station.step(100)
    assert station.outlet.contactor.closed
    station.boot()
    assert station.outlet.duty_bp == 0
    station.step()
    assert station.relay.feedback() is True
    station.step(100)
    assert station.relay.feedback() is False
    assert station.pilot.read() and station.pilot.high_mv < -11_000


def test_lamps_are_seen():
    station = Station()
    lamps = [machine.Pin(pin, machine.Pin.OUT) for pin in pins.LAMP[0]]
    station.step(work=lambda: lamps[2].value(1))
    assert station.outlet.lamp == (0, 0, 1)


def test_the_next_answer_of_any_instrument_is_due():
    station = Station()
    assert station.wiring.next_due_ms() is None
    station.reader.due = 70
    assert station.wiring.next_due_ms() == 70
    station.meter.due = 50
    assert station.wiring.next_due_ms() == 50


def test_an_instruments_fault_is_told_to_the_instrument():
    station = Station()
    station.world.fault("meter_silent")
    station.world.fault("meter_foreign")
    assert station.meter.fault == "foreign"
    station.world.clear_fault("meter_foreign")
    assert station.meter.fault == "silent"
    station.world.fault("reader_rubbish")
    assert station.reader.fault == "rubbish"
    station.world.clear_fault("reader_rubbish")
    station.world.clear_fault("meter_silent")
    assert (station.meter.fault, station.reader.fault) == (None, None)


def test_every_word_is_one_that_the_devices_know():
    words = {fault.word for fault in FAULTS.values() if fault.word}
    assert words <= set(devices.ALL)


def test_a_power_cut_takes_the_reader_but_not_the_meter():
    station = Station()
    station.world.power(False)
    station.wiring.restart()
    assert (station.meter.fault, station.reader.fault) == (None, "disappears")
    station.world.power(True)
    station.wiring.restart()
    assert station.reader.fault is None


def test_a_burst_of_64_reads_is_cheap():
    """Virtual hours must fit in seconds: well under 60 us here, asserted with room for a slow
    machine."""
    station = Station()
    station.step()
    best_s = 1.0
    for _ in range(50):
        begin_s = time.perf_counter()
        station.pilot.read()
        best_s = min(best_s, time.perf_counter() - begin_s)
    assert best_s < 200e-6
