"""One connector with all that belongs to it: electrics, meter, transaction, readings, lamp.

The bay turns what the electrical side reports into steps of the transaction and back into the
one wish that the electrical side knows: energy is permitted, up to so many amperes.
"""

from chargepoint.core import timing, transactions
from chargepoint.core.authorisation import same_tag
from chargepoint.core.contactor import OPEN
from chargepoint.core.protection import NOT_MONITORED
from chargepoint.core.wear import Wear
from chargepoint.readings import Readings

# Transaction state -> what the status machine (OCPP 1.6 §4.9) calls the connector's phase.
# An ACTIVE transaction is looked at more closely in _active_phase.
_PHASES = {
    transactions.FREE: "free",
    transactions.PLUGGED: "preparing",
    transactions.AUTHORISED: "preparing",
    transactions.STARTING: "preparing",
    transactions.BEGINNING: "preparing",
    transactions.ENDING: "finishing",
    transactions.RECOVERING: "finishing",
    transactions.CLOSING: "finishing",
    transactions.FINISHED: "finishing",
}

_LAMPS = {
    "free": "free",
    "preparing": "waiting",
    "charging": "charging",
    "suspended_ev": "ready",
    "unplugged": "ready",
    "suspended_evse": "paused",
    "finishing": "ready",
    "reserved": "reserved",
}

# A phase with less than this is dead: half of the lowest nominal voltage, with room (own).
_MAINS_MV = 100000

_ENDING = (transactions.ENDING, transactions.RECOVERING)
# While these last the plug is the driver's: locked in.
_HOLDING = (transactions.STARTING, transactions.BEGINNING, transactions.ACTIVE)

# A trouble of the meter, and the fault that it is.
_METER_FAULTS = (
    ("silent", "meter_silent"),
    ("rubbish", "meter_rubbish"),
    ("foreign", "meter_foreign"),
    ("backwards", "meter_backwards"),
)


