"""Every board of the ESP32 family charges a vehicle: its wiring in a world, its own program."""

from types import SimpleNamespace

import pytest

from chargepoint.run import Loop
from host_tests.harness import paths
from host_tests.harness.devices.ds18b20 import Ds18b20
from host_tests.harness.devices.sdm630 import Sdm630
from host_tests.harness.world import World
from host_tests.harness.world.wiring import Wiring
from host_tests.harness.world.world import PARTS
from host_tests.unit.boards.test_boards import BOARDS, Bench
from tools.boards import description

DESCRIBED = {name: description.revision(name, paths.BOARDS)[0] for name in BOARDS}
WATCHING_RESIDUAL = [name for name in BOARDS if "residual" in DESCRIBED[name]["parts"]]
WITH_A_SOCKET = [name for name in BOARDS if DESCRIBED[name]["limits"]["socket"]]
WITH_TWO = [name for name in BOARDS if "second_relay" in DESCRIBED[name]["parts"]]

# Where the world has no wire of the board's: far from every pad of a chip.
_NOWHERE = 1000
_NTC_AT_25_MV = 1650
_ADC_ENDS_MV = 3120


class Line:
    """The C module ``_onewire`` with a DS18B20 on the thermometer's pad, and nothing elsewhere."""

    def __init__(self):
        self.now_ms = 0
        self.pad = None
        self._part = Ds18b20()

    def reset(self, pin):
        return int(pin.id == self.pad and self._part.reset(self.now_ms))

    def readbyte(self, pin):
        return self._part.read(self.now_ms) if pin.id == self.pad else 255

    def writebyte(self, pin, value):
        if pin.id == self.pad:
            self._part.write(value, self.now_ms)


class Installation:
    """A board with its world around it; ``step`` moves both on by 10 ms."""

    def __init__(self, monkeypatch, board):
        self.line = Line()
        bench = Bench(monkeypatch, board, line=self.line, AllowOfflineTxForUnknownId="true")
        self.bench, described = bench, bench.described
        self.line.pad = bench.pins.get("THERMOMETER_WIRE")
        self.world = World(1, lacks=self._lacking(described, bench.pins))
        self.outlet = self.world.connectors[1]
        meter = Sdm630(self.outlet.meter)
        self.wiring = Wiring(self.world, self._pins(described, bench.pins), {1: meter})
        self.wiring.restart()
        self.wiring.after_step(bench.registers.take())
        self._loop = Loop(bench.device)
        if described["parts"].get("thermometer", {}).get("driver") == "thermometer_ntc":
            wave = [bench.pins["THERMOMETER_ADC"], _NTC_AT_25_MV, _NTC_AT_25_MV, 10000, 2]
            bench.registers.load({"a": [wave]})

    @staticmethod
    def _lacking(described, pins):
        parts, has = described["parts"], {"interlock": "guard", "feedback": "relay"}
        lacks = {name for name in PARTS if has.get(name, name) not in parts}
        if "FEEDBACK" not in pins:
            lacks.add("feedback")
        if described["guard"] != "interlock":
            lacks.add("interlock")
        if parts.get("thermometer", {}).get("driver") != "thermometer_mcp9700":
            lacks.add("thermometer")
        return lacks

    @staticmethod
    def _pins(described, pins):
        """The board's pads as the desk's pins.py has them: a tuple for each connector."""
        desk = description.pins_of(paths.BOARDS / "unix/pins.py")
        found = {}
        # Pads of a guard's are not the interpreter's.
        guarded = ("RELAY", "SECOND_RELAY", "RESIDUAL") if described["guard"] == "ulp" else ()
        for at, (name, value) in enumerate(desk.items()):
            pad = _NOWHERE + at if name in guarded else pins.get(name, _NOWHERE + at)
            found[name] = (pad,) if isinstance(value, tuple) else pad
        pilot, proximity = described["parts"]["pilot"], described["parts"].get("proximity", {})
        found["LAMP"] = (pins["LAMP"] if "LAMP" in pins else (1100, 1101, 1102),)
        found["PILOT_ZERO_MV"], found["PILOT_RATIO_BP"] = pilot["zero_mv"], pilot["ratio_bp"]
        found["PROXIMITY_SERIES_OHM"] = proximity.get("series_ohm", 1000)
        found["PROXIMITY_SUPPLY_MV"] = proximity.get("supply_mv", 3300)
        return SimpleNamespace(**found)

    @property
    def station(self):
        return self.bench.device.station

    def step(self):
        now_ms = self.line.now_ms = self.world.now_ms + 10
        self._pass_to(now_ms)
        self.bench.registers.load(self.wiring.before_step(now_ms))
        self._loop.once()
        self.wiring.after_step(self.bench.registers.take())

    def _pass_to(self, now_ms):
        """A guard's coprocessor runs beside the world, and drives its relays."""
        chip = self.bench.chip
        while chip is not None and self.world.now_ms < now_ms:
            self.world.advance_to(self.world.now_ms + 1)
            self._show(chip)
            chip.ulp.advance(1000)
            for _, bit, level in chip.ulp.taken():
                if bit == chip.names["RELAY"]:
                    self.outlet.contactor.drive(level)
                elif bit == chip.names["SECOND"]:
                    self.outlet.second_contactor.drive(level)
        self.world.advance_to(now_ms)

    def _show(self, chip):
        outlet, wiring, pins = self.outlet, self.wiring, self.bench.pins
        high_mv, low_mv = (min(wiring.adc_mv(mv), _ADC_ENDS_MV) for mv in outlet.pilot_mv)
        chip.sees(pins["PILOT_ADC"], high_mv, low_mv, outlet.duty_bp)
        if "PROXIMITY_ADC" in pins:
            # Of 3300 mV through 1 kohm, as the board's is.
            ohm = outlet.proximity_ohm
            level_mv = 3120 if ohm is None else round(3300 * ohm / (1000 + ohm))
            chip.sees(pins["PROXIMITY_ADC"], level_mv, level_mv, 10000)
        if "THERMOMETER_ADC" in pins:
            level_mv = outlet.thermometer.level_mv
            chip.sees(pins["THERMOMETER_ADC"], level_mv, level_mv, 10000)
        if chip.names["RESIDUAL"] >= 0:
            chip.ulp.input(chip.names["RESIDUAL"], outlet.residual.tripped)

    def until(self, condition, seconds):
        """The milliseconds that it took."""
        began_ms = self.world.now_ms
        while not condition():
            told = (self.station.facts(began_ms), self.world.state(), self.bench.log.take())
            assert self.world.now_ms - began_ms < seconds * 1000, told
            self.step()
        return self.world.now_ms - began_ms

    def charge(self):
        self.until(lambda: self.world.now_ms > 3000, 4)
        self.outlet.vehicle.plug_in(amps=16)
        self.station.cards.present("04A1B2C3", self.world.now_ms)
        self.until(lambda: self.outlet.contactor.closed, 30)


