"""The emulated MPS2: a station on four serial lines (meter, reader, front end, modem).

Names in its store that are provisioning: ``factory`` (JSON object: setting -> text) and ``board``
(JSON object: ``connectors``, which can only be 1 here; ``lacks`` and ``socket`` as on the desk's
board, boards/unix/board.py; ``meter``, a Modbus model or CSE7766).
"""

# ruff: noqa: E402

import gc

# Loading the modules makes garbage all over the heap; unless it goes at once, no room is left in
# one piece for the interpreter's table of names, which wants 12 KB.
gc.threshold(8192)

import flash
from uart import ConsoleUart, Uart

import pins
from chargepoint.drivers.buzzer_pin import BuzzerPin
from chargepoint.drivers.console_line import LineConsole
from chargepoint.drivers.front_end import FrontEnd
from chargepoint.drivers.front_end_ports import (
    FrontEndClock,
    FrontEndGuard,
    FrontEndLog,
    FrontEndOutput,
    FrontEndParts,
    FrontEndPilot,
    FrontEndRandom,
    FrontEndRelay,
    FrontEndReset,
)
from chargepoint.drivers.lamp_pin import PinLamp
from chargepoint.drivers.link_websocket import WebSocketLink
from chargepoint.drivers.provisioning import factory_of, provisioned
from chargepoint.drivers.reader_pn532 import Pn532Reader
from chargepoint.drivers.store_file import FileStore
from chargepoint.drivers.stream_serial import SerialStream
from chargepoint.ports import Watchdog
from chargepoint.run import count_watchdog
from chargepoint.station import ConnectorPorts, Device, Ports, Station
from chargepoint.wire import tagged

_CONNECTORS = 1
_FOLDER = "/flash"
_MODEM_BYTES = 1024
# A chip that talks by itself says some 430 bytes in a second, the longest step.
_METER_BYTES = 512
# A line of a request (drivers/console_line.py): what comes after it waits on the line.
_CONSOLE_BYTES = 128
_ELECTRICS = {"max_ma": 32000, "phases": 3, "ventilated": False, "simplified": True}


class NoWatchdog(Watchdog):
    """The front end holds the reset line and misses the answers of a station that hangs."""


def build() -> Device:
    """The station of this board, with the first STATUS heard.

    Raises ValueError for a factory setting that is unknown or out of range.
    """
    meter_line = Uart(pins.METER_UART, _METER_BYTES)
    reader_line = Uart(pins.READER_UART)
    modem_line = Uart(pins.MODEM_UART, _MODEM_BYTES)
    console_line = ConsoleUart(pins.CONSOLE_UART, _CONSOLE_BYTES)

    def fill():
        console_line.fill()
        meter_line.fill()
        reader_line.fill()
        modem_line.fill()

    front_end = FrontEnd(Uart(pins.FRONT_END_UART), _CONNECTORS, fill)
    front_end.meet()
    clock = FrontEndClock(front_end)
    random = FrontEndRandom(front_end)
    reset = FrontEndReset(front_end)
    log = FrontEndLog(front_end)
    store = _open_store(log)
    options = _options(store, log)
    parts, lacks = FrontEndParts(front_end, 0), options.get("lacks", ())
    meter = _meter(meter_line, options, store)
    ports = Ports(
        clock=clock,
        store=store,
        link=WebSocketLink(SerialStream(modem_line), random),
        random=random,
        reader=Pn532Reader(reader_line),
        reset=reset,
        log=log,
        connectors=[_connector(front_end, parts, meter, clock, options)],
        button=None if "button" in lacks else parts,
        buzzer=None if "buzzer" in lacks else _buzzer(front_end),
        console=LineConsole(console_line),
    )
    station = Station(ports, factory_of(store, log), count_watchdog(store, reset.cause))
    _serve_front_end(front_end, station, clock)
    gc.threshold(-1)
    front_end.exchange()
    return Device(station, clock, NoWatchdog(), reset, store, log)


def _open_store(log):
    flash.mount(flash.Flash(pins.FLASH, pins.FLASH_BLOCKS), _FOLDER)
    store = FileStore(_FOLDER)
    flash.take_over(pins.PROVISIONING, pins.PROVISIONING_BYTES, store)
    return store


def _options(store, log):
    options = provisioned(store, "board", log)
    wanted = options.get("connectors", _CONNECTORS)
    if wanted != _CONNECTORS:
        raise ValueError("connectors %r: this board has one meter line, expected 1" % wanted)
    return options


def _buzzer(front_end):
    return BuzzerPin(FrontEndOutput(front_end, 0, tagged.BUZZER))


def _meter(line, options, store):
    kind = options.get("meter", "SDM630")
    if kind == "CSE7766":
        # Imported here: a board of 160 KB pays for one kind of meter only.
        from chargepoint.drivers.kept_register import KeptRegister
        from chargepoint.drivers.meter_cse7766 import Cse7766Meter

        return Cse7766Meter(line, KeptRegister(store, "meter0"))
    from chargepoint.drivers.meter_modbus import ModbusMeter
    from chargepoint.drivers.meter_models import find

    return ModbusMeter(line, find(kind))


def _connector(front_end, parts, meter, clock, options):
    lamp = PinLamp(
        FrontEndOutput(front_end, 0, tagged.LAMP_RED),
        FrontEndOutput(front_end, 0, tagged.LAMP_GREEN),
        FrontEndOutput(front_end, 0, tagged.LAMP_BLUE),
        clock,
    )
    lacks, socket = options.get("lacks", ()), options.get("socket", True)
    second = FrontEndRelay(front_end, 0, tagged.SECOND_CLOSED, tagged.SECOND_AT)

    def fitted(part):
        return None if part in lacks else parts

    return ConnectorPorts(
        FrontEndPilot(front_end, 0),
        FrontEndRelay(front_end, 0),
        FrontEndGuard(front_end, 0),
        meter,
        lamp,
        dict(_ELECTRICS, socket=socket),
        second_relay=fitted("second_relay") and second,
        proximity=fitted("proximity") if socket else None,
        lock=fitted("lock") if socket else None,
        residual=fitted("residual"),
        earth=fitted("earth"),
        thermometer=fitted("thermometer"),
    )


def _serve_front_end(front_end, station, clock):
    """An idTag from the front end counts as a card; its questions are answered."""

    def facts():
        told = station.facts(clock.now_ms())
        gc.collect()
        told["heap"] = {"live": gc.mem_alloc(), "free": gc.mem_free()}
        return told

    front_end.on_tag = lambda tag: station.cards.present(tag, clock.now_ms())
    front_end.facts = facts
