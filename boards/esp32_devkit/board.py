"""An ESP32 DevKit as a charge point: one connector, Wi-Fi, the store on the internal flash.

Names in its store that are provisioning: ``factory`` (JSON object: setting -> text, with WifiSsid
and WifiPassword) and, for wss, the PEM files ``tls_ca``, ``tls_certificate`` and ``tls_key``.
"""

import _thread
import os
import socket
import time

import machine
import network
import tls

import pins
from chargepoint.drivers.clock_ticks import TicksClock
from chargepoint.drivers.lamp_pin import PinLamp
from chargepoint.drivers.link_websocket import WebSocketLink
from chargepoint.drivers.meter_sdm630 import Sdm630Meter
from chargepoint.drivers.network_wifi import Wifi
from chargepoint.drivers.pilot_adc import PilotAdc
from chargepoint.drivers.provisioning import provisioned
from chargepoint.drivers.reader_pn532 import Pn532Reader
from chargepoint.drivers.relay_pin import RelayPin
from chargepoint.drivers.sockets_network import NetworkSockets
from chargepoint.drivers.store_file import FileStore
from chargepoint.drivers.stream_tcp import TcpStream, client_context
from chargepoint.drivers.system import MachineReset, OsRandom, PrintLog
from chargepoint.drivers.watchdog import MachineWatchdog
from chargepoint.ports import Guard
from chargepoint.run import count_watchdog
from chargepoint.station import ConnectorPorts, Device, Ports, Station

FOLDER = "/store"
# A TLS handshake holds a step up for 2.3 s; littlefs may erase for some 100 ms.
WATCHDOG_MS = 8000
METER_BAUD = 9600
READER_BAUD = 115200
_ELECTRICS = {"max_ma": 32000, "phases": 3, "ventilated": False, "simplified": True}


def build(log=None, store=None) -> Device:
    """The station of this board. ``log`` None: the console; ``store`` None: the flash.

    Raises ValueError for a factory setting that is unknown or out of range.
    """
    log = PrintLog() if log is None else log
    store = FileStore(FOLDER) if store is None else store
    reset = MachineReset(machine)
    random = OsRandom(os)
    clock = TicksClock(time, machine.RTC())
    connector = _connector(clock)
    wifi = Wifi(network, time, log)
    sockets = NetworkSockets(socket, wifi, _thread.start_new_thread)
    ports = Ports(
        clock=clock,
        store=store,
        link=WebSocketLink(TcpStream(sockets, lambda: _context(store)), random),
        random=random,
        reader=Pn532Reader(_line(pins.READER_UART, READER_BAUD, pins.READER_TX, pins.READER_RX)),
        reset=reset,
        log=log,
        connectors=[connector],
    )
    crashes = count_watchdog(store, reset.cause)
    station = Station(ports, provisioned(store, "factory", log), crashes)
    wifi.join(station.settings.get("WifiSsid"), station.settings.get("WifiPassword"))
    watchdog = MachineWatchdog(machine.WDT(timeout=WATCHDOG_MS))
    return Device(station, clock, watchdog, reset, store, log)


def _context(store):
    authority = store.read("tls_ca")
    if authority is None:
        raise ValueError("no certificate authority, expected tls_ca in the store")
    return client_context(tls, authority, store.read("tls_certificate"), store.read("tls_key"))


def _line(number, baud, tx, rx):
    return machine.UART(number, baud, tx=machine.Pin(tx), rx=machine.Pin(rx), timeout=0)


def _connector(clock):
    # The relay first: whatever fails after it, the coil has no current.
    relay = RelayPin(
        machine.Pin(pins.RELAY, machine.Pin.OUT, value=0),
        machine.Pin(pins.FEEDBACK, machine.Pin.IN),
    )
    pilot = PilotAdc(
        machine.PWM(machine.Pin(pins.PILOT_PWM, machine.Pin.OUT), freq=1000, duty_u16=65535),
        machine.ADC(machine.Pin(pins.PILOT_ADC), atten=machine.ADC.ATTN_11DB),
        zero_mv=pins.PILOT_ZERO_MV,
        ratio_bp=pins.PILOT_RATIO_BP,
    )
    meter = Sdm630Meter(_line(pins.METER_UART, METER_BAUD, pins.METER_TX, pins.METER_RX))
    red, green, blue = [machine.Pin(pin, machine.Pin.OUT, value=0) for pin in pins.LAMP]
    lamp = PinLamp(red, green, blue, clock)
    # HAZARD: nothing but the interpreter opens this contactor (board.md).
    return ConnectorPorts(pilot, relay, Guard(), meter, lamp, dict(_ELECTRICS))
