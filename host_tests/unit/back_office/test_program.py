"""`pilotlight backend --web`: the office as a program of its own, in real time."""

import json
import re
import signal
import ssl
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from websockets.sync.client import connect

from host_tests.harness.csms import __main__ as backend
from host_tests.harness.csms.certificates import Authority

ROOT = Path(__file__).resolve().parents[3]
# Of the wall, and only for what never comes.
PATIENCE_S = 120
BOOT = {"chargePointVendor": "Pilotlight", "chargePointModel": "Bench"}


@contextmanager
def _program(*words):
    """The program, and the lines that it says."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tools.pilotlight", "backend", "--port", "0", "--web", "0", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        program.send_signal(signal.SIGTERM)
        program.rest, program.complaints = program.communicate(timeout=PATIENCE_S)


def _place(line):
    return re.search(r"\S+://\S+", line)[0].rstrip("/")


def test_first_start_tells_a_link_and_a_later_one_none(tmp_path):
    book = str(tmp_path / "book.db")
    with _program("--db", book) as program:
        program.stdout.readline()
        url = _place(program.stdout.readline())
        link = _place(program.stdout.readline())
        assert link.startswith(f"{url}/invitation/")
        page = urllib.request.urlopen(link, timeout=PATIENCE_S).read().decode()
        assert "Welcome, admin" in page
    password = tmp_path / "password"
    password.write_text("a long enough secret\n")
    with _program("--db", book, "--admin-password-file", str(password)) as program:
        program.stdout.readline()
        assert "pages at" in program.stdout.readline()
    assert "invitation" not in program.rest
    assert (program.returncode, program.complaints) == (0, "")


def test_only_ordered_charge_points_come_in_unless_anyone_may(tmp_path):
    with _program("--anyone") as program:
        ocpp = _place(program.stdout.readline()).removesuffix("/<identity>")
        with connect(f"{ocpp}/ST", subprotocols=["ocpp1.6"], proxy=None) as station:
            station.send(json.dumps([2, "b", "BootNotification", BOOT]))
            assert json.loads(station.recv(timeout=PATIENCE_S))[2]["status"] == "Accepted"
    with _program("--charge-point", "ST") as program:
        ocpp = _place(program.stdout.readline()).removesuffix("/<identity>")
        with connect(f"{ocpp}/ST", subprotocols=["ocpp1.6"], proxy=None):
            pass
        try:
            connect(f"{ocpp}/OTHER", subprotocols=["ocpp1.6"], proxy=None)
        except Exception as error:
            assert "404" in str(error)
        else:
            raise AssertionError("a stranger came in")


def test_pages_and_charge_points_share_a_certificate(tmp_path):
    authority = Authority(tmp_path)
    certificate, key = authority.issue("office", host="127.0.0.1")
    words = ("--certificate", str(certificate), "--key", str(key), "--charge-point", "ST")
    trusted = ssl.create_default_context(cafile=str(authority.ca_path))
    with _program(*words) as program:
        ocpp = _place(program.stdout.readline()).removesuffix("/<identity>")
        url = _place(program.stdout.readline())
        assert ocpp.startswith("wss://") and url.startswith("https://")
        page = urllib.request.urlopen(f"{url}/login", timeout=PATIENCE_S, context=trusted)
        assert "Secure" in page.headers["Set-Cookie"]
        subprotocols = {"subprotocols": ["ocpp1.6"], "proxy": None}
        with connect(f"{ocpp}/ST", ssl=trusted, **subprotocols):
            pass


def test_what_it_can_not_begin_with_is_told_and_ends_it(tmp_path, capsys):
    short = tmp_path / "short"
    short.write_text("short")
    rubbish = tmp_path / "rubbish.db"
    rubbish.write_bytes(b"no database" * 1000)
    for words, why in (
        (("--admin-password-file", str(short)), "12 to 200 characters"),
        (("--admin-password-file", str(tmp_path / "none")), "No such file"),
        (("--db", str(rubbish)), "not a database"),
        (("--certificate", str(short), "--key", str(short)), "short"),
    ):
        assert backend.main(["--port", "0", "--web", "0", *words]) == 1
        assert why in capsys.readouterr().err
