"""The station: core and OCPP on ports. ``step(now_ms)`` is one pass; it never blocks.

Order of a step: clock, pilot and safety, sessions, readings, transactions and one journal write,
the dialogue with the back end, lamps. Nothing stands before safety.
"""

from chargepoint.bay import Bay
from chargepoint.cards import Cards
from chargepoint.core import timing
from chargepoint.core.alive import Alive
from chargepoint.core.availability import Availability
from chargepoint.core.connector import Connector
from chargepoint.core.dimming import Dimming
from chargepoint.core.faults import FaultBook
from chargepoint.core.held_button import HeldButton
from chargepoint.core.journal import Journal
from chargepoint.core.log_tail import LogTail
from chargepoint.core.record import STOPPED
from chargepoint.core.reservations import FAULTED, OCCUPIED, UNAVAILABLE, Reservations
from chargepoint.core.settings import Settings
from chargepoint.core.settings_own import TABLE as OWN
from chargepoint.core.timekeeping import Timekeeper
from chargepoint.core.transactions import FREE, Transaction
from chargepoint.doorway import Doorway
from chargepoint.exchange import Exchange
from chargepoint.known import Known
from chargepoint.latches import Latches
from chargepoint.ocpp.v16.settings import CORE, PROFILES, SECURITY
from chargepoint.remote import Remote
from chargepoint.restart import RESET, Restart
from chargepoint.supply import Supply
from chargepoint.upkeep import Upkeep

# A trouble of the reader, and the fault that it is.
_READER_FAULTS = (("silent", "reader_silent"), ("rubbish", "reader_rubbish"))
_CONFLICT = ("local_list_conflict",)
_TABLES = (OWN, CORE, PROFILES, SECURITY)


class Device:
    """What a board's ``build`` returns: the station and what the loop around it needs."""

    def __init__(self, station, clock, watchdog, reset, store, log):
        self.station = station
        self.clock = clock
        self.watchdog = watchdog
        self.reset = reset
        self.store = store
        self.log = log


class ConnectorPorts:
    """The ports of one connector, and the board's limits for it (``options``, see Connector).

    What a board does not have is None, and is told as not monitored.
    """

    def __init__(
        self,
        pilot,
        relay,
        guard,
        meter,
        lamp,
        options,
        second_relay=None,
        proximity=None,
        lock=None,
        residual=None,
        earth=None,
        thermometer=None,
    ):
        self.pilot = pilot
        self.relay = relay
        self.guard = guard
        self.meter = meter
        self.lamp = lamp
        self.options = options
        self.second_relay = second_relay
        self.proximity = proximity
        self.lock = lock
        self.residual = residual
        self.earth = earth
        self.thermometer = thermometer


class Ports:
    """The ports of the station; ``connectors`` is a list of ConnectorPorts, number 1 first.

    ``more`` are those that a board need not have: ``button``, ``buzzer``, ``slots``, ``console``;
    ``transfer()``, ``time_source()`` and ``access_point()`` make a Transfer, a TimeSource and an
    AccessPoint when one is needed; ``forget(names)`` takes modules out of memory. TypeError for
    any other name.
    """

    button = buzzer = slots = console = transfer = time_source = access_point = forget = None

    def __init__(self, clock, store, link, random, reader, reset, log, connectors, **more):
        self.clock = clock
        self.store = store
        self.link = link
        self.random = random
        self.reader = reader
        self.reset = reset
        self.log = log
        self.connectors = connectors
        for name, port in more.items():
            if not hasattr(Ports, name):
                raise TypeError("there is no port %s" % name)
            setattr(self, name, port)


