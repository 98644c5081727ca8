"""The page's door under any sequence of visits: who is let in, how often one may guess."""

import json
from types import SimpleNamespace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chargepoint.portal import SESSION_MS, SESSIONS, SHUT_MS, Portal
from chargepoint.wire.http_request import Request

PASSWORD = "23456789abcd"
HOST = b"192.168.4.1"


class Visit:
    """Someone whose request came whole."""

    waits = True

    def __init__(self, request):
        self.request = request
        self.status = None

    def answer(self, status, kind, body, more=""):
        self.waits = False
        self.status, self.more = status, more
        self.body = bytes(body) if isinstance(body, (bytes, bytearray)) else b"".join(body)


class Listener:
    """Gives what is put in, once it is admitted."""

    admit = None

    def __init__(self):
        self.visits = []

    def poll(self, now_ms):
        return self.visits.pop(0) if self.visits else None

    def close(self):
        pass


class AccessPoint:
    address, networks = HOST.decode(), ["Home"]

    def __init__(self):
        self.listener = Listener()

    def open(self, name, password):
        assert password == PASSWORD
        return True

    def listen(self):
        return self.listener

    def poll(self, now_ms):
        pass

    def close(self):
        pass


class Chance:
    """Bytes that are never the same twice."""

    count = 0

    def take(self, size):
        self.count += 1
        return self.count.to_bytes(size, "big")


class Door(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.asked = []
        service = SimpleNamespace(password=PASSWORD, serial="PL1", ask=self._service)
        ports = SimpleNamespace(log=SimpleNamespace(write=lambda *line: None), random=Chance())
        station = SimpleNamespace(attend=lambda: service, ports=ports)
        self.access_point = AccessPoint()
        self.portal = Portal(station, self.access_point, 0)
        self.now_ms = 0
        self.sessions = []  # [cookie, token, used_ms], as the rules have it
        self.guesses = []  # when a wrong password was judged
        self.wrong = 0
        self.shut_until_ms = 0
        self.portal.step(0, False)

    def _service(self, request):
        self.asked.append(request["ask"])
        return lambda now_ms: {"ok": True}

    def visit(self, path, value, headers=b""):
        """The visit, or the status with which its head was refused."""
        body = json.dumps(value).encode()
        request = Request()
        head = b"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n" % (path, HOST)
        request.receive(head + b"Content-Length: %d\r\n" % len(body) + headers + b"\r\n")
        assert request.head_whole and not request.failure
        refused = self.access_point.listener.admit(request)
        if refused:
            return SimpleNamespace(status=refused)
        request.open_body()
        request.fill(body)
        visit = Visit(request)
        self.access_point.listener.visits.append(visit)
        for _ in range(30):
            self.portal.step(self.now_ms, False)
            if not visit.waits:
                return visit
        raise AssertionError("no answer")

    def living(self):
        return [each for each in self.sessions if self.now_ms - each[2] < SESSION_MS]

    @rule(ms=st.sampled_from([10, 900, 1100, 5000, 60_000, SHUT_MS, SESSION_MS - 1, SESSION_MS]))
    def time_passes(self, ms):
        self.now_ms += ms
        self.portal.step(self.now_ms, False)

    @rule(password=st.one_of(st.text(max_size=20), st.sampled_from([PASSWORD[:-1], "", None, 5])))
    def someone_guesses(self, password):
        status = self.visit(b"/login", {"password": password}).status
        if self.now_ms < self.shut_until_ms:
            assert status == 429
        elif isinstance(password, str):
            assert status == 401
            self.guesses.append(self.now_ms)
            self.shut_until_ms = self.now_ms + min(1000 << self.wrong, SHUT_MS)
            self.wrong += 1
        else:
            assert status == 400

    @rule()
    def technician_logs_in(self):
        visit = self.visit(b"/login", {"password": PASSWORD})
        if self.now_ms < self.shut_until_ms:
            assert visit.status == 429
            return
        assert visit.status == 200
        self.wrong = 0
        self.sessions = self.living()
        if len(self.sessions) == SESSIONS:
            self.sessions.remove(min(self.sessions, key=lambda each: each[2]))
        cookie = visit.more.partition("s=")[2].partition(";")[0].encode()
        self.sessions.append([cookie, json.loads(visit.body)["token"].encode(), self.now_ms])

    @rule(number=st.integers(0, 5), ask=st.sampled_from(["facts", "unit", "networks"]))
    def someone_with_a_session_asks(self, number, ask):
        if number >= len(self.sessions):
            return
        session = self.sessions[number]
        visit = self.visit(b"/api", {"ask": ask}, self.headers(*session[:2]))
        alive = session in self.living()
        assert visit.status == (200 if alive else 401)
        if alive and ask != "facts":
            session[2] = self.now_ms

    @rule(number=st.integers(0, 5), cookie=st.booleans(), token=st.booleans())
    def someone_with_half_of_it_asks(self, number, cookie, token):
        if number >= len(self.sessions) or (cookie and token):
            return
        session, before = self.sessions[number], len(self.asked)
        headers = self.headers(session[0] if cookie else b"0", session[1] if token else b"1" * 32)
        assert self.visit(b"/api", {"ask": "unit"}, headers).status in (401, 403)
        assert len(self.asked) == before, "the service room was asked"

    @rule(number=st.integers(0, 5))
    def technician_logs_out(self, number):
        if number >= len(self.sessions):
            return
        session = self.sessions[number]
        if session in self.living():
            assert self.visit(b"/api", {"ask": "logout"}, self.headers(*session[:2])).status == 200
        self.sessions.remove(session)

    @invariant()
    def guesses_are_few(self):
        """In no minute more than six, however the door is knocked at between two log-ins."""
        last = self.guesses[-7:]
        if self.wrong >= 7:
            assert last[-1] - last[0] >= 60_000

    @staticmethod
    def headers(cookie, token):
        return b"Cookie: s=%s\r\nX-Token: %s\r\n" % (cookie, token)


Door.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestDoor = Door.TestCase
