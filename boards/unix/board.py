"""The board of the desk: a station on the emulated ``machine``, for in_process and unix.

Names in its store that are provisioning: ``factory`` (JSON object: setting -> text), ``board``
(JSON object: ``connectors`` 1..4; ``via``, see detour.py) and, for wss, the PEM files ``tls_ca``,
``tls_certificate`` and ``tls_key``.
"""

import os

import machine
import tls

import pins
from chargepoint.drivers.clock_ticks import TicksClock
from chargepoint.drivers.lamp_pin import PinLamp
from chargepoint.drivers.link_websocket import WebSocketLink
from chargepoint.drivers.meter_sdm630 import Sdm630Meter
from chargepoint.drivers.pilot_adc import PilotAdc
from chargepoint.drivers.provisioning import provisioned
from chargepoint.drivers.reader_pn532 import Pn532Reader
from chargepoint.drivers.relay_pin import RelayPin
from chargepoint.drivers.store_file import FileStore
from chargepoint.drivers.stream_tcp import TcpStream, client_context
from chargepoint.drivers.system import MachineReset, OsRandom, PrintLog
from chargepoint.drivers.watchdog import MachineWatchdog
from chargepoint.ports import Guard
from chargepoint.run import count_watchdog
from chargepoint.station import ConnectorPorts, Device, Ports, Station
from detour import Detour
from hands import BenchTime

WATCHDOG_MS = 8000
METER_BAUD = 9600
READER_BAUD = 115200
_ELECTRICS = {"max_ma": 32000, "phases": 3, "ventilated": False, "simplified": True}


class NoGuard(Guard):
    """The desk has no guard, and says so."""


def build(log=None, store=None) -> Device:
    """The station of this board. ``log`` None: the console; ``store`` None: the present folder.

    Raises ValueError for a factory setting that is unknown or out of range.
    """
    log = PrintLog() if log is None else log
    store = FileStore(".") if store is None else store
    reset = MachineReset(machine)
    options = provisioned(store, "board", log)
    random = OsRandom(os)
    clock = TicksClock(BenchTime(machine.current))
    stream = _stream(store, options.get("via", {}))
    machine.current.stream = stream
    ports = Ports(
        clock=clock,
        store=store,
        link=WebSocketLink(stream, random),
        random=random,
        reader=Pn532Reader(machine.UART(pins.READER_UART, READER_BAUD)),
        reset=reset,
        log=log,
        connectors=[_connector(at, clock) for at in range(options.get("connectors", 1))],
    )
    crashes = count_watchdog(store, reset.cause)
    station = Station(ports, provisioned(store, "factory", log), crashes)
    watchdog = MachineWatchdog(machine.WDT(timeout=WATCHDOG_MS))
    return Device(station, clock, watchdog, reset, store, log)


def _stream(store, via):
    def context():
        authority = store.read("tls_ca")
        if authority is None:
            raise ValueError("no certificate authority, expected tls_ca in the store")
        return client_context(tls, authority, store.read("tls_certificate"), store.read("tls_key"))

    return TcpStream(Detour(via), context)


def _connector(at, clock):
    # The relay first: whatever fails after it, the coil has no current.
    relay = RelayPin(
        machine.Pin(pins.RELAY[at], machine.Pin.OUT, value=0),
        machine.Pin(pins.FEEDBACK[at], machine.Pin.IN),
    )
    pilot = PilotAdc(
        machine.PWM(machine.Pin(pins.PILOT_PWM[at], machine.Pin.OUT), freq=1000, duty_u16=65535),
        machine.ADC(machine.Pin(pins.PILOT_ADC[at])),
        zero_mv=pins.PILOT_ZERO_MV,
        ratio_bp=pins.PILOT_RATIO_BP,
    )
    meter = Sdm630Meter(machine.UART(pins.METER_UART[at], METER_BAUD))
    red, green, blue = [machine.Pin(pin, machine.Pin.OUT) for pin in pins.LAMP[at]]
    lamp = PinLamp(red, green, blue, clock)
    return ConnectorPorts(pilot, relay, NoGuard(), meter, lamp, dict(_ELECTRICS))
