"""Every board of the ESP32 family: its build() runs, and its parts are where its page says."""

import json
import sys

import pytest

from chargepoint.drivers.lock_pins import LockPins
from chargepoint.run import Loop
from hands import LineLog
from host_tests.harness import paths
from host_tests.harness.store import MemoryStore
from host_tests.unit.boards import devkit
from host_tests.unit.boards.coprocessor import Coprocessor
from tools.boards import catalogue, description, render
from tools.calibrate import guide
from tools.calibrate.interpreters import Emulated
from tools.calibrate.setup import of_board
from tools.ulp import pads

BOARDS = [
    name
    for name in description.names(paths.BOARDS)
    if description.is_described(paths.BOARDS / name.partition("@")[0])
]
# Where the ADC bends a guard's readings are by a curve of three pieces (wire/adc_esp32).
_BENT_MV = 150
_PAD_SET, _PAD_ENABLE = 0x3FF48404, 0x3FF48410
PORTS = ("proximity", "lock", "residual", "earth", "thermometer", "second_relay")


class Bench:
    """A device of ``board``, stepped by hand with the pilot at a steady level."""

    def __init__(self, monkeypatch, board, calibration=None, line=None, **factory):
        self.described, self.pins, _ = description.revision(board, paths.BOARDS)
        guarded = self.described["guard"] == "ulp"
        self.chip = Coprocessor(self.described, self.pins) if guarded else None
        loaded = devkit.load_board(monkeypatch, devkit.Network(), board, self.chip)
        self.assembly, self.registers = loaded
        if line is not None:
            monkeypatch.setitem(sys.modules, "_onewire", line)
        self.store = MemoryStore()
        self.store.write("factory", json.dumps(factory).encode())
        if calibration is not None:
            self.store.write("calibration", calibration)
        self.log = LineLog()
        self.registers.load({"t": 0, "p": [[pad, 1] for pad in self._pulled_up()]})
        self.device = self.assembly.build(self.log, self.store)
        self.connector = self.device.station.ports.connectors[0]
        self.now_ms = 0

    def _pulled_up(self):
        return [self.pins[name] for name, pull in self.described["pulls"].items() if pull == "up"]

    def run(self, ms, volts):
        """Steps of 10 ms; what the divider makes of ``volts``, as far as the ADC goes."""
        pilot = self.described["parts"]["pilot"]
        return self.run_at(ms, pilot["zero_mv"] + volts * pilot["ratio_bp"] // 10)

    def run_at(self, ms, pad_mv):
        """The same with what is at the pad; without a guard the pilot stays at one level."""
        pad_mv = min(max(pad_mv, 142), 3120)
        outputs = {}
        loop = Loop(self.device)
        for _ in range(ms // 10):
            self.now_ms += 10
            wave = [self.pins["PILOT_ADC"], *self._wave(pad_mv), 0]
            self.registers.load({"t": self.now_ms, "a": [wave]})
            if self.chip is not None:
                self.chip.sees(*wave[:4])
                self.chip.ulp.advance(10_000)
            loop.once()
            outputs.update(self.registers.take())
        return outputs

    def _wave(self, pad_mv):
        """(high, low, duty); a guard finds its line in a wave, which has a low half."""
        pilot = self.described["parts"]["pilot"]
        duty_bp = self.registers.duties[self.pins["PILOT_PWM"]][0] * 10000 // 65535
        low_mv = pilot["zero_mv"] - 12 * pilot["ratio_bp"] // 10
        if self.chip is None or duty_bp == 10000 or pad_mv <= pilot["zero_mv"]:
            return pad_mv, pad_mv, 10000
        return pad_mv, max(low_mv, 142), duty_bp

    def wake(self):
        """A guard is armed; a board without one is ready at once."""
        if self.chip is not None:
            self.run(800, 12)
        return self


def relays(bench):
    if bench.chip is not None:
        return bench.chip.relays
    names = [name for name in ("RELAY", "SECOND_RELAY") if name in bench.pins]
    return [bench.registers.levels[bench.pins[name]] for name in names]


@pytest.mark.parametrize("board", BOARDS)
def test_a_start_energises_nothing_and_offers_nothing(monkeypatch, board):
    bench = Bench(monkeypatch, board)
    assert set(relays(bench)) == {0}
    assert bench.registers.duties[bench.pins["PILOT_PWM"]] == (65535, 1000)
    if "INTERLOCK" in bench.pins:
        assert bench.registers.levels[bench.pins["INTERLOCK"]] == 0
    outputs = bench.run(50, 12)
    assert outputs["f"] and set(relays(bench)) == {0}


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize(("volts", "state"), [(12, "A"), (9, "B"), (-12, "F"), (0, "E")])
def test_the_divider_shows_the_vehicle(monkeypatch, board, volts, state):
    bench = Bench(monkeypatch, board).wake()
    bench.run(1500, volts)
    assert bench.device.station.bay(1).connector.state == state


@pytest.mark.parametrize("board", BOARDS)
def test_the_parts_of_the_description_are_the_station_s(monkeypatch, board):
    """What board.json does not name is None, and so told as not monitored."""
    bench = Bench(monkeypatch, board)
    for name in PORTS:
        fitted = getattr(bench.connector, name) is not None
        assert fitted == (name in bench.described["parts"]), name
    ports = bench.device.station.ports
    assert (ports.button is not None) == ("button" in bench.described["parts"])
    assert bench.connector.guard.kind == bench.described["guard"]
    assert bench.connector.pilot.can_disconnect == ("PILOT_OFF" in bench.pins)
    fitted = bench.connector.relay.feedback() is not None
    assert fitted == ("FEEDBACK" in bench.pins)
    assert bench.connector.options == render.limits_of(bench.described)


@pytest.mark.parametrize("board", BOARDS)
def test_what_was_measured_at_this_board_is_used(monkeypatch, board):
    own = description.revision(board, paths.BOARDS)[0]["parts"]["pilot"]
    record = {"zero_mv": own["zero_mv"] + 26, "ratio_bp": own["ratio_bp"]}
    bench = Bench(monkeypatch, board, json.dumps(record).encode()).wake()
    bench.run(10, 9)
    shown_mv = bench.device.station.bay(1).connector.pilot_mv[0]
    within_mv = _BENT_MV if bench.chip and "full_mv" in own else 20
    assert shown_mv == pytest.approx(9000 - 26 * 10000 // own["ratio_bp"], abs=within_mv)


@pytest.mark.parametrize("board", ["esp32_devkit", "smartevse_v3@v3.1"])
def test_a_board_with_a_wrong_divider_is_right_once_it_is_calibrated(monkeypatch, board):
    """From the six levels to the station: `pilotlight calibrate`, the store, the pilot."""
    setup = of_board(board)
    divider = (setup.zero_mv + 45, setup.ratio_bp * 102 // 100)
    real = setup._replace(zero_mv=divider[0], ratio_bp=divider[1])
    circuit = Emulated(setup, divider)
    person = guide.Person(lambda level_mv, how: circuit.connect(level_mv), lambda text: None)
    record = guide.record(setup, guide.go_through(setup, circuit, person))
    assert abs(shown_at_nine_volts(monkeypatch, board, real, None) - 9000) > 400
    within_mv = 30 if setup.full_mv is None else _BENT_MV
    assert abs(shown_at_nine_volts(monkeypatch, board, real, record) - 9000) < within_mv


def shown_at_nine_volts(monkeypatch, board, real, calibration):
    """What the station takes 9 V for, through the divider ``real``."""
    bench = Bench(monkeypatch, board, calibration).wake()
    bench.run_at(10, real.pad_mv(9000))
    return bench.device.station.bay(1).connector.pilot_mv[0]


@pytest.mark.parametrize(
    "calibration", [b"{", b"[]", b'{"zero_mv": 0, "ratio_bp": 848}', b'{"zero_mv": "1272"}']
)
def test_a_calibration_that_makes_no_sense_is_told_and_left_out(monkeypatch, calibration):
    bench = Bench(monkeypatch, "esp32_devkit", calibration).wake()
    bench.run(10, 9)
    assert bench.device.station.bay(1).connector.pilot_mv[0] == pytest.approx(9000, abs=20)
    assert any("calibration" in text for level, text in bench.log.take() if level == "error")


def test_an_interlock_gets_an_edge_in_each_step(monkeypatch):
    bench = Bench(monkeypatch, "esp32s3_devkit")
    levels = []
    for _ in range(4):
        bench.run(10, 12)
        levels.append(bench.registers.levels[bench.pins["INTERLOCK"]])
    assert levels in ([0, 1, 0, 1], [1, 0, 1, 0])


def test_the_bolt_of_a_smartevse_moves_by_two_pads_and_rests_high(monkeypatch):
    """reference/evse-firmwares.md §5: A=0, B=1 lock; A=1, B=0 unlock; A=B=1 off."""
    bench = Bench(monkeypatch, "smartevse_v3@v3.0")
    acta, actb = bench.pins["LOCK_B"], bench.pins["LOCK_A"]
    assert (acta, actb) == (17, 18)
    lock = bench.connector.lock
    assert isinstance(lock, LockPins)
    for direction, levels in ((1, (0, 1)), (-1, (1, 0)), (0, (1, 1))):
        lock.drive(direction)
        assert (bench.registers.levels[acta], bench.registers.levels[actb]) == levels


def test_a_smartevse_without_its_monitor_reads_as_tripped(monkeypatch):
    bench = Bench(monkeypatch, "smartevse_v3@v3.1")
    assert bench.connector.residual.tripped() is True, "the guard tells nothing yet"
    assert bench.connector.residual.can_test is False
    bench.wake()
    assert bench.connector.residual.tripped() is False
    bench.chip.ulp.input(bench.chip.names["RESIDUAL"], True)
    bench.run(20, 12)
    assert bench.connector.residual.tripped() is True


def test_a_saturated_pilot_of_a_smartevse_is_no_vehicle(monkeypatch):
    """The ADC ends at 3120 mV, which its divider would call 10.8 V; at 3060 it would be B."""
    bench = Bench(monkeypatch, "smartevse_v3@v3.0")
    bench.run(1000, 12)
    assert bench.device.station.bay(1).connector.pilot_mv == (12000, 12000)


def test_a_smartevse_asks_its_meter_through_the_turned_transceiver(monkeypatch):
    bench = Bench(monkeypatch, "smartevse_v3@v3.0")
    outputs = bench.run(10, 12)
    assert [uart for uart, _ in outputs["u"]] == [1]
    assert [22, 1] in outputs["p"]
    bench.run(10, 12)
    assert bench.registers.levels[22] == 0


# -- the catalogue against the drivers ------------------------------------------------------------

PADS = {"LAMP": (1, 2, 3), "METER_UART": 1, "READER_UART": 2, "READER_SPI": 1, "READER_I2C": 0}
GIVEN = {"model": "SDM630", "pulses_per_kwh": 1000, "zero_mv": 1272, "ratio_bp": 848}
GIVEN |= {"series_ohm": 1000, "supply_mv": 3300}


class Counter:
    def __init__(self, number, pin):
        pass

    def value(self):
        return 0


@pytest.mark.parametrize("extras", [False, True])
@pytest.mark.parametrize(
    ("part", "role"),
    [
        (part, role)
        for part in catalogue.PARTS
        for role in part.roles
        # What needs a guard is made with it, or not at all: test_guarded_boards.py.
        if role != "network" and not part.driver.endswith("_ulp")
    ],
    ids=lambda value: value if isinstance(value, str) else value.driver,
)
def test_every_part_can_be_made(monkeypatch, part, role, extras):
    """A row of the catalogue and the driver's constructor agree, with and without what may be."""
    import machine

    devkit.load_board(monkeypatch, devkit.Network())
    monkeypatch.setattr(machine, "Counter", Counter, raising=False)
    from parts import Makers

    needed = [
        name for name, option in part.options.items() if option.default is catalogue.REQUIRED
    ]
    content = {"driver": part.driver} | {name: GIVEN[name] for name in needed}
    if extras:
        words = ("on_level", "full_mv", "off_level", "tripped_level", "closed_level", "beta_k")
        content |= {name: 3000 if name in ("full_mv", "beta_k") else 1
                    for name in words if name in part.options}  # fmt: skip
    named = [row for wire in part.wires for row in wire.named(role)]
    pins = {
        name: PADS.get(name, 20 + at)
        for at, (name, _, must) in enumerate(named)
        if must or extras or name == "LOCK_A"
    }
    described = {"mcu": "esp32", "pulls": {}, "parts": {role: content}}
    (row,) = render.rows(described, pins)
    made = Makers(object(), MemoryStore()).part(*row[1:])
    assert type(made).__name__ == part.name


def test_an_installer_s_own_map_of_a_meter_goes_into_the_description(monkeypatch):
    """boards/METERS.md: a meter that the firmware does not know, described in board.json."""
    devkit.load_board(monkeypatch, devkit.Network())
    from parts import Makers

    model = {
        "make": "Mine",
        "line": "19200 8E1",
        "function": 4,
        "words": "high",
        "registers": {"energy_wh": "0048 f32 x1000", "voltage_mv": "0000 0002 0004 f32 x1000"},
    }
    content = {"driver": "meter_modbus", "model": model, "unit": 7}
    described = {"mcu": "esp32", "pulls": {}, "parts": {"meter": content}}
    (row,) = render.rows(described, {"METER_UART": 1, "METER_TX": 26, "METER_RX": 27})
    assert ("uart", 1, 26, 27, 19200, 0, 1) in row[3]
    meter = Makers(object(), MemoryStore()).part(*row[1:])
    assert meter.model.make == "Mine"


def test_relays_of_a_coprocessor_that_hangs_open_before_the_application_is_imported(monkeypatch):
    """A reset of the processor leaves the pads of the RTC domain as they are."""
    board = "smartevse_v3@v3.0"
    described, pins, _ = description.revision(board, paths.BOARDS)
    chip = Coprocessor(described, pins)
    both = 0
    for name in ("RELAY", "SECOND_RELAY"):
        pad = pads.PADS[pins[name]]
        address, _, bits = pad.wiring("down")
        chip[address] = bits
        both |= 1 << pad.bit
    chip[_PAD_ENABLE] = chip[_PAD_SET] = both
    assert chip.relays == [1, 1]
    devkit.load_board(monkeypatch, devkit.Network(), board, chip)
    assert chip.relays == [0, 0]
