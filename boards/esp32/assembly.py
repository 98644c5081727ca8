"""Any board of the ESP32 family as a charge point: the parts of ``described`` put together.

``described`` is made of the board's board.json and pins (`make build`, tools/boards/render.py):
PARTS is ((role, driver, class, wires, options), ...), the relays first; each wire is the name of a
maker below and what it wants. One connector, Wi-Fi, the store on the internal flash.

Names in the store that are provisioning: ``factory`` (JSON object: setting -> text, with WifiSsid
and WifiPassword), ``calibration`` (the pilot's divider, see drivers/pilot_calibration) and, for
wss, the PEM files ``tls_ca``, ``tls_certificate`` and ``tls_key``.
"""

# ruff: noqa: E402

import _thread
import os
import socket
import time

import described
import machine
import network
import tls

if described.PARTS[0][1] == "guard_ulp":
    import guard_program

    # HAZARD: a coprocessor that hangs leaves the relays as they are, over a reset of the processor
    # too, and what follows takes seconds to be imported. One that runs holds again what it may.
    for _bit in (guard_program.RELAY, guard_program.SECOND):
        if _bit >= 0:
            machine.mem32[0x3FF48408] = 1 << _bit

# Deep ones first: an import inside an import inside an import takes a kilobyte of C stack each,
# and the interpreter's task has 16 KB.
_DEEP = "core.pilot core.record core.protection core.connector ocpp.frames ocpp.v16.inbound"
_DEEP += " wire.upgrade"
for _name in _DEEP.split():
    __import__("chargepoint." + _name)

from parts import Makers

from chargepoint.drivers.clock_ticks import TicksClock
from chargepoint.drivers.console_line import LineConsole
from chargepoint.drivers.console_stdio import Stdio
from chargepoint.drivers.link_websocket import WebSocketLink
from chargepoint.drivers.network_wifi import Wifi
from chargepoint.drivers.pilot_calibration import RECORD, calibrated
from chargepoint.drivers.provisioning import factory_of, provisioned
from chargepoint.drivers.sockets_network import NetworkSockets
from chargepoint.drivers.store_file import FileStore
from chargepoint.drivers.stream_tcp import TcpStream, context_of
from chargepoint.drivers.system import MachineReset, OsRandom, PrintLog, forget
from chargepoint.drivers.watchdog import MachineWatchdog
from chargepoint.ports import Guard, Lamp, Reader
from chargepoint.run import count_watchdog
from chargepoint.station import ConnectorPorts, Device, Ports, Station

FOLDER = "/store"
# A TLS handshake holds a step up for 2.3 s; littlefs may erase for some 100 ms.
WATCHDOG_MS = 8000


def build(log=None, store=None) -> Device:
    """The station of this board. ``log`` None: the console; ``store`` None: the flash.

    Raises ValueError for a factory setting that is unknown or out of range.
    """
    log = PrintLog() if log is None else log
    store = FileStore(FOLDER) if store is None else store
    reset = MachineReset(machine)
    random = OsRandom(os)
    clock = TicksClock(time, machine.RTC())
    parts = _parts(clock, store, log, reset.cause)
    wifi = Wifi(network, time, log)
    sockets = NetworkSockets(socket, wifi, _thread.start_new_thread)

    def context(certified):
        return context_of(tls, store, certified)

    ports = Ports(
        clock=clock,
        store=store,
        link=WebSocketLink(TcpStream(sockets, context), random),
        random=random,
        reader=parts.pop("reader", None) or Reader(),
        reset=reset,
        log=log,
        button=parts.pop("button", None),
        buzzer=parts.pop("buzzer", None),
        time_source=lambda: _time_source(wifi, random),
        transfer=_transfers(wifi, context),
        slots=_slots(),
        console=LineConsole(Stdio()),
        access_point=_access_point,
        forget=forget,
        connectors=[_connector(parts)],
    )
    station = Station(ports, factory_of(store, log), count_watchdog(store, reset.cause))
    wifi.join(station.settings.get("WifiSsid"), station.settings.get("WifiPassword"))
    watchdog = MachineWatchdog(machine.WDT(timeout=WATCHDOG_MS))
    return Device(station, clock, watchdog, reset, store, log)


def _time_source(wifi, random):
    from chargepoint.drivers.time_sntp import SntpSource

    # Its own memory of an address, so that it and the link don't push each other's out.
    return SntpSource(NetworkSockets(socket, wifi, _thread.start_new_thread), random)


def _access_point():
    from chargepoint.drivers.access_point import WifiAccessPoint

    return WifiAccessPoint(network, socket, _thread.start_new_thread)


def _transfers(wifi, context):
    """Makes a Transfer, its code and its buffers when a file is to be moved."""

    def stream():
        return TcpStream(NetworkSockets(socket, wifi, _thread.start_new_thread), context)

    def transfer():
        from chargepoint.drivers.transfer import FileTransfer

        return FileTransfer(stream)

    return transfer


def _slots():
    """None as long as the board's partitions.csv has one place for the firmware."""
    import esp32

    try:
        esp32.Partition(esp32.Partition.RUNNING).get_next_update()  # type: ignore[arg-type]
    except OSError:
        return None
    from chargepoint.drivers.slots_esp32 import OtaSlots

    return OtaSlots(esp32.Partition, described.BOARD)


def _makers(clock, store, cause):
    if described.PARTS[0][1] != "guard_ulp":
        return Makers(clock, store)
    from guarded import GuardedMakers

    # A soft reset leaves the coprocessor alone: its program is adopted as it runs.
    soft = machine.reset_cause() == machine.SOFT_RESET
    return GuardedMakers(clock, store, "soft" if soft else cause)


def _parts(clock, store, log, cause):
    """{role: its port}; the relays are made first, so that no coil has current from then on. A
    guard in the coprocessor has their pads, and comes before them."""
    makers = _makers(clock, store, cause)
    parts = {}
    for role, driver, name, wires, options in described.PARTS:
        given = dict(options)
        if role == "pilot":
            calibrated(provisioned(store, RECORD, log), log, given)
        parts[role] = makers.part(driver, name, wires, given)
    return parts


def _connector(parts):
    # HAZARD: without a part "guard" nothing but the interpreter opens the contactor (board.md).
    guard = parts.pop("guard", None) or Guard()
    lamp = parts.pop("lamp", None) or Lamp()
    return ConnectorPorts(guard=guard, lamp=lamp, options=dict(described.LIMITS), **parts)
