"""The back end as a program of its own, in real time."""

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parents[3]
# Of the wall, and only for what never comes.
PATIENCE_S = 120
BOOT = {"chargePointVendor": "Pilotlight", "chargePointModel": "Bench"}


def _start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "host_tests.harness.csms", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_it_serves_everyone_and_writes_a_trace(tmp_path):
    trace = tmp_path / "trace.jsonl"
    program = _start("--port", "0", "--trace", str(trace), "--heartbeat", "7")
    try:
        url = re.search(r"ws://\S+/", program.stdout.readline())[0]
        with connect(url + "anyone", subprotocols=["ocpp1.6"], proxy=None) as station:
            station.send(json.dumps([2, "b", "BootNotification", BOOT]))
            assert json.loads(station.recv(timeout=PATIENCE_S))[2]["interval"] == 7
    finally:
        program.send_signal(signal.SIGTERM)
        out, err = program.communicate(timeout=PATIENCE_S)
    assert (program.returncode, err) == (0, "")
    assert '[2, "b", "BootNotification"' in out
    kinds = [json.loads(line)["messageType"] for line in trace.open(encoding="utf-8")]
    assert kinds == ["CALL", "CALLRESULT"]


def _played(program, url):
    """A station boots, answers one call, and goes; what the program said, its exit status."""
    with connect(url + "st", subprotocols=["ocpp1.6"], proxy=None) as station:
        station.send(json.dumps([2, "b", "BootNotification", BOOT]))
        assert json.loads(station.recv(timeout=PATIENCE_S))[1] == "b"
        frame = json.loads(station.recv(timeout=PATIENCE_S))
        station.send(json.dumps([3, frame[1], {"status": "Accepted"}]))
        out, _ = program.communicate(timeout=PATIENCE_S)
    return frame, [json.loads(line[2:]) for line in out.splitlines() if line.startswith("= ")]


def test_it_plays_a_script_and_ends(tmp_path):
    script = tmp_path / "script.jsonl"
    lines = [
        {"do": "expect", "action": "BootNotification"},
        {"do": "call", "action": "Reset", "payload": {"type": "Soft"}},
        {"do": "sessions"},
    ]
    script.write_text("\n".join(map(json.dumps, lines)))
    program = _start("--port", "0", "--script", str(script))
    url = re.search(r"ws://\S+/", program.stdout.readline())[0]
    frame, told = _played(program, url)
    assert frame[2:] == ["Reset", {"type": "Soft"}]
    assert told[0]["payload"] == BOOT and told[1]["result"] == {"status": "Accepted"}
    assert told[2] == {"ok": True, "sessions": []} and program.returncode == 0


def test_a_script_that_can_not_be_played_fails(tmp_path):
    script = tmp_path / "script.jsonl"
    script.write_text('{"do": "call", "action": "Reset"}\n')
    program = _start("--port", "0", "--script", str(script))
    out, _ = program.communicate(timeout=PATIENCE_S)
    assert program.returncode == 1 and '"identity\\" expected; connected: none' in out


def test_lines_are_carried_out_as_they_are_typed(tmp_path):
    program = _start("--port", "0")
    try:
        url = re.search(r"ws://\S+/", program.stdout.readline())[0]
        for line in ("rubbish", '{"do": "dance"}', '{"do": "card", "id_tag": "AA"}'):
            program.stdin.write(line + "\n")
        program.stdin.flush()
        told = [json.loads(program.stdout.readline()[2:]) for _ in range(3)]
        assert [each["ok"] for each in told] == [False, False, True] and "dance" in told[1][
            "error"
        ]
        assert url
    finally:
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=PATIENCE_S)


def test_a_port_in_use_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        program = _start("--port", str(taken.getsockname()[1]))
        _, err = program.communicate(timeout=PATIENCE_S)
    assert program.returncode == 1
    assert err.startswith("can't listen on 127.0.0.1:")
