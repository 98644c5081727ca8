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
BOOT = {"chargePointVendor": "Pilotlight", "chargePointModel": "Bench"}


def _start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "host_tests.harness.csms", *arguments],
        cwd=ROOT,
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
            assert json.loads(station.recv(timeout=5))[2]["interval"] == 7
    finally:
        program.send_signal(signal.SIGTERM)
        out, err = program.communicate(timeout=10)
    assert (program.returncode, err) == (0, "")
    assert '[2, "b", "BootNotification"' in out
    kinds = [json.loads(line)["messageType"] for line in trace.open(encoding="utf-8")]
    assert kinds == ["CALL", "CALLRESULT"]


def test_a_port_in_use_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        program = _start("--port", str(taken.getsockname()[1]))
        _, err = program.communicate(timeout=10)
    assert program.returncode == 1
    assert err.startswith("can't listen on 127.0.0.1:")