@pytest.mark.parametrize("board", BOARDS)
def test_a_vehicle_is_charged_and_the_contactor_opens_when_it_goes(monkeypatch, board):
    """IEC 61851-1, 2.2: the plug is pulled in C: open within 100 ms."""
    installation = Installation(monkeypatch, board)
    installation.charge()
    installation.until(lambda: installation.outlet.vehicle.current_ma > 15_000, 10)
    installation.outlet.vehicle.unplug()
    assert installation.until(lambda: not installation.outlet.contactor.closed, 1) <= 100
    assert installation.outlet.observer.worst_ms(installation.world.now_ms) <= 100


@pytest.mark.parametrize("board", BOARDS)
def test_a_vehicle_that_is_refused_is_never_energised(monkeypatch, board):
    installation = Installation(monkeypatch, board)
    installation.outlet.vehicle.plug_in(amps=16)
    installation.until(lambda: installation.world.now_ms > 8000, 9)
    assert not installation.outlet.contactor.closed


@pytest.mark.parametrize("board", WITH_TWO)
def test_both_contactors_close_for_three_phases_where_there_are_two(monkeypatch, board):
    installation = Installation(monkeypatch, board)
    installation.charge()
    installation.until(lambda: installation.outlet.second_contactor.closed, 10)


@pytest.mark.parametrize("board", BOARDS)
def test_what_board_json_does_not_claim_is_what_the_station_tells_as_not_monitored(
    monkeypatch, board
):
    installation = Installation(monkeypatch, board)
    installation.charge()
    told = installation.station.facts(installation.world.now_ms)["connectors"][0]["not_monitored"]
    described = installation.bench.described
    expected = {name for name, how in described["monitored"].items() if how is None}
    if described["guard"] == "none":
        expected.add("guard")
    assert set(told) == expected


@pytest.mark.parametrize("board", WATCHING_RESIDUAL)
def test_a_residual_current_opens_the_contactor_where_it_is_watched(monkeypatch, board):
    installation = Installation(monkeypatch, board)
    installation.charge()
    installation.world.fault("residual_current")
    assert installation.until(lambda: not installation.outlet.contactor.closed, 1) <= 100
    installation.world.clear_fault("residual_current")
    installation.until(lambda: installation.world.now_ms > 30_000, 60)
    assert not installation.outlet.contactor.closed, "it latches"


@pytest.mark.parametrize("board", WITH_A_SOCKET)
def test_a_plug_is_held_while_energy_flows_where_there_is_a_socket(monkeypatch, board):
    installation = Installation(monkeypatch, board)
    assert not installation.outlet.lock.engaged
    installation.charge()
    assert installation.outlet.lock.engaged
    installation.outlet.vehicle.unplug()
    installation.until(lambda: not installation.outlet.lock.engaged, 20)
