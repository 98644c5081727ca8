"""The picture in the terminal, without a terminal."""

import io
import json

import pytest
from rich.console import Console

from host_tests.harness.world import World
from host_tests.harness.world.faults import FAULTS
from tools.sim.frames import Reader
from tools.sim.keys import MENU, Keys
from tools.sim.picture import Picture
from tools.sim.tape import NOTE, RECEIVED, WORLD, Tape


class Answer:
    """An answer that is there at once."""

    def cancelled(self):
        return False

    def result(self):
        return {"ok": False, "error": "not now"}

    def add_done_callback(self, callback):
        callback(self)


class Bench:
    """As much of a sim and its stage as is looked at; what is submitted is kept."""

    def __init__(self, connectors=1):
        self.stage = self.options = self.csms = self.network = self
        self.world = World(connectors)
        self.tape = Tape(lambda: 1000)
        self.statuses = self.tape.statuses
        self.identity, self.target, self.url = "PL-0001", "unix", "ws://host/ocpp"
        self.on = self.up = True
        self.now_ms = 1000
        self.facts = None
        self.after_step = []
        self.watchers = set()
        self.submitted = []

    def submit(self, line):
        self.submitted.append(json.loads(line))
        return Answer()


def drawn(picture, width, height):
    file = io.StringIO()
    Console(file=file, width=width, height=height).print(
        picture.draw(width, height), height=height
    )
    return file.getvalue()


@pytest.mark.parametrize("width", [1, 20, 40, 80, 109, 110, 200])
@pytest.mark.parametrize("height", [1, 7, 8, 12, 16, 24, 60])
@pytest.mark.parametrize("menu", [False, True])
def test_picture_fits_into_any_terminal(width, height, menu):
    sim = Bench(connectors=4)
    keys = Keys([sim])
    keys.menu = menu
    picture = Picture(keys)
    for _ in range(50):
        sim.tape.tell(WORLD, "something " * 30)
        sim.tape.tell(RECEIVED, "Heartbeat [] {} [/bold]")
    text = drawn(picture, width, height)
    if width >= 40 and height >= 8:
        assert len(text.splitlines()) <= height
        assert "connector 1" in text


def test_picture_shows_the_connector_and_what_passes():
    sim = Bench()
    picture = Picture(Keys([sim]))
    sim.world.connectors[1].vehicle.plug_in(amps=16)
    sim.world.connectors[1].drive_pilot(2667)
    sim.world.fault("meter_silent")
    status = [2, "1", "StatusNotification", {"connectorId": 1, "status": "Preparing"}]
    status[3]["errorCode"] = "NoError"
    sim.tape.frame("received", json.dumps(status))
    text = drawn(picture, 120, 40)
    for shown in ("+9 / -12 V, 26.7 %", "offers 16.0 A", "state B", "Preparing", "meter_silent"):
        assert shown in text


def test_picture_shows_what_protects():
    sim = Bench()
    outlet = sim.world.connectors[1]
    outlet.vehicle.plug_in(cable_a=20)
    outlet.interlock.stepped(True)
    outlet.temperature_c = 41.5
    outlet.lock.drive(1)
    sim.world.advance_to(300)
    sim.world.fault("residual_current")
    text = drawn(Picture(Keys([sim])), 120, 40)
    for shown in ("680 ohm, bolt in", "residual ✘", "earth ✔", "interlock ✔", "41.5 °C"):
        assert shown in text


def test_every_fault_has_a_key():
    assert list(MENU.values()) == list(FAULTS)


def test_keys_become_commands():
    sim = Bench(connectors=2)
    keys = Keys([sim])
    for key in "p2tbnmxq?":
        keys.press(key)
    assert [line["do"] for line in sim.submitted] == [
        "plug_in",
        "present_card",
        "press_button",
        "network",
        "mains",
        "power_cut",
        "quit",
    ]
    assert keys.connector == 2
    sim.world.connectors[2].vehicle.plug_in()
    keys.press("p")
    keys.press("c")
    assert sim.submitted[-2:] == [
        {"do": "unplug", "connector": 2},
        {"do": "stop_power", "connector": 2},
    ]


def test_keys_lead_from_station_to_station():
    """Issue 5: --stations 20, in the terminal too."""
    sims = [Bench() for _ in range(3)]
    keys = Keys(sims)
    picture = Picture(keys)
    sims[2].identity = "PL-0003"
    sims[2].tape.tell(WORLD, "only here")
    assert "only here" not in drawn(picture, 120, 40)
    keys.press("<")
    assert keys.sim is sims[2] and [bool(sim.watchers) for sim in sims] == [False, False, True]
    assert "PL-0003" in drawn(picture, 120, 40) and "only here" in drawn(picture, 120, 40)
    keys.press("p")
    assert sims[2].submitted == [{"do": "plug_in", "connector": 1}] and not sims[0].submitted
    keys.press(">")
    assert keys.sim is sims[0]


def test_menu_breaks_and_mends_and_any_other_key_closes_it():
    sim = Bench()
    keys = Keys([sim])
    key = {name: key for key, name in MENU.items()}["earth_open"]
    for pressed in ("f", key):
        keys.press(pressed)
    assert sim.submitted == [{"do": "fault", "name": "earth_open", "connector": 1}]
    sim.world.fault("earth_open")
    for pressed in ("f", key, "f", "!"):
        keys.press(pressed)
    assert sim.submitted[1:] == [{"do": "clear_fault", "name": "earth_open", "connector": 1}]
    assert not keys.menu


def test_refused_key_tells_why():
    sim = Bench()
    told = []
    sim.tape.listeners.append(lambda at_ms, kind, text: told.append((kind, text)))
    Keys([sim]).press("t")
    assert told[-1] == (NOTE, "not now")


def test_tape_tells_changes_of_the_world_once():
    sim = Bench()
    told = []
    sim.tape.listeners.append(lambda at_ms, kind, text: told.append(text))
    sim.tape.world(sim.world)
    assert told == []
    sim.world.connectors[1].vehicle.plug_in(amps=16, phases=1)
    sim.tape.world(sim.world)
    sim.tape.world(sim.world)
    assert told[0] == "connector 1: vehicle plugged in, up to 16 A on 1 phases"
    assert len(told) == 2 and "state B" in told[1]


def test_readings_are_told_with_their_quantities():
    value = {"value": "1234570", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
    payload = {"connectorId": 1, "meterValue": [{"timestamp": "x", "sampledValue": [value]}]}
    told = Reader().line("received", json.dumps([2, "1", "MeterValues", payload]))
    assert told == "MeterValues connectorId=1  Energy.Active.Import.Register=1234570 Wh"


@pytest.mark.parametrize(
    ("depth", "said"),
    [(10, "DataTransfer data="), (700, "nested too deep"), (5000, "not a frame")],
)
def test_message_that_is_nested_too_deep_is_told_as_such(depth, said):
    """A back end elsewhere may send anything; the sim goes on."""
    raw = '[2, "1", "DataTransfer", {"data": ' + "[" * depth + "]" * depth + "}]"
    assert said in Reader().line("sent", raw)


def test_failed_connection_is_told_once_with_where_to_look():
    sim = Bench()
    told = []
    sim.tape.listeners.append(lambda at_ms, kind, text: told.append(text))
    away = {"online": False, "link": "http 401"}
    for facts in (None, away, away, {"online": True, "link": ""}, away):
        sim.tape.link(facts)
    assert told == ["no connection to the back end: http 401 (see --identity and --password)"] * 2
