"""One connector's transaction: from the first sign of a driver to the saved stop.

Rules:
- Both a plugged vehicle and an authorisation are needed; the one that is missing may take
  ConnectionTimeOut (OCPP 1.6 §9.1), then the other is given up.
- The start is recorded with a fresh register reading, and it is in the store before energy may
  flow: BEGINNING ends when the journal says so.
- The stop is recorded after the contactor opened, with a register read after that moment. A
  meter that stays silent is not waited for longer than FINAL_READING_MS.
- A transaction that a power cut found running is RECOVERING: no energy, until its stop is recorded
  with the register that the meter shows now, at the last time that the journal can prove.
- What is recorded is final: the machine never rewrites an event.
"""

from micropython import const

from chargepoint.core import timing

FREE = const("free")
PLUGGED = const("plugged")
AUTHORISED = const("authorised")
STARTING = const("starting")
BEGINNING = const("beginning")
ACTIVE = const("active")
ENDING = const("ending")
RECOVERING = const("recovering")
CLOSING = const("closing")
FINISHED = const("finished")

PLUG = const("plug")
UNPLUG = const("unplug")
GRANT = const("grant")
WITHDRAW = const("withdraw")
TIMEOUT = const("timeout")
READ = const("read")
SAVED = const("saved")
STOP = const("stop")
FINAL = const("final")

_ROWS = (
    (FREE, PLUG, PLUGGED, "wait"),
    (FREE, UNPLUG, FREE, None),
    (FREE, GRANT, AUTHORISED, "wait"),
    (PLUGGED, UNPLUG, FREE, None),
    (PLUGGED, PLUG, PLUGGED, None),
    (PLUGGED, GRANT, STARTING, None),
    (PLUGGED, TIMEOUT, FINISHED, None),
    (AUTHORISED, PLUG, STARTING, None),
    (AUTHORISED, UNPLUG, AUTHORISED, None),
    (AUTHORISED, GRANT, AUTHORISED, "wait"),
    (AUTHORISED, WITHDRAW, FREE, "forget"),
    (AUTHORISED, TIMEOUT, FREE, "forget"),
    (STARTING, READ, BEGINNING, "record_start"),
    (STARTING, UNPLUG, FREE, "forget"),
    (STARTING, WITHDRAW, PLUGGED, "forget_and_wait"),
    (STARTING, PLUG, STARTING, None),
    (BEGINNING, SAVED, ACTIVE, None),
    (BEGINNING, STOP, ENDING, "wait_final"),
    (BEGINNING, PLUG, BEGINNING, None),
    (BEGINNING, UNPLUG, BEGINNING, None),
    (ACTIVE, STOP, ENDING, "wait_final"),
    (ACTIVE, PLUG, ACTIVE, None),
    (ACTIVE, UNPLUG, ACTIVE, None),
    (ENDING, FINAL, CLOSING, "record_stop"),
    (ENDING, STOP, ENDING, None),
    (ENDING, PLUG, ENDING, None),
    (ENDING, UNPLUG, ENDING, None),
    (RECOVERING, FINAL, CLOSING, "record_stop"),
    (RECOVERING, STOP, RECOVERING, None),
    (RECOVERING, PLUG, RECOVERING, None),
    (RECOVERING, UNPLUG, RECOVERING, None),
    (CLOSING, SAVED, FINISHED, "serve"),
    (CLOSING, STOP, CLOSING, None),
    (CLOSING, PLUG, CLOSING, None),
    (CLOSING, UNPLUG, CLOSING, None),
    (FINISHED, UNPLUG, FREE, None),
    (FINISHED, PLUG, FINISHED, None),
    (FINISHED, GRANT, STARTING, None),
)

# States in which a driver's claim stands: no other card, no remote start.
_CLAIMED = const((AUTHORISED, STARTING, BEGINNING, ACTIVE, ENDING, RECOVERING, CLOSING))
_RUNNING = const((BEGINNING, ACTIVE, ENDING, RECOVERING, CLOSING))


