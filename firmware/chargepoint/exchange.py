"""The station's dealings with the back end: what is said, what is asked, what comes back.

The parts are in ocpp/; here they are put together and meet the station. Everything that bills is
in the journal before it comes here; everything else may be said again or forgotten.
"""

from chargepoint.core import timing
from chargepoint.core.authorisation import ACCEPTED
from chargepoint.core.record import STARTED
from chargepoint.core.timekeeping import EARLIEST_S
from chargepoint.known import parent_in
from chargepoint.ocpp import dialogue as outcomes
from chargepoint.ocpp.access import Access
from chargepoint.ocpp.calls import CallQueue
from chargepoint.ocpp.connection import Connection
from chargepoint.ocpp.dialogue import Dialogue
from chargepoint.ocpp.frames import Call
from chargepoint.ocpp.heartbeat import Heartbeat
from chargepoint.ocpp.outbox import NO_ID, Outbox
from chargepoint.ocpp.registration import Registration
from chargepoint.ocpp.v16 import outbound, schema
from chargepoint.ocpp.v16.charging import Charging
from chargepoint.ocpp.v16.inbound import Inbound
from chargepoint.ocpp.v16.reservation import Reservation
from chargepoint.ocpp.v16.status import StatusReporter

# Calls that wait for their turn: cards and triggered messages; more are refused.
_QUEUE = 8
_OF_THE_CONNECTION = ("CentralSystemUrl", "AuthorizationKey", "SecurityProfile")


