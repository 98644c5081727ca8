"""The station's own page: who may see it, and how its requests get to the service room.

Imported while it is open only (doorway.py). Rules:
- The page itself is for everyone in the access point's network, and holds nothing. All it shows
  and does goes through POST /api, with the cookie and the token of a session; no other site can
  make a browser send both.
- A session begins with the unit's password (POST /login). After the n-th wrong one in a row the
  door is shut for 1, 2, 4 ... 300 s (SHUT_MS): the right one is no better then.
- SESSIONS at a time: one more replaces the one that was silent longest. A session ends when
  nothing but looking on (the ask "facts") was done in it for SESSION_MS.
- Every other address leads to the page: so a phone that looks whether there is a way to the
  internet shows it by itself.
"""

import json
from binascii import hexlify

from micropython import const

from chargepoint.ocpp import strict_json
from chargepoint.portal_page import PAGE, POLICY

SESSIONS = const(2)
# Own: a technician who is called away; five minutes are worth more to whoever guesses than to
# whoever mistypes; the last answer needs a moment to leave.
SESSION_MS = const(600000)
SHUT_MS = const(300000)
FAREWELL_MS = const(3000)
LOGIN_MOST = const(256)
REQUEST_MOST = const(6144)
# Of larger requests there is one at a time: each costs its length several times over.
LARGE = const(1024)

_JSON = "application/json"


class _Session:
    def __init__(self, random, now_ms):
        self.cookie = hexlify(random.take(16))
        self.token = hexlify(random.take(16))
        self.used_ms = now_ms


class _Call:
    """A request under way: ``work`` pauses and returns the answer."""

    def __init__(self, visit, work):
        self.visit = visit
        self.work = work