class Transaction:
    """The machine above for connector ``connector`` (1..), on ``journal``.

    ``tag`` and ``parent`` belong to the authorisation, ``number`` is our own count,
    ``served`` is whose session ended with the vehicle that is still plugged, ``done`` that it was
    ended on purpose. ``most_wh`` is the register at which an idTag found invalid gets no more;
    ``kept``, ``kept_parent`` whose card frees a plug that is held since. The station tells
    events with ``tell`` and the time with ``tick``; it reads ``state`` and ``running``.
    """

    def __init__(self, connector: int, journal):
        self.connector = connector
        self.state = FREE
        self.tag = None
        self.parent = None
        self.number = None
        self.reason = None
        self.stop_tag = None
        self.suspended = False
        self.served = None
        self.most_wh = None
        self.kept = None
        self.kept_parent = None
        self.done = False
        self._journal = journal
        self._seq = None
        self._deadline_ms = None
        self._recovered_utc_s = None

    @property
    def claimed(self) -> bool:
        """Someone's authorisation stands, or a transaction runs or is being closed."""
        return self.state in _CLAIMED

    @property
    def running(self) -> bool:
        """There is a transaction: recorded, and not yet recorded as stopped and saved."""
        return self.state in _RUNNING

    @property
    def due_ms(self) -> int:
        """When waiting (PLUGGED, AUTHORISED) ends by itself; means nothing in other states."""
        return self._deadline_ms

    @property
    def permitted(self) -> bool:
        """Energy may flow for this transaction: its start is saved and no one stopped it."""
        return self.state == ACTIVE and not self.suspended

    def grant(self, tag: str, parent: str, now_ms: int, wait_ms: int) -> None:
        """An authorisation for ``tag``; a vehicle not yet plugged may take ``wait_ms``."""
        self.tag, self.parent = tag, parent
        self.suspended = False
        self.tell(GRANT, now_ms, wait_ms)

    def withdraw(self, now_ms: int, wait_ms: int) -> bool:
        """Take back an authorisation that has not become a transaction; False when none stands.

        A vehicle that is plugged may wait ``wait_ms`` for the next one.
        """
        if self.state not in (AUTHORISED, STARTING):
            return False
        self.tell(WITHDRAW, now_ms, wait_ms)
        return True

    def stop(self, reason: str, now_ms: int, tag: str = None) -> None:
        """End a running transaction for ``reason`` (journal's words), by ``tag`` if by a card."""
        if self.state in (BEGINNING, ACTIVE):
            self.reason, self.stop_tag = reason, tag
            self.done = True
        self.tell(STOP, now_ms)

    def deauthorise(self, now_ms: int, keeps_plug: bool) -> None:
        """End it because the back end does not accept its idTag; the plug may stay locked in
        until its card, or one of the same parent, is shown (OCPP 1.6 §4.8)."""
        if keeps_plug and self.state in (BEGINNING, ACTIVE):
            self.kept, self.kept_parent = self.tag, self.parent
        self.stop("deauthorised", now_ms)

    def release(self) -> None:
        """The plug is not held for anyone any more."""
        self.kept = self.kept_parent = None

    def recover(self, number: int, tag: str, reason: str, last_utc_s: int, now_ms: int) -> None:
        """Close transaction ``number``, which the last power cut or crash found running."""
        self.state = RECOVERING
        self.number, self.tag, self.reason = number, tag, reason
        self._recovered_utc_s = last_utc_s
        self._deadline_ms = now_ms + timing.RECOVERY_READING_MS

    def tell(self, event: str, now_ms: int, wait_ms: int = 0) -> None:
        """Run one row of the table; an event without a row is a bug and raises ValueError."""
        for state, on, following, effect in _ROWS:
            if state == self.state and on == event:
                self.state = following
                if effect == "wait" or effect == "forget_and_wait":
                    self._deadline_ms = now_ms + wait_ms
                elif effect == "wait_final":
                    self._deadline_ms = now_ms + timing.FINAL_READING_MS
                if following == FREE or following == STARTING:
                    self.served = None
                    self.done = False
                    self.release()
                if effect == "serve":
                    self.served = self.tag
                if effect in ("forget", "forget_and_wait", "serve"):
                    self._forget()
                return
        raise ValueError("transaction: no row for %s in state %s" % (event, self.state))

    def tick(self, now_ms: int) -> None:
        """Let the time-outs of PLUGGED and AUTHORISED pass, and a saved record take effect."""
        if self.state in (PLUGGED, AUTHORISED):
            if self._deadline_ms is not None and now_ms >= self._deadline_ms:
                self._deadline_ms = None
                self.tell(TIMEOUT, now_ms)
        elif self.state in (BEGINNING, CLOSING) and self._journal.is_saved(self._seq):
            self.tell(SAVED, now_ms)

    def wants_start(self) -> bool:
        """A register reading would start the transaction now."""
        return self.state == STARTING

    def begin(self, reading, utc_s: int, now_ms: int, reservation: int = None) -> None:
        """Record the start with ``reading`` (fresh, taken while the contactor is open), and the
        number of the ``reservation`` that it uses."""
        if self.number is None:
            self.number = self._journal.next_transaction()
        body = {"tag": self.tag, "meter_wh": reading.energy_wh}
        if reservation is not None:
            body["reservation"] = reservation
        self._record("STARTED", body, utc_s, now_ms)
        self.tell(READ, now_ms)

    def wants_final(self, reading, opened_ms: int, now_ms: int) -> bool:
        """The stop can be recorded: ``reading`` is from after ``opened_ms``, or none will come."""
        if self.state not in (ENDING, RECOVERING):
            return False
        if reading is not None and opened_ms is not None and reading.taken_ms > opened_ms:
            return True
        return now_ms >= self._deadline_ms

    def end(
        self, meter_wh: int, values: list, utc_s: int, now_ms: int, signed: dict = None
    ) -> None:
        """Record the stop at register ``meter_wh``.

        ``values`` (or None) as transaction_data.py has them; ``signed`` (or None) has the texts of
        a meter that signs: "begin", "end".
        """
        if self.state == RECOVERING and self._recovered_utc_s is not None:
            utc_s = self._recovered_utc_s
        body = {"tag": self.stop_tag, "reason": self.reason, "meter_wh": meter_wh}
        if values:
            body["values"] = values
        if signed:
            body["signed"] = signed
        self._record("STOPPED", body, utc_s, now_ms)
        self.tell(FINAL, now_ms)

    def sample(self, context: str, values: list, utc_s: int, now_ms: int) -> None:
        """Record a meter reading within the transaction."""
        body = {"context": context, "values": values}
        self._journal.record("SAMPLED", self.connector, self.number, utc_s, now_ms, body)

    def _record(self, kind, body, utc_s, now_ms):
        self._seq = self._journal.record(kind, self.connector, self.number, utc_s, now_ms, body)

    def _forget(self):
        self.tag = self.parent = self.number = None
        self.reason = self.stop_tag = self._recovered_utc_s = self.most_wh = None
        self.suspended = False