class Exchange:
    """``remote`` is the station's side of the back end's calls (remote.py)."""

    def __init__(self, station, remote):
        settings, random = station.settings, station.ports.random
        self._station = station
        self._remote = remote
        inbound = Inbound(remote, settings, schema)
        reserved = Reservation(station.reservations, settings, len(station.bays))
        inbound.add(reserved.actions())
        inbound.add(station.known.actions())
        inbound.add(station.upkeep.actions())
        charging = Charging(station.supply, settings, len(station.bays), self._utc_s)
        inbound.add(charging.actions())
        inbound.read_tx_profile = charging.read_tx_profile
        self.dialogue = Dialogue(settings, random, inbound)
        self.registration = Registration(settings, self._boot, self._accepted, self._set_clock)
        self.outbox = Outbox(station.journal, settings, self._render)
        self.outbox.on_answer = self._event_answered
        self.outbox.on_discarded = self._event_discarded
        access = self._access = Access(settings, station.journal, self._has_file)
        inbound.keys = {
            "securityprofile": access.change_profile,
            "authorizationkey": access.change_key,
        }
        # A floor is kept when someone has told the time: not at a station's very first start, when
        # a person waits for it.
        spread = station.ports.reset.cause == "power" and station.time.floor_s > EARLIEST_S
        link, settled = station.ports.link, station.time.settled
        self.connection = Connection(
            link, self.dialogue, settings, random, access, settled, spread
        )
        self.statuses = StatusReporter(len(station.bays), settings, self.dialogue, self._utc_s)
        self._calls = CallQueue(_QUEUE)
        self._triggered = CallQueue(_QUEUE)
        self._heartbeat = Heartbeat(settings, self.dialogue, self._set_clock)
        self._redial_ms = None
        self._was_open = False
        self._ignored = 0
        self._wire()

    def step(self, now_ms: int) -> None:
        """Tell the status machine how things are, then talk."""
        self._remote.now_ms = now_ms
        self._report(now_ms)
        self._tell_idle_readings()
        self.connection.tick(now_ms)
        self._notice_link(now_ms)
        self._notice_rubbish()
        if self._redial_ms is not None and now_ms >= self._redial_ms:
            self._redial_ms = None
            self.connection.redial(now_ms)

    # -- asked by the station -------------------------------------------------------------------

    def ask_authorize(self, tag: str, number: int, authorisation) -> bool:
        """Ask the back end about ``tag``, as question ``number`` of ``authorisation``.

        False when it can't be asked now.
        """

        def done(outcome, payload, now_ms):
            if outcome == outcomes.ANSWERED:
                info = payload["idTagInfo"]
                parent = parent_in(info)
                self._station.known.learn(tag, info)
                authorisation.answered(number, info["status"], parent, now_ms)
            else:
                authorisation.unanswered(number, now_ms)

        if not self.dialogue.ready:
            return False
        return self._calls.put(Call("Authorize", outbound.authorize(tag), done))

    def trigger(self, message: str, connector: int, now_ms: int) -> str:
        """Queue what TriggerMessage asks for; OCPP 1.6 §5.17."""
        if message == "BootNotification":
            return _status(self.registration.trigger())
        if message == "Heartbeat":
            return _status(self._triggered.put(self._heartbeat.call()))
        if message == "StatusNotification":
            return self._trigger_status(connector)
        if message == "MeterValues":
            return self._trigger_readings(connector, now_ms)
        if not self._station.upkeep.supported:
            return "NotImplemented"
        payload = self._station.upkeep.status(message)
        return _status(self._triggered.put(Call(message, payload)))

    def setting_changed(self, name: str) -> None:
        """A new address or key: connect anew with it once the answer has left."""
        if name in _OF_THE_CONNECTION:
            self._redial_ms = self._remote.now_ms + timing.RESET_FLUSH_MS

    def ordered(self, waits: bool, now_ms: int) -> None:
        """An order set credentials anew, which are not on trial; ``waits``: for a restart."""
        self._access.settle()
        if not waits:
            self._redial_ms = now_ms + timing.RESET_FLUSH_MS

    # -- inside ---------------------------------------------------------------------------------

    def _wire(self):
        dialogue = self.dialogue
        self.registration.triggered = self._triggered
        dialogue.registration = self.registration
        dialogue.late = self.outbox.late
        dialogue.sources = [
            self.registration,
            self._triggered,
            self._calls,
            self.statuses,
            self._station.upkeep,
            self.outbox,
            self._heartbeat,
        ]

    def _has_file(self, name):
        return self._station.ports.store.read(name) is not None

    def _utc_s(self):
        return self._station.ports.clock.utc_s()

    def _boot(self):
        return outbound.boot(self._station.settings)

    def _render(self, event, transaction_id):
        # Where no one knows the time, the floor is at least not absurd.
        utc_s = self._station.journal.utc_of(event) or self._station.time.floor_s
        return outbound.render(event, transaction_id, utc_s)

    def _set_clock(self, utc_s):
        station = self._station
        station.time.tell(utc_s, station.ports.clock.now_ms())
        station.supply.reckon_anew()

    def _accepted(self, utc_s):
        self._station.ports.log.write("info", "accepted by the back end")
        self.statuses.report_all()

    def _report(self, now_ms):
        station = self._station
        common, statuses = station.faults, self.statuses
        operative = station.availability.operative(0)
        full = station.journal.full
        statuses.tell(0, "free", operative, common.worst, common.blocking or full, now_ms)
        for bay in station.bays:
            # What stops the station stops every connector; a full store only lets no one begin.
            running = bay.transaction.running
            stops = common.blocking or (full and not running)
            faults = common if stops else bay.connector.faults
            usable = bay.operative or running
            blocks = stops or faults.blocking
            statuses.tell(bay.number, bay.phase(now_ms), usable, faults.worst, blocks, now_ms)

    def _notice_link(self, now_ms):
        is_open = self.connection.online
        if is_open == self._was_open:
            return
        self._was_open = is_open
        if is_open:
            self._station.ports.log.write("info", "connected to the back end")
            return
        self._station.ports.log.write("warning", "link closed: %s" % self.connection.reason)
        self._calls.drop(now_ms)
        self._triggered.drop(now_ms)

    def _notice_rubbish(self):
        if self.dialogue.ignored != self._ignored:
            self._ignored = self.dialogue.ignored
            self._station.ports.log.write("warning", "ignored: %s" % self.dialogue.complaint)

    def _event_answered(self, event, payload):
        """The back end's word on an event; the one on a start may forbid the idTag."""
        station = self._station
        # The stop tells the idTag only where a card ended it.
        if event.body.get("tag") and isinstance(payload, dict):
            station.known.learn(event.body["tag"], payload.get("idTagInfo"))
        bay = station.bay_of_transaction(event.transaction)
        if event.kind != STARTED or bay is None:
            return
        info = payload["idTagInfo"]
        bay.transaction.parent = parent_in(info) or bay.transaction.parent
        if info["status"] != ACCEPTED:
            bay.deauthorise(self._remote.now_ms)

    def _event_discarded(self, event, code):
        self._station.ports.log.write(
            "error", "the back end refused %s %d: %s" % (event.kind, event.seq, code)
        )

    def _trigger_status(self, connector):
        numbers = range(len(self._station.bays) + 1) if connector is None else (connector,)
        for number in numbers:
            if self.dialogue.ready:
                self.statuses.ask(number)
                continue
            payload = self.statuses.payload(number)
            if payload is None or not self._triggered.put(Call("StatusNotification", payload)):
                return _status(False)
        return _status(True)

    def _trigger_readings(self, connector, now_ms):
        station = self._station
        taken = False
        for bay in station.bays:
            if connector in (None, 0, bay.number):
                values = bay.readings.now("MeterValuesSampledData", now_ms)
                taken = bool(values) and self._put_trigger(bay, values) or taken
        return _status(taken)

    def _tell_idle_readings(self):
        """Clock-aligned readings outside transactions: said while someone listens, never kept."""
        for bay in self._station.bays:
            if bay.readings.idle is not None:
                values, utc_s = bay.readings.idle
                bay.readings.idle = None
                if self.dialogue.ready:
                    payload = outbound.meter_values(bay.number, None, "clock", values, utc_s)
                    self._calls.put(Call("MeterValues", payload))

    def _put_trigger(self, bay, values):
        transaction_id = None
        if bay.transaction.running:
            transaction_id = self._station.journal.transaction_id(bay.transaction.number)
        if transaction_id == NO_ID:
            transaction_id = None
        utc_s = self._utc_s()
        payload = outbound.meter_values(bay.number, transaction_id, "trigger", values, utc_s)
        return self._triggered.put(Call("MeterValues", payload))


def _status(accepted):
    return "Accepted" if accepted else "Rejected"
