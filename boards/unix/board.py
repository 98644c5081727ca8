"""The board of the desk: a station on the emulated ``machine``, for in_process and unix.

Names in its store that are provisioning: ``factory`` (JSON object: setting -> text), ``board``
(JSON object: ``connectors`` 1..4; ``via``, see detour.py; ``lacks``, the parts that are not there:
second_relay, feedback, proximity, lock, residual, earth, thermometer, interlock, button, buzzer;
``socket`` false for a cable of the station's own, which has neither proximity nor lock;
``reader`` and ``meter``, see desk_readers.py and desk_meters.py; ``guard`` "ulp": a coprocessor
guards the one connector, see desk_guard.py; ``portal``, see desk_portal.py; ``console`` "stdio":
that of the process in place of an emulated UART; ``files`` false: no slots for
the firmware, no files to and fro) and, for wss, the PEM files
``tls_ca``, ``tls_certificate`` and ``tls_key``.
"""

import os
import sys

import machine
import tls

import pins
from chargepoint.drivers.button_pin import ButtonPin
from chargepoint.drivers.buzzer_pin import BuzzerPin
from chargepoint.drivers.clock_ticks import TicksClock
from chargepoint.drivers.console_line import LineConsole
from chargepoint.drivers.earth_pin import EarthPin
from chargepoint.drivers.guard_interlock import InterlockGuard
from chargepoint.drivers.lamp_pin import PinLamp
from chargepoint.drivers.link_websocket import WebSocketLink
from chargepoint.drivers.lock_pins import LockPins
from chargepoint.drivers.pilot_adc import PilotAdc
from chargepoint.drivers.provisioning import factory_of, provisioned
from chargepoint.drivers.proximity_adc import ProximityAdc
from chargepoint.drivers.reader_pn532 import Pn532Reader
from chargepoint.drivers.relay_pin import RelayPin
from chargepoint.drivers.residual_pin import ResidualPin
from chargepoint.drivers.store_file import FileStore
from chargepoint.drivers.stream_tcp import TcpStream, context_of
from chargepoint.drivers.system import MachineReset, OsRandom, PrintLog, forget
from chargepoint.drivers.thermometer_adc import AdcThermometer, Mcp9700
from chargepoint.drivers.transfer import FileTransfer
from chargepoint.drivers.watchdog import MachineWatchdog
from chargepoint.ports import Guard
from chargepoint.run import count_watchdog
from chargepoint.station import ConnectorPorts, Device, Ports, Station
from desk_meters import fit as fit_meter
from desk_readers import fit as fit_reader
from desk_slots import DeskSlots
from detour import Detour
from hands import BenchTime

WATCHDOG_MS = 8000
READER_BAUD = 115200
CONSOLE_BAUD = 115200
_ELECTRICS = {"max_ma": 32000, "phases": 3, "ventilated": False, "simplified": True}


class NoGuard(Guard):
    """A desk without an interlock has no guard, and says so."""


def build(log=None, store=None) -> Device:
    """The station of this board. ``log`` None: the console; ``store`` None: the present folder.

    Raises ValueError for a factory setting that is unknown or out of range.
    """
    log = PrintLog() if log is None else log
    store = FileStore(".") if store is None else store
    reset = MachineReset(machine)
    options = provisioned(store, "board", log)
    count, lacks = options.get("connectors", 1), options.get("lacks", ())

    def fitted(part):
        return part not in lacks

    random = OsRandom(os)
    clock = TicksClock(BenchTime(machine.current))
    stream = _stream(store, options.get("via", {}))
    machine.current.stream = stream
    ports = Ports(
        clock=clock,
        store=store,
        link=WebSocketLink(stream, random),
        random=random,
        reader=fit_reader(options.get("reader")) or _reader_on_uart(),
        reset=reset,
        log=log,
        connectors=[_Connector(at, options).ports(clock, store) for at in range(count)],
        button=ButtonPin(_input(pins.BUTTON, pulled_up=True)) if fitted("button") else None,
        buzzer=BuzzerPin(_output(pins.BUZZER)) if fitted("buzzer") else None,
        time_source=lambda: _time_source(random),
        console=LineConsole(_console(options)),
    )
    if options.get("files", True):
        ports.slots = DeskSlots(store, "unix")
        ports.transfer = _transfers(store, options.get("via", {}))
    if "portal" in options:
        ports.access_point = lambda: _access_point(options["portal"])
    ports.forget = _forget
    station = Station(ports, factory_of(store, log), count_watchdog(store, reset.cause))
    if machine.current.version is not None:
        station.settings.fix("FirmwareVersion", machine.current.version)
    watchdog = MachineWatchdog(machine.WDT(timeout=WATCHDOG_MS))
    return Device(station, clock, watchdog, reset, store, log)


def _forget(names):
    forget(names)
    # It holds some of them; a board's own does not outlive them.
    sys.modules.pop("desk_portal", None)


