"""Several stations in one sim: names, folders, commands, speed; a back end elsewhere."""

import argparse
import json
import queue
import threading

import pytest

from host_tests.harness.csms import Csms
from host_tests.harness.virtual_loop import UtcClock, VirtualLoop
from host_tests.unit.tools.sim_desk import Guests, street_of
from host_tests.unit.tools.test_sim_options import given
from tools.pilotlight import main
from tools.sim import options
from tools.sim.errors import Unusable
from tools.sim.options import _counted, of_stations
from tools.sim.street import Street


def play(tmp_path, lines, *options):
    script = tmp_path / "script.jsonl"
    script.write_text("\n".join(json.dumps(line) for line in lines))
    words = ["sim", "--target", "in_process", "--headless", "--script", str(script)]
    return main([*words, "--speed", "20", *options])


@pytest.mark.parametrize(
    ("first", "names"),
    [
        ("PL-0001", ["PL-0001", "PL-0002", "PL-0003"]),
        ("PL-0099", ["PL-0099", "PL-0100", "PL-0101"]),
        ("9", ["9", "10", "11"]),
        ("street", ["street-1", "street-2", "street-3"]),
    ],
)
def test_names_count_on(first, names):
    assert _counted(first, 3) == names


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--stations", "0"], "can be 1 to"),
        (["--target", "qemu", "--stations", "2"], "can be 1 to 1"),
        (["--speed", "0"], "expected 0.1 to 1000"),
        (["--speed", "nan"], "expected 0.1 to 1000"),
        (["--page", "70000"], "a port expected"),
    ],
)
def test_street_is_refused_with_what_was_expected(words, expected, capsys):
    assert main(["sim", "--headless", *words]) == 2
    assert expected in capsys.readouterr().err


def test_page_is_there_unless_it_is_not_wanted():
    assert given().page == 0
    assert given("--no-page").page is None and given("--page", "80", "--no-page").page is None
    assert given("--headless").page is None and given("--headless", "--page", "80").page == 80


def test_port_that_is_taken_is_told():
    with street_of() as (street, page):
        port = int(page.url.rsplit(":", 1)[1].rstrip("/"))
        with pytest.raises(Unusable, match=f"--page {port}: .*choose another port"):
            type(page)(street, port)


def test_script_speaks_to_each_station_by_its_name(tmp_path, capsys):
    second = {"station": "PL-0002"}
    status = play(
        tmp_path,
        [
            {"do": "wait", "for": {"status": "Available"}, "timeout_s": 60},
            {"do": "wait", "for": {"status": "Available"}, "timeout_s": 60, **second},
            {"do": "plug_in", **second},
            {"do": "present_card", **second},
            {"do": "wait", "for": "connectors.1.power_w>20000", "timeout_s": 60, **second},
            {"do": "wait", "for": "connectors.1.plugged=false", "timeout_s": 0},
            {"do": "unplug", **second},
            {"do": "wait", "for": "sessions.-1.reason=EVDisconnected", **second},
            {"do": "session", **second},
            {"do": "quit"},
        ],
        "--stations",
        "2",
    )
    told = capsys.readouterr()
    assert (status, told.err) == (0, "")
    assert "PL-0002 connector 1: vehicle plugged in" in told.out
    assert "PL-0001 connector 1: vehicle plugged in" not in told.out


def test_each_station_keeps_its_own_state_and_the_back_end_one_book(tmp_path, capsys):
    wait = {"do": "wait", "for": {"status": "Available"}, "timeout_s": 60}
    lines = [wait, {**wait, "station": "PL-0002"}]
    for _ in range(2):
        folder = tmp_path / "kept"
        assert play(tmp_path, lines, "--stations", "2", "--state", str(folder)) == 0
    made = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"csms.sqlite", "trace.jsonl", "PL-0001/station.json", "PL-0002/station.json"} <= made
    assert "PL-0001/trace.jsonl" not in made
    told = capsys.readouterr().out
    assert told.count("store: new") == 2


def test_calm_station_that_nobody_sees_makes_few_steps_and_wakes_for_a_command():
    with street_of("--stations", "3", "--speed", "50") as (street, _):
        while not all(sim.facts and sim.facts["online"] for sim in street.sims):
            street.turn()
        end_ms = street.loop.now_ms() + 10_000
        while street.loop.now_ms() < end_ms:
            street.turn()
        steps = []
        last = street.sims[2]
        last.after_step.append(steps.append)
        began_ms = street.loop.now_ms()
        while street.loop.now_ms() < began_ms + 20_000:
            street.turn()
        assert 20 <= len(steps) <= 60
        answer = street.submit('{"do": "plug_in", "station": "PL-0003"}')
        plugged_ms = street.loop.now_ms()
        while not answer.done():
            street.turn()
        assert street.loop.now_ms() - plugged_ms <= 1000
        del steps[:]
        began_ms = street.loop.now_ms()
        while street.loop.now_ms() < began_ms + 1000:
            street.turn()
        assert len(steps) > 80


def test_power_cut_of_one_leaves_its_neighbours_alone():
    with street_of("--stations", "2", "--speed", "50") as (street, _):
        one, two = street.sims
        while not (two.facts and two.facts["online"]):
            street.turn()
        street.submit('{"do": "power_cut"}')
        while one.stage.on:
            street.turn()
        end_ms = street.loop.now_ms() + 3000
        while street.loop.now_ms() < end_ms:
            street.turn()
        assert two.stage.on and two.facts["online"] and one.facts is None


@pytest.fixture
def elsewhere():
    """The address of a back end in a thread of its own, which knows our card."""
    told = queue.SimpleQueue()

    def serve():
        loop = VirtualLoop(real_time=True)
        csms = Csms(loop, UtcClock.of_the_wall(loop))
        csms.start()
        csms.add_charge_point("PL-7")
        csms.add_card("04A1B2C3D4E580")
        told.put((loop, csms.url))
        loop.run_forever()
        csms.close()
        loop.finish()

    running = threading.Thread(target=serve)
    running.start()
    loop, url = told.get()
    yield url
    loop.call_soon_threadsafe(loop.stop)
    running.join()


def test_page_shows_what_passes_to_a_back_end_elsewhere(elsewhere):
    """Issue 5: works with any external back end."""
    words = ("--csms", elsewhere, "--identity", "PL-7")
    with street_of(*words) as (street, page):
        guests = Guests(street, page.url)
        guest = guests.enter()
        assert guest.hello["own_csms"] is False and guest.hello["csms"] == elsewhere
        guest.watch("PL-7")
        guest.until_status("Available")
        assert guest.ask("plug_in")["ok"] and guest.ask("present_card")["ok"]
        guest.until(lambda: guest.connector()["status"] == "Charging")
        assert "StartTransaction" in {frame[3] for frame in guest.frames}
        assert "start without --csms" in guest.ask("call", action="Reset")["error"]
        guests.close()


def test_street_that_can_not_be_made_gives_back_what_it_had(tmp_path):
    wanted = of_stations(_parsed("--stations", "2"))
    (tmp_path / "file").write_text("")
    wanted[1].state = tmp_path / "file"
    with pytest.raises(Unusable, match="a folder expected"):
        Street(wanted)


def _parsed(*words):
    parser = argparse.ArgumentParser()
    options.add_to(parser)
    return parser.parse_args(["--target", "in_process", *words])