class Station:
    """``factory``: settings given at provisioning (name -> text), below the stored ones.

    ``crashes``: crashes in a row before this start; too many start the safe mode, in which no
    contactor closes. Raises ValueError for a factory setting that is unknown or out of range.
    ``reset_due`` is None, "soft" or "hard": the loop outside carries it out.
    """

    def __init__(self, ports, factory: dict, crashes: int = 0):
        self.ports = ports
        ports.log = LogTail(ports.log, ports.clock)
        self.reset_due = None
        self.journal = Journal(ports.store, ports.random)
        self.journal.load()
        self.settings = Settings(_TABLES, self.journal.get, self.journal.put)
        self.settings.factory(factory)
        self.service = None
        if self.journal.get("redo"):
            # An order that a power cut left half done (orders.REDO) counts before all else.
            self.attend()
        self.time = Timekeeper(
            ports.clock, self.journal, self.settings, ports.time_source, ports.log.write
        )
        self._alive = Alive(self.journal, ports.clock.utc_s)
        self.faults = FaultBook(
            ("reader_silent", "reader_rubbish", "store_full", "safe_mode") + _CONFLICT
        )
        utc_s, count = ports.clock.utc_s, len(ports.connectors)
        self.reservations = Reservations(count, self.journal, self.condition, utc_s)
        self.bays = [self._build_bay(at + 1, of) for at, of in enumerate(ports.connectors)]
        books = [self.faults] + [bay.connector.faults for bay in self.bays]
        self.latches = Latches(books, self.journal)
        self.latches.restore(ports.reset.cause == "power", bool(self.journal.get(RESET)))
        self.availability = Availability(len(self.bays), self.journal)
        self.supply = Supply(self)
        self.known = Known(self)
        self.cards = Cards(self)
        self.upkeep = Upkeep(self)
        self.exchange = Exchange(self, Remote(self))
        self.safe_mode = crashes >= timing.CRASHES_TO_SAFE_MODE
        self._tell_settings()
        self._button = None if ports.button is None else HeldButton(ports.button)
        self._faulted = 0
        self._restart = Restart(self)
        self.doorway = Doorway(self)
        self._dimming = Dimming(self.settings, ports.clock.utc_s)
        self._recovered = False
        self._tell_of_store()

    # -- the step -------------------------------------------------------------------------------

    def step(self, now_ms: int) -> None:
        """One pass at ``now_ms``; a fault of the world is a value, an exception is our bug."""
        for bay in self.bays:
            bay.protect(now_ms)
        if not self._recovered:
            self._recover(now_ms)
        for bay in self.bays:
            bay.proceed(now_ms)
            bay.measure(now_ms)
            bay.transact(now_ms)
        self._read_cards(now_ms)
        self._attend_technician(now_ms)
        self._settle(now_ms)
        self.latches.keep()
        self._alive.tick(self.bays, now_ms)
        wrote = self.journal.flush(now_ms)
        self.time.tick(now_ms)
        self.upkeep.step(now_ms, not wrote)
        self.exchange.step(now_ms)
        self.doorway.step(now_ms)
        self._restart.tick(now_ms)
        self._show(now_ms)

    def open_all(self) -> None:
        """The last resort: every contactor open, whatever state anything is in."""
        for of in self.ports.connectors:
            of.relay.set_closed(False)
            if of.second_relay is not None:
                of.second_relay.set_closed(False)
        # Every contactor before anything else, which may be what failed.
        for of in self.ports.connectors:
            of.pilot.set_duty(10000)
            of.guard.stand_down()
            if of.lock is not None:
                of.lock.drive(0)

    # -- what others of this room ask -----------------------------------------------------------

    def bay(self, number: int):
        """Bay ``number`` (1..); raises IndexError for a number that there is not."""
        if number < 1:
            raise IndexError("connector %d: expected 1..%d" % (number, len(self.bays)))
        return self.bays[number - 1]

    def busy(self) -> list:
        """The numbers of the connectors with a running transaction."""
        return [bay.number for bay in self.bays if bay.transaction.running]

    def condition(self, connector: int) -> str:
        """What keeps a driver away from ``connector`` now (0: from the station): "Faulted",
        "Unavailable", "Occupied", in OCPP's words; None where one may begin."""
        common = self.faults.blocking or self.journal.full
        if common or (connector and self.bay(connector).connector.faults.blocking):
            return FAULTED
        if self.upkeep.claims or not self.availability.operative(connector):
            return UNAVAILABLE
        free = connector == 0 or self.bay(connector).transaction.state == FREE
        return None if free else OCCUPIED

    def bay_of_transaction(self, transaction: int):
        """The bay whose present transaction has our number ``transaction``, or None."""
        for bay in self.bays:
            if transaction is not None and bay.transaction.number == transaction:
                return bay
        return None

    def start_reset(self, kind: str, now_ms: int) -> None:
        """End every transaction, let the answer leave, then ask the loop for a reset."""
        self._restart.begin(kind, now_ms)

    def attend(self):
        """The service room (service.py), made when it is asked for."""
        if self.service is None:
            from chargepoint.service import Service

            self.service = Service(self)
        return self.service

    def facts(self, now_ms: int) -> dict:
        """What is to be known of the station, fit for JSON."""
        exchange, journal = self.exchange, self.journal
        return {
            "utc_s": self.ports.clock.utc_s(),
            "clock": "set" if self.time.is_set else "floor",
            "online": exchange.connection.online,
            "registration": exchange.registration.state,
            "link": exchange.connection.reason,
            "undelivered": journal.next_seq - journal.first_seq,
            "journal": journal.facts(),
            "faults": list(self.faults.active),
            "local_list": self.known.facts(),
            "damaged_settings": list(self.settings.damaged),
            "safe_mode": self.safe_mode,
            "portal": self.doorway.is_open,
            "card": [self.cards.shown, self.cards.shown_ms],
            "now_ms": now_ms,
            "tariff": self.settings.get("TariffText"),
            "statuses": [exchange.statuses.payload(n) for n in range(len(self.bays) + 1)],
            "connectors": [bay.facts(now_ms) for bay in self.bays],
        }

    def admit(self) -> bool:
        """Tell each bay whether it may take a driver; True when nothing at all may flow.

        What the back end just changed counts before the next transaction could begin.
        """
        shut = self.faults.blocking or self._restart.kind is not None
        claimed = self.upkeep.claims
        for bay in self.bays:
            bay.updating = claimed
            bay.operative = not claimed and self.availability.operative(bay.number)
            bay.shut = shut or self.journal.full
        return shut

    # -- inside ---------------------------------------------------------------------------------

    def _tell_of_store(self):
        """What this start found, once everything has asked for what it keeps."""
        write = self.ports.log.write
        for name in self.settings.damaged:
            write("error", "stored setting %s is damaged: default taken" % name)
        if self.journal.damaged:
            write("error", "store: %d entries damaged or foreign, left out" % self.journal.damaged)
        if self.journal.boot == 1:
            write("info", "store: new, install id %s" % self.journal.install_id)

    def _tell_settings(self):
        """What the hardware says, not who configures it."""
        self.settings.fix("NumberOfConnectors", str(len(self.bays)))
        # Stored and provisioned lists stay as they are; what is asked for now must be there.
        self.settings.gives = " ".join([bay.readings.gives for bay in self.bays])
        if any([of.lock is not None for of in self.ports.connectors]):
            self.settings.fix("CableLock", "true")
            self.settings.fix("UnlockConnectorOnEVSideDisconnect", "true")

    def _build_bay(self, number, of):
        settings, options = self.settings, of.options
        # The installation may add to what the board has, and take away.
        options["ventilated"] = options.get("ventilated", False) or settings.get("Ventilation")
        simplified = options.get("simplified", False) and settings.get("SimplifiedPilot")
        options["simplified"] = simplified
        if settings.get("Earthing") == "IT":
            # HAZARD: without a neutral on earth what boards have to watch it tells "connected" of
            # a lost one, or "lost" of a good one: neither is believed, and it is told as not
            # monitored. The inspector's measurement is all there is.
            of.earth = None
        connector = Connector(number, of)
        transaction = Transaction(number, self.journal)
        utc_s, holds = self.ports.clock.utc_s, self.reservations
        return Bay(connector, transaction, of, settings, self.journal, utc_s, holds)

    def _read_cards(self, now_ms):
        reader = self.ports.reader
        uid = reader.poll(now_ms)
        for trouble, fault in _READER_FAULTS:
            self.faults.put(fault, reader.trouble == trouble, now_ms)
        if uid is not None:
            self.cards.present_uid(uid, now_ms)
        self.cards.tick(now_ms)

    def sound(self, signal: str, now_ms: int) -> None:
        """Let the buzzer sound "accepted", "refused" or "fault", where there is one."""
        if self.ports.buzzer is not None:
            self.ports.buzzer.sound(signal, now_ms)

    def _show(self, now_ms):
        """Lamps, buzzer, and the beat that holds the contactors for another while."""
        if self.ports.buzzer is not None:
            self.ports.buzzer.poll(now_ms)
        percent = self._dimming.percent(now_ms)
        faulted = 0
        for bay in self.bays:
            bay.show(percent, now_ms)
            bay.beat(now_ms)
            cause = bay.connector.safety.take_cause()
            if cause is not None:
                self.ports.log.write("info", "guard: connector %d: %s" % (bay.number, cause))
            faulted += bay.connector.faults.blocking
        if faulted > self._faulted:
            self.sound("fault", now_ms)
        self._faulted = faulted

    def _attend_technician(self, now_ms):
        """The long press, or the setting: latched faults may end, if their cause is gone."""
        held = self._button is not None and self._button.poll(now_ms)
        asked = self.settings.get("TechnicianReset")
        if asked:
            self.settings.change("TechnicianReset", "false")
        if held or asked:
            self.ports.log.write("warning", "technician: latched faults may end")
            self.latches.technician()
        if held or (asked and self._button is None):
            self.doorway.press(now_ms)

    def _settle(self, now_ms):
        """Limits, availability and faults of the whole station reach every bay."""
        self.faults.put("store_full", self.journal.full, now_ms)
        self.faults.put("safe_mode", self.safe_mode, now_ms)
        self.faults.put(_CONFLICT[0], self.known.take_conflict(), now_ms)
        if self.availability.waiting:
            self.availability.transaction_ended(self.busy())
        self.reservations.tick(now_ms)
        self.supply.settle(self.admit(), now_ms)

    def _recover(self, now_ms):
        """Hand every transaction that did not live to record its stop to its bay."""
        self._recovered = True
        reason = self._restart.reason_of_start()
        unfinished = self.journal.unfinished()
        newest = {each[1]: each[0] for each in unfinished}
        for transaction, connector, started, last in unfinished:
            last_s = max(self.journal.utc_of(last) or 0, self._alive.utc_of(transaction)) or None
            meter_wh = _register_of(last)
            if meter_wh is None:
                # A reading without the register: what the start knew is the least.
                meter_wh = _register_of(started)
            meter_wh = max(meter_wh, self._alive.register_wh(transaction))
            if connector > len(self.bays) or transaction != newest[connector]:
                # The station was rebuilt with fewer connectors, or the stop rotted and another
                # driver came: nothing more can be measured for this one.
                body = {"tag": None, "reason": reason, "meter_wh": meter_wh}
                self.journal.record(STOPPED, connector, transaction, last_s, now_ms, body)
                continue
            tag = started.body["tag"]
            self.reservations.used(started.body.get("reservation"), started.seq)
            self.bay(connector).readings.last_ms = last.up_ms
            self.bay(connector).recover(transaction, tag, reason, last_s, meter_wh, now_ms)


def _register_of(event) -> int:
    """The import register that ``event`` knows of, in Wh, or None."""
    if "meter_wh" in event.body:
        return event.body["meter_wh"]
    for quantity, phase, value in event.body.get("values", ()):
        if quantity == "energy_wh" and phase == 0:
            return value
    return None
