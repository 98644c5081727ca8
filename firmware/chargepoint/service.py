"""The service room: answers what a technician's console or the station's own page asks.

A request is ``{"ask": name, ...}``, its answer ``{"ok": true, ...}`` or ``{"ok": false, "errors":
{field: message}}``; "id" of a request comes back in its answer. Imported at the first request.

    unit        serial, name and password of the access point; from near also the secret, until
                the station is commissioned
    facts       what the station says of itself
    settings    "names": [...] or "at": number; up to ROWS rows, and "next" where there are more
    check       "settings": {name: text}, "files": {name: text or null}, "code", "new_code"
    apply       as check, and all of it takes effect, or nothing (orders.py); "reboot": what counts
                from the next start only
    lock        "new": a technician's code, "code": the one before if there is one
    unlock      "code": there is none any more
    self_test   runs what can be run now; "ran", "verdicts" of each connector
    sign        "text": HMAC-SHA256 with the report key
    commissioned  "on": true closes the access point, false opens it again
    restart     ends as Reset (Soft) does; not while a vehicle charges
    log         the last lines, [utc_s or null, text]

Rules:
- Requests are carried out one after the other, a piece in each step: two who ask never mix.
- A wrong code is counted on the medium before it is told (core/unit.wait_s): no restart and no
  power cut makes a try free.
- A secret never comes back out.
"""

import json
from binascii import hexlify, unhexlify

from micropython import const

from chargepoint import orders
from chargepoint.core import unit
from chargepoint.ocpp import strict_json

ROWS = const(8)
# Requests that wait.
_QUEUE = const(4)
_TRIES = "tries"
_COMMISSIONED = "commissioned"
_TEST_MS = const(10000)
# Settings in an order: more than there are would only fill the heap with what is wrong of them.
_ITEMS = const(100)
_ASKS = " unit facts settings check apply lock unlock self_test sign commissioned restart log "
# What else a request may have, of what type.
_FIELDS = (("settings", dict), ("files", dict), ("names", list), ("on", bool), ("code", str))
_FIELDS += (("new_code", str), ("new", str), ("text", str))


class _Job:
    """A request under way: ``work`` pauses and returns the answer, which ``answer`` is then."""

    def __init__(self, work, number):
        self.work = work
        self.number = number
        self.answer = None


