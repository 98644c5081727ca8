"""What the back end is asked, and how it stays away."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tools.commission import units
from tools.commission.back_end import BackEnd, ByEye, OfWeb, Session, Unreachable, newest
from tools.commission.signature import Unverified

ROWS = [
    {"id_tag": "A", "meter_start": 10, "meter_stop": 30, "start_time": "2026-01-05T08:00:00Z",
     "reason": "Local"},
    {"id_tag": "B", "meter_start": 30, "meter_stop": None, "start_time": "2026-01-05T09:00:00Z"},
    {"id_tag": "C", "meter_start": None, "meter_stop": 5, "start_time": None},
]  # fmt: skip
EIGHT_S = 1_767_600_000


def test_newest_session_since_a_moment():
    assert newest(ROWS[:1], EIGHT_S) == Session("A", 10, 30, "Local")
    assert newest(ROWS[:1], EIGHT_S).energy_wh == 20
    assert newest(ROWS[:1], EIGHT_S + 1) is None
    assert newest(ROWS, 0).id_tag == "B" and newest(ROWS, 0).energy_wh is None
    assert newest([], 0) is None


def test_nobody_knows_nothing():
    assert BackEnd().session("PL1", 0) is None and BackEnd().utc_s() is None


@pytest.mark.parametrize(("said", "energy_wh"), [("0.138", 138), ("0,138", 138), (" 7 ", 7000)])
def test_energy_as_people_read_it_off(said, energy_wh):
    asked = []
    found = ByEye(lambda question: asked.append(question) or said).session("PL1", EIGHT_S)
    assert found.energy_wh == energy_wh and "PL1 that began after 08:00 UTC" in asked[0]


@pytest.mark.parametrize("said", ["", "  "])
def test_person_who_sees_no_session(said):
    assert ByEye(lambda question: said).session("PL1", EIGHT_S) is None


@pytest.mark.parametrize("said", ["yes", "inf", "1 2"])
def test_person_who_types_no_energy_is_told(said):
    with pytest.raises(Unreachable, match="no energy in kWh"):
        ByEye(lambda question: said).session("PL1", EIGHT_S)


class Office(BaseHTTPRequestHandler):
    """Answers as the back office's interface for programs does."""

    status, body, heard = 200, {"ok": True, "sessions": ROWS[:1]}, []

    def do_GET(self):
        type(self).heard.append((self.path, self.headers["Authorization"], self._content()))
        data = json.dumps(self.body).encode() if isinstance(self.body, dict) else self.body
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_GET

    def _content(self):
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def date_time_string(self, timestamp=None):
        return "Mon, 05 Jan 2026 08:00:00 GMT"

    def log_message(self, *words):
        pass


@pytest.fixture
def office():
    """(its class, a back end that asks it)."""
    kind = type("OneOffice", (Office,), {"heard": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield kind, OfWeb(f"http://127.0.0.1:{server.server_port}/", "t0ken")
    server.shutdown()
    thread.join()
    server.server_close()


def test_web_is_asked_with_its_token_and_tells_session_and_time(office):
    kind, web = office
    assert web.session("PL 1/&x", EIGHT_S) == Session("A", 10, 30, "Local")
    assert kind.heard[0][:2] == (
        "/api/sessions?identity=PL+1%2F%26x&since=2026-01-05T08%3A00%3A00Z",
        "Bearer t0ken",
    )
    assert web.utc_s() == EIGHT_S


def test_report_is_delivered_and_its_verdict_told(office):
    kind, web = office
    kind.body = {"ok": True, "verdict": "passed", "why": ""}
    assert web.deliver(b'{"a": 1}') == "passed"
    assert kind.heard[0][0] == "/api/reports" and kind.heard[0][2] == b'{"a": 1}'


@pytest.mark.parametrize(
    ("status", "body"), [(401, b"no such token"), (500, b""), (200, b"<html>"), (200, b"\xff")]
)
def test_web_that_refuses_or_answers_nonsense_is_unreachable(office, status, body):
    kind, web = office
    kind.status, kind.body = status, body
    with pytest.raises(Unreachable):
        web.session("PL1", EIGHT_S)


def test_web_that_is_not_there_is_unreachable():
    with pytest.raises(Unreachable, match="127.0.0.1:1"):
        OfWeb("http://127.0.0.1:1", "").session("PL1", EIGHT_S)


# -- label files ----------------------------------------------------------------------------------

SECRET = "00112233445566778899aabbccddeeff"


@pytest.mark.parametrize(
    "text",
    [
        '{"serial": "PL1", "secret": "%s"}',
        '[{"serial": "PL0"}, {"serial": "PL1", "secret": "%s"}]',
        '{"serial": "PL0", "secret": "aa"}\n\n{"serial": "PL1", "secret": "%s"}\n',
        "serial,password,secret\nPL0,x,y\nPL1,z,%s\n",
    ],
)
def test_secret_is_found_in_each_kind_of_label_file(tmp_path, text):
    (tmp_path / "labels").write_text(text % SECRET)
    assert units.secret_of("PL1", tmp_path / "labels") == SECRET
    with pytest.raises(Unverified, match="has no unit PL9"):
        units.secret_of("PL9", tmp_path / "labels")


def test_secret_is_found_in_a_folder_of_labels(tmp_path):
    """As `make flash` leaves them in build/labels."""
    for number in range(3):
        label = {"serial": f"PL{number}", "secret": SECRET, "password": "x"}
        (tmp_path / f"label-PL{number}.json").write_text(json.dumps(label))
    assert units.secret_of("PL2", tmp_path) == SECRET
    with pytest.raises(Unverified, match="has no unit PL9"):
        units.secret_of("PL9", tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"{", b"[1, 2]", b"nothing\nhere"])
def test_label_file_of_another_kind_is_refused(tmp_path, content):
    (tmp_path / "labels").write_bytes(content)
    with pytest.raises(Unverified):
        units.secret_of("PL1", tmp_path / "labels")
    with pytest.raises(Unverified, match="no label file"):
        units.secret_of("PL1", tmp_path / "none")


@pytest.mark.parametrize("secret", ["", "xyz", "00", SECRET + "00"])
def test_secret_of_another_length_is_refused(secret):
    with pytest.raises(Unverified, match="32 hexadecimal digits"):
        units.key_of(secret)