def _access_point(options):
    from desk_portal import DeskAccessPoint

    return DeskAccessPoint(options)


def _transfers(store, via):
    def transfer():
        # Of what a transfer moves, the hands tell.
        machine.current.files = FileTransfer(lambda: _stream(store, via))
        return machine.current.files

    return transfer


def _console(options):
    if options.get("console") != "stdio":
        return machine.UART(pins.CONSOLE_UART, CONSOLE_BAUD)
    from chargepoint.drivers.console_stdio import Stdio

    return Stdio()


def _time_source(random):
    from chargepoint.drivers.time_sntp import SntpSource

    return SntpSource(Detour({}), random)


def _reader_on_uart():
    return Pn532Reader(machine.UART(pins.READER_UART, READER_BAUD))


def _stream(store, via):
    return TcpStream(Detour(via), lambda certified: context_of(tls, store, certified))


def _output(pin):
    return machine.Pin(pin, machine.Pin.OUT, value=0)


def _input(pin, pulled_up=False):
    return machine.Pin(pin, machine.Pin.IN, machine.Pin.PULL_UP if pulled_up else None)


class _Connector:
    """The drivers of connector ``at`` (from 0), with ``options`` as provisioned."""

    def __init__(self, at, options):
        self._at = at
        self._lacks = options.get("lacks", ())
        self._socket = options.get("socket", True)
        self._meter = options.get("meter", "SDM630")
        self._guarded = options.get("guard") == "ulp"

    def ports(self, clock, store):
        at = self._at
        if self._guarded:
            from desk_guard import GuardedParts

            self._guarded = GuardedParts(clock)
        # The relays first: whatever fails after them, the coils have no current.
        relay = self._relay(pins.RELAY, pins.FEEDBACK)
        second = self._relay(pins.SECOND_RELAY, pins.SECOND_FEEDBACK)
        meter = fit_meter(self._meter, at, store)
        red, green, blue = [machine.Pin(pin, machine.Pin.OUT) for pin in pins.LAMP[at]]
        return ConnectorPorts(
            self._pilot(),
            relay,
            self._guard(),
            meter,
            PinLamp(red, green, blue, clock),
            dict(_ELECTRICS, socket=self._socket),
            second_relay=second if self._has("second_relay") else None,
            proximity=self._proximity(),
            lock=self._lock(),
            residual=self._residual(),
            earth=EarthPin(_input(pins.EARTH[at])) if self._has("earth") else None,
            thermometer=self._thermometer(),
        )

    def _has(self, part):
        return part not in self._lacks

    def _relay(self, coils, mirrors):
        mirror = _input(mirrors[self._at]) if self._has("feedback") else None
        if self._guarded:
            return self._guarded.relay(mirror, coils is pins.SECOND_RELAY)
        return RelayPin(_output(coils[self._at]), mirror)

    def _pilot(self):
        pwm_pin = machine.Pin(pins.PILOT_PWM[self._at], machine.Pin.OUT)
        pwm = machine.PWM(pwm_pin, freq=1000, duty_u16=65535)
        switch_pin = _output(pins.PILOT_OFF[self._at])
        if self._guarded:
            return self._guarded.pilot(pwm, switch_pin)
        return PilotAdc(
            pwm,
            machine.ADC(machine.Pin(pins.PILOT_ADC[self._at])),
            zero_mv=pins.PILOT_ZERO_MV,
            ratio_bp=pins.PILOT_RATIO_BP,
            switch_pin=switch_pin,
        )

    def _guard(self):
        if self._guarded:
            return self._guarded.guard
        if not self._has("interlock"):
            return NoGuard()
        sense = _input(pins.INTERLOCK_SENSE[self._at])
        return InterlockGuard(_output(pins.INTERLOCK[self._at]), sense)

    def _proximity(self):
        if not self._socket or not self._has("proximity"):
            return None
        if self._guarded:
            return self._guarded.proximity()
        adc = machine.ADC(machine.Pin(pins.PROXIMITY_ADC[self._at]))
        return ProximityAdc(adc, pins.PROXIMITY_SERIES_OHM, pins.PROXIMITY_SUPPLY_MV)

    def _lock(self):
        if not self._socket or not self._has("lock"):
            return None
        at = self._at
        sense = _input(pins.LOCK_SENSE[at])
        return LockPins(_output(pins.LOCK_A[at]), _output(pins.LOCK_B[at]), sense)

    def _residual(self):
        if not self._has("residual"):
            return None
        test = _output(pins.RESIDUAL_TEST[self._at])
        if self._guarded:
            return self._guarded.residual(test)
        return ResidualPin(_input(pins.RESIDUAL[self._at], pulled_up=True), test)

    def _thermometer(self):
        if not self._has("thermometer"):
            return None
        if self._guarded:
            return self._guarded.thermometer()
        return AdcThermometer(machine.ADC(machine.Pin(pins.THERMOMETER_ADC[self._at])), Mcp9700())