class Service:
    """Of ``station``; made while it is made, when an order was left half done, else later."""

    def __init__(self, station):
        self._station = station
        self._jobs = []
        self._asked = None
        self._now_ms = station.ports.clock.now_ms()
        # Whoever cuts the power waits again.
        self._not_before_ms = self._now_ms + unit.wait_s(self._tries()) * 1000
        self._secret = None
        self._know_unit()
        left = orders.left(station)
        if left is not None:
            # Its settings count from this start on: they are changed before anything is built.
            work = orders.carrying_out(station, left)
            next(work)
            self._jobs.append(_Job(work, None))
        elif station.journal.get(orders.REDO):
            # No order of ours: without it, the next start need not import this room.
            station.journal.put(orders.REDO, b"")

    @property
    def serial(self) -> str:
        """The unit's serial number."""
        return self._serial

    @property
    def password(self) -> str:
        """The password of the unit's access point and page."""
        return unit.password(self._secret)

    @property
    def commissioned(self) -> bool:
        """The installation was accepted: the access point stays shut."""
        return self._station.doorway.commissioned

    def ask(self, request: dict, near: bool = False):
        """Begin to carry out ``request``; a function now_ms -> the answer, None until then.

        ``near``: whoever asks has the station's serial line in their hands.
        """
        job = _Job(self._working(request, near), request.get("id"))
        if len(self._jobs) >= _QUEUE:
            job.answer = _refused("ask", "too many at once: expected one request at a time")
        else:
            self._jobs.append(job)
        return lambda now_ms: job.answer

    def take(self, text: bytes) -> None:
        """A request of the console, in JSON; ``step`` tells it the answer."""
        if self._asked is None:
            self._asked = _Job(self._reading(text), None)
            self._jobs.append(self._asked)

    def step(self, now_ms: int, console) -> None:
        """A piece of the first request. Called in every step; idle it costs nothing."""
        if not self._jobs:
            return
        self._now_ms = now_ms
        job = self._jobs[0]
        try:
            next(job.work)
            return
        except StopIteration as end:
            job.answer = end.value
        except MemoryError:
            job.answer = _refused("ask", "no memory for this now: expected a shorter request")
        except Exception as error:
            # A bug of this room, which no session must suffer from: it is told, and no start anew.
            job.answer = _refused("ask", "failed: %r" % error)
            self._station.ports.log.write("error", "service: %r" % error)
        if job.number is not None and job.answer is not None:
            job.answer["id"] = job.number
        self._jobs.pop(0)
        if job is self._asked:
            self._asked = None
            self._say(console, job)

    # -- inside ---------------------------------------------------------------------------------

    def _say(self, console, job):
        try:
            console.say(json.dumps(job.answer).encode())
        except MemoryError:
            answer = _refused("ask", "no memory for the answer now")
            answer["id"] = job.number
            console.say(json.dumps(answer).encode())

    def _reading(self, text):
        """Read the console's request, then carry it out."""
        try:
            request = yield from strict_json.loading(str(text, "utf-8"))
            if type(request) is not dict:
                raise ValueError("expected an object")
        except (ValueError, MemoryError) as error:
            return _refused("ask", "not a JSON object: %s" % error)
        self._jobs[0].number = request.get("id")
        return (yield from self._working(request, True))

    def _working(self, request, near):
        name = request.get("ask")
        if type(name) is not str or " " in name or (" %s " % name) not in _ASKS:
            return _refused("ask", "expected one of:" + _ASKS)
        for field, kind in _FIELDS:
            if field in request and type(request[field]) is not kind:
                return _refused(field, "%s: expected %s" % (field, kind.__name__))
            if kind is dict and len(request.get(field, ())) > _ITEMS:
                return _refused(field, "%s: expected at most %d at a time" % (field, _ITEMS))
        answer = getattr(self, "_" + name)(request, near)
        if type(answer) is not dict:
            answer = yield from answer
        if "errors" not in answer:
            answer["ok"] = True
        yield
        return answer

    # -- the asks -------------------------------------------------------------------------------

    def _unit(self, request, near):
        while self._station.journal.pending and not self._station.journal.trouble:
            yield
        answer = {"serial": self._serial, "access_point": "Pilotlight " + self._serial}
        slots = self._station.ports.slots
        answer["board"] = "" if slots is None else slots.board
        answer["commissioned"] = self.commissioned
        answer["code"] = bool(self._station.journal.get(orders.CODE))
        if near:
            answer["password"] = self.password
            if not self.commissioned:
                answer["secret"] = hexlify(self._secret).decode()
        return answer

    def _facts(self, request, near):
        return {"facts": self._station.facts(self._now_ms)}

    def _settings(self, request, near):
        settings = self._station.settings
        if "names" in request:
            try:
                rows = [settings.row(name) for name in request["names"][:ROWS]]
            except (KeyError, AttributeError, TypeError) as error:
                return _refused("names", str(error.args[0]))
            return {"settings": [orders.described(settings, row) for row in rows]}
        return self._page(request.get("at", 0))

    def _page(self, at):
        if type(at) is not int or at < 0:
            return _refused("at", "at: expected a number from 0 on")
        settings, found, number = self._station.settings, [], 0
        for row in settings.rows():
            if at <= number < at + ROWS:
                found.append(orders.described(settings, row))
            number += 1
            if number % ROWS == 0:
                yield
        following = at + ROWS if at + ROWS < number else None
        return {"settings": found, "next": following}

    def _check(self, request, near):
        order, errors = yield from self._examine(request)
        return {"errors": errors, "ok": False} if errors else {}

    def _apply(self, request, near):
        order, errors = yield from self._examine(request)
        if not errors:
            reboot = orders.reboots(self._station.settings, order["settings"])
            errors = yield from orders.saving(self._station, order)
        if errors:
            return {"errors": errors, "ok": False}
        names = ", ".join(list(order["settings"]) + list(order["files"]))
        self._station.ports.log.write("warning", "service: set " + names)
        if orders.dials(order):
            self._station.exchange.ordered(bool(reboot), self._now_ms)
        return {"reboot": reboot}

    def _lock(self, request, near):
        return self._apply({"new_code": request.get("new", ""), "code": request.get("code")}, near)

    def _unlock(self, request, near):
        if not self._station.journal.get(orders.CODE):
            return _refused("code", "code: there is none")
        return self._apply({"new_code": "", "code": request.get("code")}, near)

    def _self_test(self, request, near):
        ran, until_ms = [], self._now_ms + _TEST_MS
        for bay in self._station.bays:
            residual = bay.connector.protection.residual
            if residual is None or bay.transaction.running:
                continue
            residual.renew()
            while residual.why and residual.verdict != "failed" and self._now_ms < until_ms:
                yield
            ran.append([bay.number, residual.name])
        facts = [bay.facts(self._now_ms) for bay in self._station.bays]
        verdicts = [of["parts"]["self_test"] for of in facts]
        return {"ran": ran, "verdicts": verdicts}

    def _sign(self, request, near):
        if "text" not in request:
            return _refused("text", "text: expected what is to be signed")
        signature = unit.signature(self._secret, request["text"])
        return {"serial": self._serial, "signature": signature}

    def _commissioned(self, request, near):
        journal = self._station.journal
        on = request.get("on", True)
        journal.put(_COMMISSIONED, b"1" if on else b"0")
        while journal.pending and not journal.trouble:
            yield
        if journal.trouble:
            return _refused("store", "the store refuses (%s): not kept yet" % journal.trouble)
        self._station.doorway.commissioned = on
        return {"commissioned": self.commissioned}

    def _restart(self, request, near):
        if self._station.busy():
            return _refused("restart", "a vehicle is charging: expected no transaction")
        self._station.start_reset("soft", self._now_ms)
        return {}

    def _log(self, request, near):
        return {"lines": self._station.ports.log.lines(None, None)}

    # -- orders and the code --------------------------------------------------------------------

    def _examine(self, request):
        """(what orders.saving wants, {field: what is wrong})."""
        station, settings = self._station, self._station.settings
        wanted, files = request.get("settings", {}), request.get("files", {})
        order = {"settings": wanted, "files": files}
        has = lambda name: station.ports.store.read(name, 0, 1) is not None  # noqa: E731
        errors = yield from orders.examining(settings, wanted, files, has)
        new = request.get("new_code")
        if new is not None and not (new == "" or unit.CODE_LEAST <= len(new) <= unit.CODE_MOST):
            limits = unit.CODE_LEAST, unit.CODE_MOST
            errors["new_code"] = "new_code: expected %d to %d characters" % limits
        if errors:
            return order, errors
        coded = new is not None
        for name in wanted:
            coded = coded or orders.is_guarded(settings, name, wanted[name])
            yield
        if coded and station.journal.get(orders.CODE):
            why = yield from self._proving(request.get("code"))
            if why:
                return order, {"code": "code: " + why}
        if new is not None:
            order["code"] = yield from self._new_code(new, wanted)
        return order, errors

    def _new_code(self, new, wanted):
        if not new:
            return ""
        wanted.setdefault("SupplyLimitLock", "true")
        salt = self._station.ports.random.take(16)
        value = yield from unit.stretching(salt, new)
        return "%s %s" % (hexlify(salt).decode(), hexlify(value).decode())

    def _proving(self, code):
        """Why ``code`` is not believed, or None; a try is counted before it is judged."""
        journal = self._station.journal
        if not code:
            return "expected the technician's code"
        tries = self._tries()
        if self._now_ms < self._not_before_ms:
            left_s = (self._not_before_ms - self._now_ms + 999) // 1000
            return "too many wrong ones: expected no other within %d s" % left_s
        journal.put(_TRIES, b"%d" % (tries + 1))
        while journal.pending and not journal.trouble:
            yield
        if journal.trouble:
            return "the store refuses to count tries"
        salt, _, kept = journal.get(orders.CODE).partition(b" ")
        value = yield from unit.stretching(unhexlify(salt), code)
        if hexlify(value) == kept:
            journal.put(_TRIES, b"0")
            self._not_before_ms = self._now_ms
            return None
        wait_s = unit.wait_s(tries + 1)
        self._not_before_ms = self._now_ms + wait_s * 1000
        self._station.ports.log.write("warning", "service: wrong code, %d in a row" % (tries + 1))
        return "wrong, %d in a row; the next after %d s" % (tries + 1, wait_s)

    def _tries(self):
        kept = self._station.journal.get(_TRIES) or b""
        return int(kept) if len(kept) < 5 and kept.isdigit() else 0

    def _know_unit(self):
        """Read the unit's record; one that is not there is made, and told on the console."""
        ports, journal = self._station.ports, self._station.journal
        known = unit.read(ports.store.read(unit.RECORD))
        if known is None:
            record = unit.made(ports.random.take(20))
            known = unit.read(record)
            journal.lay(unit.RECORD, record)
            ports.log.write("warning", "unit: no record, made %s: print a new label" % known[0])
        self._serial, self._secret = known


def _refused(field, why):
    return {"ok": False, "errors": {field: why}}
