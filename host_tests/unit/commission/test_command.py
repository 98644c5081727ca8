"""`pilotlight commission`: the words of the command line, what is written, how it ends."""

import json

import pytest

from tools import pilotlight


def commission(*words) -> int:
    return pilotlight.main(["commission", *map(str, words)])


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """(exit status, folder) of one whole emulated commissioning."""
    folder = tmp_path_factory.mktemp("good")
    words = ("--emulated", "--folder", folder, "--technician", "A. Person", "--place", "Bench")
    return commission(*words), folder


def report_of(folder):
    (path,) = folder.glob("*-report.json")
    return path, json.loads(path.read_text())


def test_good_station_ends_with_0_and_three_reports(good):
    status, folder = good
    assert status == 0
    path, made = report_of(folder)
    assert (made["verdict"], made["technician"], made["place"]) == ("passed", "A. Person", "Bench")
    assert path.with_suffix(".html").read_text().startswith("<!doctype html>")
    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF-")


def test_report_is_verified_with_the_secret_or_the_labels(good, tmp_path, capsys):
    path, made = report_of(good[1])
    secret = emulated_secret()
    assert commission("--verify", path, "--secret", secret) == 0
    assert f"verified: unit {made['unit']}" in capsys.readouterr().out
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps({"serial": made["unit"], "secret": secret}))
    assert commission("--verify", path, "--labels", labels) == 0
    assert commission("--verify", path, "--secret", "00" * 16) == 1
    assert "NOT VERIFIED" in capsys.readouterr().err


def emulated_secret():
    """As the bench's board answers whoever has it in their hands."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from tools.commission import bench

    with TemporaryDirectory() as folder, bench.make_stage("in_process", Path(folder)) as stage:
        stage.start()
        return stage.console({"ask": "unit"})["secret"]


def test_report_that_was_changed_is_not_verified(good, tmp_path, capsys):
    _, made = report_of(good[1])
    made["place"] = "elsewhere"
    (tmp_path / "r.json").write_text(json.dumps(made))
    assert commission("--verify", tmp_path / "r.json", "--secret", emulated_secret()) == 1
    assert "was changed" in capsys.readouterr().err


def test_faulty_station_ends_with_1_and_says_so_on_top(tmp_path, capsys):
    assert commission("--emulated", "--folder", tmp_path, "--fault", "lock_jammed") == 1
    assert report_of(tmp_path)[1]["failed"] == ["Cable lock"]
    told = capsys.readouterr().out
    assert "FAILED: Cable lock." in told and "push the plug in" in told


def test_single_step_is_done_and_the_rest_is_not_complete(tmp_path, capsys):
    assert commission("--emulated", "--folder", tmp_path, "--only", "temperature") == 1
    assert "NOT COMPLETE" in capsys.readouterr().out
    done = [step["key"] for step in report_of(tmp_path)[1]["steps"] if step["verdict"] == "passed"]
    assert done == ["temperature"]


def test_order_that_the_station_does_not_follow_fails_the_first_step(tmp_path, capsys):
    order = tmp_path / "order.toml"
    text = example().replace('identity = "', 'identity = "X')
    order.write_text(text)
    words = ("--folder", tmp_path, "--only", "identity", "--order", order)
    assert commission("--emulated", *words) == 1
    step = report_of(tmp_path)[1]["steps"][0]
    wrong = {each["what"]: each for each in step["measures"] if each["verdict"] == "failed"}
    assert "as ordered: X" in wrong["Identity"]["required"]
    assert "pilotlight provision" in wrong["Identity"]["remedy"]


def example():
    from tools.provision import order

    return order.example()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "where is the station"),
        (("--url", "http://192.0.2.1"), "--password is missing"),
        (("--emulated", "--only", "nothing"), "expected one of identity"),
        (("--emulated", "--connector", "2"), "expected 1 to 1"),
        (("--emulated", "--fault", "nothing"), "no fault is called"),
        (("--port", "/dev/null", "--cables", "x"), "expected amperes"),
        (("--verify", "README.md"), "no report"),
        (("--emulated", "--order", "/nowhere/order.toml"), "order.toml"),
    ],
)
def test_words_that_make_no_sense_are_refused_with_what_was_expected(
    words, told, capsys, tmp_path
):
    assert commission(*words, "--folder", tmp_path) in (1, 2)
    assert told in capsys.readouterr().err


def test_serial_port_that_is_not_there_says_what_to_try(capsys, tmp_path):
    assert commission("--port", "/dev/ttyNONE", "--folder", tmp_path) == 1
    assert "ttyUSB" in capsys.readouterr().err


def test_steps_are_listed(capsys):
    assert commission("--steps") == 0
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 18 and told[0].startswith("identity")
