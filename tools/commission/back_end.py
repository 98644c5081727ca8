"""The back end, as far as a commissioning asks it: has it the session, and what time is it.

``Session`` is what it recorded. An implementation answers None where it can't know: then the
report says that nobody looked. Unreachable: it may come back, and is asked again.
"""

import json
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_PATIENCE_S = 10


class Unreachable(Exception):
    """The back end does not answer now."""


class Session(NamedTuple):
    """Registers in Wh; ``stop_wh`` None while it runs."""

    id_tag: str
    start_wh: int | None
    stop_wh: int | None
    reason: str | None = None

    @property
    def energy_wh(self) -> int | None:
        """What it will bill, None while it runs."""
        if self.start_wh is None or self.stop_wh is None:
            return None
        return self.stop_wh - self.start_wh


class BackEnd:
    """Nobody looks. ``patient``: a session that is not there yet may come: ask again."""

    name = "nobody"
    patient = False

    def session(self, identity: str, after_s: int) -> Session | None:
        """The newest session of ``identity`` that began at ``after_s`` (UTC) or later."""
        return None

    def utc_s(self) -> int | None:
        """Its time of day."""
        return None

    def deliver(self, report: bytes) -> str | None:
        """Give it the signed report; its word on it, None where it takes none."""
        return None


class OfCsms(BackEnd):
    """Our bench back end in this process (host_tests/harness/csms)."""

    name = "the bench back end"
    patient = True

    def __init__(self, csms):
        self._csms = csms

    def session(self, identity, after_s):
        if not self._csms.listening:
            raise Unreachable("it is stopped")
        return newest(self._csms.sessions(identity), after_s)

    def utc_s(self):
        return self._csms.clock.utc_ms() // 1000


class OfWeb(BackEnd):
    """The bench back end over its HTTP interface; ``token`` is one that it gave out."""

    patient = True

    def __init__(self, url: str, token: str):
        self.name = url
        self._url = url.rstrip("/")
        self._token = token

    def session(self, identity, after_s):
        since = datetime.fromtimestamp(after_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        words = urllib.parse.urlencode({"identity": identity, "since": since})
        told, _ = self._get(f"/api/sessions?{words}")
        rows = told.get("sessions", []) if isinstance(told, dict) else told
        return newest(rows, after_s)

    def utc_s(self):
        return self._get("/api/sessions?identity=&since=9999-01-01T00:00:00Z")[1]

    def deliver(self, report):
        told, _ = self._get("/api/reports", report)
        return f"{told.get('verdict')} {told.get('why') or ''}".strip()

    def _get(self, path, data=None):
        head = {"Authorization": f"Bearer {self._token}"}
        request = urllib.request.Request(self._url + path, data, head)
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_S) as answer:
                return json.load(answer), _date(answer.headers.get("Date"))
        except urllib.error.HTTPError as error:
            said = error.read(500).decode(errors="replace").strip()
            raise Unreachable(f"{self.name}: {error.code} {said or error.reason}") from None
        except (OSError, ValueError) as error:
            raise Unreachable(f"{self.name}: {error}") from None


class ByEye(BackEnd):
    """Any other back end: a person looks. ``ask(question) -> text`` (empty: can't tell)."""

    name = "looked at by the technician"

    def __init__(self, ask):
        self._ask = ask

    def session(self, identity, after_s):
        when = datetime.fromtimestamp(after_s, UTC).strftime("%H:%M UTC")
        said = self._ask(
            f"Look into the back end: kWh of the session of {identity} that began after {when}"
        )
        if not said.strip():
            return None
        try:
            energy_wh = round(float(said.replace(",", ".")) * 1000)
        except (ValueError, OverflowError):
            raise Unreachable(f"{said!r} is no energy in kWh") from None
        return Session("", 0, energy_wh)


def newest(rows: list, after_s: int) -> Session | None:
    """The newest of the bench back end's sessions that began at ``after_s`` or later."""
    began = [row for row in rows if row.get("start_time") and _seconds(row) >= after_s]
    if not began:
        return None
    row = max(began, key=_seconds)
    return Session(row["id_tag"], row["meter_start"], row["meter_stop"], row.get("reason"))


def _seconds(row):
    return int(datetime.fromisoformat(row["start_time"]).timestamp())


def _date(text):
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (TypeError, ValueError):
        return None