class Bay:
    """Bay ``connector.number``, with the ``ports`` (ConnectorPorts) that it has; ``utc_s()`` tells
    the time of day or None. ``shut``: the station takes no one now; ``updating``: for the
    sake of a new firmware.
    """

    def __init__(self, connector, transaction, ports, settings, journal, utc_s, reservations):
        self.number = connector.number
        self.connector = connector
        self.transaction = transaction
        self.meter = ports.meter
        self.operative = True
        self.shut = False
        self.updating = False
        # Of its share of the supply and its charging profiles: see supply.py.
        self.supply_ma = 0
        self.profile_ma = None
        self.share_comes = False
        self.single_phase = False
        self._lamp = ports.lamp
        self._guard = ports.guard
        self._settings = settings
        self._journal = journal
        self._utc_s = utc_s
        self._reservations = reservations
        self.readings = Readings(self, settings, journal, utc_s)
        self._opened_ms = 0
        self._settled_ms = 0
        self._register_wh = None
        # What the transaction is known to have begun or gone on from: no bill ends below it.
        self._floor_wh = 0
        self._refused_until_ms = 0
        self._wear_name = "wear_%d" % self.number
        self.wear = Wear(ports.options["max_ma"], journal.get(self._wear_name))

    # -- each step, in this order ---------------------------------------------------------------

    def protect(self, now_ms: int) -> None:
        """Safety first: read the pilot and open if it must be; nothing stands before this."""
        self.connector.protect(now_ms)

    def proceed(self, now_ms: int) -> None:
        """Let the session go on as the transaction permits, and tell it what happened."""
        connector = self.connector
        connector.permitted = self.transaction.permitted
        connector.available = self.operative or self.transaction.running
        connector.limit_ma = self.supply_ma if self._mains(now_ms) else 0
        connector.profile_ma = self.profile_ma
        transaction = self.transaction
        connector.holds_plug = transaction.state in _HOLDING or transaction.kept is not None
        connector.wake_up.after_ms = self._settings.get("WakeUpAfter") * 1000
        single = self.single_phase or self._settings.get("SinglePhase")
        connector.phases.wanted = 1 if single else 3
        connector.proceed(now_ms)
        if connector.contactor.state != OPEN:
            # The contacts follow the coil, and what sees them follows the contacts.
            self._opened_ms = now_ms + timing.BLANK_CONTACTOR_MS
        for event in connector.take_events():
            self._on_event(event, now_ms)

    def measure(self, now_ms: int) -> None:
        """Ask the meter, judge its answers, and take the readings that are due."""
        self.meter.poll(now_ms)
        reading = self.meter.reading
        if reading is not None:
            self._register_wh = reading.energy_wh
        self.connector.reading = reading
        present, faults = self.meter.trouble, self.connector.faults
        if present is not None or faults.active:
            for trouble, fault in _METER_FAULTS:
                faults.put(fault, present == trouble, now_ms)
        self.readings.take(now_ms)

    def transact(self, now_ms: int) -> None:
        """Carry the transaction on: begin, end, time-outs."""
        transaction = self.transaction
        transaction.tick(now_ms)
        if transaction.state == transactions.FINISHED and not self.connector.plugged:
            transaction.tell(transactions.UNPLUG, now_ms)
        if not self.operative or self.shut:
            self.withdraw(now_ms)
        if transaction.most_wh is not None and self._register_wh >= transaction.most_wh:
            self._end_invalid(now_ms)
        if transaction.wants_start() and self.readings.may_begin(now_ms):
            self._begin(now_ms)
        elif transaction.state in _ENDING:
            self._end_when_ready(now_ms)
        if transaction.state == transactions.ACTIVE and not self.readings.running:
            self._settled_ms = now_ms + timing.START_SETTLE_MS
            self.readings.run(now_ms)
        elif self.share_comes and self._settled_ms:
            # The vehicle can't answer before it is offered something.
            self._settled_ms = now_ms + timing.START_SETTLE_MS

    def show(self, percent: int, now_ms: int) -> None:
        """Set the lamp, at a brightness of ``percent``."""
        self._lamp.dim(percent)
        self._lamp.show(self.meaning(now_ms))

    # -- facts ----------------------------------------------------------------------------------

    def phase(self, now_ms: int) -> str:
        """What the status machine is told: free, preparing, charging, suspended_ev, ..."""
        if self.transaction.state == transactions.ACTIVE:
            return self._active_phase(now_ms)
        if self._reservations.shown(self.number) and not self.transaction.claimed:
            # Also with a vehicle plugged: G2 wants the idTag, and a reserved one has no B7 back.
            return "reserved"
        return _PHASES[self.transaction.state]

    def meaning(self, now_ms: int) -> str:
        """What the lamp shows."""
        if self.connector.faults.blocking:
            return "fault"
        if now_ms < self._refused_until_ms:
            return "refused"
        if not self.operative and not self.transaction.running:
            return "update" if self.updating else "offline"
        return _LAMPS[self.phase(now_ms)]

    def fresh_reading(self, now_ms: int):
        """The meter's last reading if it still says something about now, else None."""
        reading = self.meter.reading
        if reading is None or now_ms - reading.taken_ms > timing.READING_FRESH_MS:
            return None
        return reading

    def withdraw(self, now_ms: int) -> None:
        """Take back an authorisation that has not become a transaction, if one stands."""
        self.transaction.withdraw(now_ms, self._wait_ms())

    def refuse(self, now_ms: int) -> None:
        """A card was refused: show it, BlinkRepeat times (OCPP 1.6 §9.1)."""
        self._refused_until_ms = now_ms + self._settings.get("BlinkRepeat") * timing.BLINK_MS

    def deauthorise(self, now_ms: int) -> None:
        """The back end does not accept the idTag of the running transaction (OCPP 1.6 §4.8)."""
        more_wh = self._settings.get("MaxEnergyOnInvalidId")
        if more_wh and self._register_wh is not None:
            self.transaction.most_wh = self._register_wh + more_wh
        else:
            self._end_invalid(now_ms)

    def beat(self, now_ms: int) -> None:
        """Tell the guard that a step was completed."""
        self._guard.beat(now_ms)

    def facts(self, now_ms: int) -> dict:
        """What is to be known of this connector, fit for JSON."""
        connector, transaction = self.connector, self.transaction
        return {
            "pilot": connector.state,
            "pilot_mv": list(connector.pilot_mv),
            "session": connector.session,
            "phase": self.phase(now_ms),
            "energised": connector.energised,
            "offered_ma": connector.offered_ma,
            "refusal": connector.refusal,
            "transaction": transaction.state,
            "tag": transaction.tag,
            "register_wh": self._register_wh,
            "meter": self._metered(now_ms),
            "faults": list(connector.faults.active),
            "not_monitored": self._not_monitored(),
            "operative": self.operative,
            "parts": self._parts(),
        }

    def usable(self) -> bool:
        """A driver may begin here: in service, no blocking fault, no one's claim."""
        serves = self.operative and not self.shut and not self.connector.faults.blocking
        return serves and not self.transaction.claimed

    def recover(
        self, number: int, tag: str, reason: str, last_utc_s: int, register_wh: int, now_ms: int
    ) -> None:
        """Take over transaction ``number``, which did not live to record its stop."""
        self._register_wh = register_wh
        self._floor_wh = register_wh or 0
        self._opened_ms = now_ms
        self.transaction.recover(number, tag, reason, last_utc_s, now_ms)

    # -- inside ---------------------------------------------------------------------------------

    def _verdicts(self):
        told = self.connector.verdicts()
        told["guard"] = "failed" if "guard_trip" in self.connector.faults.active else "passed"
        if self._guard.kind == "none":
            told["guard"] = NOT_MONITORED
        return told

    def _not_monitored(self):
        return sorted([name for name, word in self._verdicts().items() if word == NOT_MONITORED])

    def _metered(self, now_ms):
        """The meter's last answer, how old it is, and what is wrong with it."""
        meter = self.meter
        told = {"trouble": meter.trouble, "make": meter.make, "serial": meter.serial}
        reading = meter.reading
        if reading is not None:
            told["age_ms"] = now_ms - reading.taken_ms
            for name in ("energy_wh", "power_w", "voltage_mv", "current_ma"):
                told[name] = getattr(reading, name)
        return told

    def _parts(self):
        """The electrical side in figures, for people: what each part sees now."""
        connector = self.connector
        protection, wear = connector.protection, self.wear
        told = {
            "self_test": self._verdicts(),
            "limit": connector.limits.binding,
            "limit_ma": connector.limits.lowest_ma,
            "phases": connector.phases.count,
            "guard": self._guard.kind,
            "contactor_ms": connector.contactor.took_ms,
            "wear": {"closings": wear.closings, "loaded": wear.loaded, "ppm": wear.ppm},
        }
        if protection.cable is not None:
            told["cable_ma"] = protection.cable.limit_ma
            told["proximity_ohm"] = protection.cable.ohm
        if protection.lock is not None:
            told["lock"] = protection.lock.state
        if protection.residual is not None:
            told["residual_current"] = protection.residual.state
        if protection.temperature is not None:
            told["celsius_mc"] = protection.temperature.celsius_mc
        return told

    def _on_event(self, event, now_ms):
        transaction = self.transaction
        if event == "plugged":
            transaction.tell(transactions.PLUG, now_ms, self._wait_ms())
        elif event == "unplugged":
            self._unplugged(now_ms)
        elif event == "energised":
            self.wear.closed()
        elif event == "opened":
            self._count_opening(now_ms)

    def _count_opening(self, now_ms):
        """The reading is from before the opening, and at most a few seconds old."""
        reading = self.fresh_reading(now_ms)
        most_ma = None
        if reading is not None:
            known = [abs(phase_ma) for phase_ma in reading.current_ma if phase_ma is not None]
            most_ma = max(known) if known else None
        self.wear.opened(most_ma)
        self._journal.put(self._wear_name, self.wear.text())

    def _mains(self, now_ms):
        """There is mains, as far as the meter can tell: a contactor may get its feedback."""
        reading = self.fresh_reading(now_ms)
        if reading is None:
            return True
        known = False
        for voltage_mv in reading.voltage_mv:
            if voltage_mv is not None:
                known = True
                if voltage_mv >= _MAINS_MV:
                    return True
        return not known

    def _wait_ms(self):
        return self._settings.get("ConnectionTimeOut") * 1000

    def _unplugged(self, now_ms):
        transaction = self.transaction
        if transaction.state in (transactions.BEGINNING, transactions.ACTIVE):
            # OCPP 1.6 §9.1.31: false keeps the transaction for the same cable to come back.
            if self._settings.get("StopTransactionOnEVSideDisconnect"):
                transaction.stop("unplugged", now_ms)
        transaction.tell(transactions.UNPLUG, now_ms)

    def _end_invalid(self, now_ms):
        """No more energy for an idTag that the back end does not accept."""
        transaction, settings = self.transaction, self._settings
        transaction.most_wh = None
        if not settings.get("StopTransactionOnInvalidId"):
            transaction.suspended = True
            return
        # No one has a card to free a plug that was charged for free.
        free = settings.get("FreeCharging")
        transaction.deauthorise(
            now_ms, not (free and same_tag(transaction.tag, settings.get("FreeChargingIdTag")))
        )

    def _begin(self, now_ms):
        self._floor_wh = self.meter.reading.energy_wh
        transaction, journal = self.transaction, self._journal
        transaction.number = journal.next_transaction()
        # On the medium before the start, so no cut can part them.
        self.readings.begin(transaction.number, now_ms)
        held = self._reservations.number_for(self.number, transaction.tag, transaction.parent)
        transaction.begin(self.meter.reading, self._utc_s(), now_ms, held)
        self._reservations.used(held, journal.next_seq)

    def _end_when_ready(self, now_ms):
        if self.connector.contactor.commanded:
            return
        reading = self.meter.reading
        if not self.transaction.wants_final(reading, self._opened_ms, now_ms):
            return
        if not self.readings.may_end(now_ms):
            return
        # HAZARD: a meter that counts pulses may come back from a power cut with less than it had
        # told, and a meter may have been replaced: the driver is never billed less than nothing.
        register_wh = self._register_wh
        if register_wh is None or register_wh < self._floor_wh:
            register_wh = self._floor_wh
        values, signed = self.readings.end(self.transaction.number, now_ms)
        self.transaction.end(register_wh, values, self._utc_s(), now_ms, signed)

    def _active_phase(self, now_ms):
        phase = self._seen_phase(now_ms)
        if phase != "preparing":
            # What charged or was suspended does not prepare again: there is no way back but
            # Available, which a back end takes for the end.
            self._settled_ms = 0
        return phase

    def _seen_phase(self, now_ms):
        connector = self.connector
        if connector.energised:
            return "charging"
        if not connector.plugged:
            return "unplugged"
        if self.transaction.suspended or not self._offers():
            # Before the first offer, a share that is about to come is waited for.
            return "preparing" if self._settled_ms and self.share_comes else "suspended_evse"
        # The vehicle may take a few seconds to answer the first offer, and the contactor may have
        # to rest: still Preparing (B3, B4).
        starting = self._settled_ms and (connector.ready or now_ms < self._settled_ms)
        return "preparing" if starting else "suspended_ev"

    def _offers(self):
        return self.connector.offered_ma > 0 or self.connector.limit_ma >= 6000