class Portal:
    """Opens ``access_point`` (portal_ports.AccessPoint); ``over`` when it is to be closed.

    Raises OSError where the access point can't be opened.
    """

    def __init__(self, station, access_point, now_ms: int):
        self._station = station
        self._access_point = access_point
        self._service = station.attend()
        self._password = self._service.password
        self._sessions = []
        self._calls = []
        self._large = None
        self._wrong = 0
        self._shut_until_ms = now_ms
        self._last_ms = None
        self.over = False
        name = "Pilotlight " + self._service.serial
        self._listener = None
        try:
            if access_point.open(name, self._password):
                self._listener = access_point.listen()
        finally:
            # Also when the heap has no room for it: no network stays that no page is behind.
            if self._listener is None:
                access_point.close()
        if self._listener is None:
            raise OSError("the access point does not open")
        self._listener.admit = self._admit
        station.ports.log.write("info", "portal: open as " + name)

    def step(self, now_ms: int, ending: bool) -> None:
        """A bounded piece of everything; ``ending``: it is no longer wanted."""
        self._now_ms = now_ms
        self._access_point.poll(now_ms)
        visit = self._listener.poll(now_ms)
        if visit is not None:
            self._receive(visit)
        if self._calls:
            self._go_on(self._calls[0])
        self._end(ending)

    def close(self) -> None:
        """Let go of everything."""
        try:
            self._listener.close()
        finally:
            self._access_point.close()
        self._station.ports.log.write("info", "portal: closed")

    # -- inside ---------------------------------------------------------------------------------

    def _end(self, ending):
        """The last answer still leaves."""
        if not ending:
            self._last_ms = None
        elif self._last_ms is None:
            self._last_ms = self._now_ms
        elif self._now_ms - self._last_ms >= FAREWELL_MS:
            self.over = True

    def _admit(self, request) -> int:
        if request.method != b"POST":
            if request.method not in (b"GET", b"HEAD"):
                return 405
            return 413 if request.size else 0
        if request.host != self._access_point.address.encode():
            return 403
        if request.kind != _JSON.encode():
            return 415
        if request.path == b"/login":
            return 413 if request.size > LOGIN_MOST else 0
        if request.path != b"/api":
            return 404
        session = self._session_of(request)
        if session is None:
            return 401
        if not _same(session.token, request.token):
            return 403
        return self._make_room(request)

    def _make_room(self, request):
        if request.size > REQUEST_MOST:
            return 413
        if request.size > LARGE:
            if self._large is not None and self._large.body is not None:
                return 503
            self._large = request
        return 0

    def _session_of(self, request):
        oldest_ms = self._now_ms - SESSION_MS
        self._sessions = [each for each in self._sessions if each.used_ms > oldest_ms]
        for session in self._sessions:
            if _same(session.cookie, request.cookie):
                return session
        return None

    def _receive(self, visit):
        request = visit.request
        if request.method != b"POST":
            self._show(visit)
        elif request.path == b"/login":
            self._login(visit)
        else:
            self._calls.append(_Call(visit, self._working(request)))

    def _show(self, visit):
        """The page; whoever came by another name or path is led to it."""
        here = self._access_point.address
        if visit.request.path != b"/" or visit.request.host != here.encode():
            visit.answer(302, "text/plain", b"", "Location: http://%s/\r\n" % here)
            return
        body = PAGE if visit.request.method == b"GET" else b""
        visit.answer(200, "text/html; charset=utf-8", body, POLICY)

    def _login(self, visit):
        left_ms = self._shut_until_ms - self._now_ms
        if left_ms > 0:
            _tell(visit, 429, _wrong("too many wrong ones: wait %d s", left_ms))
            return
        try:
            given = json.loads(visit.request.body)["password"].strip().encode()
        except (ValueError, TypeError, KeyError, AttributeError):
            _tell(visit, 400, _wrong("password: expected a text", 0))
            return
        if _same(self._password.encode(), given):
            self._wrong = 0
            self._begin_session(visit)
            return
        shut_ms = min(1000 << min(self._wrong, 16), SHUT_MS)
        self._wrong += 1
        self._shut_until_ms = self._now_ms + shut_ms
        self._station.ports.log.write("warning", "portal: wrong password")
        _tell(visit, 401, _wrong("wrong, it is on the unit's label; wait %d s", shut_ms))

    def _begin_session(self, visit):
        session = _Session(self._station.ports.random, self._now_ms)
        if len(self._sessions) >= SESSIONS:
            self._sessions.remove(min(self._sessions, key=lambda each: each.used_ms))
        self._sessions.append(session)
        cookie = "Set-Cookie: s=%s; Path=/; HttpOnly; SameSite=Strict\r\n"
        told = {"ok": True, "token": session.token.decode()}
        _tell(visit, 200, told, cookie % session.cookie.decode())

    def _go_on(self, call):
        """A piece of the first call; those who went away are not worked for."""
        if call.visit.waits:
            try:
                next(call.work)
                return
            except StopIteration as end:
                call.visit.answer(200, _JSON, _pieces(end.value, 2))
        self._calls.pop(0)

    def _working(self, request):
        """A generator that reads a request, and returns its answer."""
        try:
            text = str(request.body, "utf-8")
            request.body = None
            asked = yield from strict_json.loading(text)
            if type(asked) is not dict:
                raise ValueError("expected an object")
        except (ValueError, MemoryError) as error:
            why = "not a JSON object: " + (str(error) or "expected UTF-8")
            return {"ok": False, "errors": {"ask": why}}
        text = None
        ask = asked.get("ask")
        session = self._session_of(request)
        if session is not None and ask != "facts":
            session.used_ms = self._now_ms
        if ask == "networks":
            return self._networks(asked)
        if ask == "logout":
            self._sessions = [each for each in self._sessions if each is not session]
            return {"ok": True}
        answer_at = self._service.ask(asked)
        while answer_at(self._now_ms) is None:
            yield
        return answer_at(self._now_ms)

    def _networks(self, asked):
        if asked.get("again") is True and not self._station.doorway.charging():
            self._access_point.look_around()
        return {"ok": True, "networks": self._access_point.networks}


def _same(ours: bytes, given: bytes) -> bool:
    """Equal, in a time that does not tell how nearly."""
    if len(ours) != len(given):
        return False
    different = 0
    for at in range(len(ours)):
        different |= ours[at] ^ given[at]
    return different == 0


def _wrong(text, wait_ms):
    wait_s = (wait_ms + 999) // 1000
    why = text % wait_s if "%" in text else text
    return {"ok": False, "errors": {"password": why}, "wait_s": wait_s}


def _tell(visit, status, value, more=""):
    visit.answer(status, _JSON, json.dumps(value).encode(), more)


def _pieces(value, depth):
    """JSON of ``value``, an item of its ``depth`` upper levels a piece: never long in one."""
    if depth == 0 or type(value) not in (dict, list):
        yield json.dumps(value).encode()
        return
    is_object, mark = type(value) is dict, b"["
    if is_object:
        mark = b"{"
    for item in value:
        yield mark
        if is_object:
            yield json.dumps(item).encode() + b":"
        yield from _pieces(value[item] if is_object else item, depth - 1)
        mark = b","
    if mark != b",":
        yield mark
    yield b"}" if is_object else b"]"
