"""A stage that is watched in every step, and what may be done to it in any order."""

import random
from pathlib import Path

from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore, PowerCut
from host_tests.harness.world.offer import offered_ma
from host_tests.properties.world_rules import WorldRules

CARDS = {
    "ours": bytes.fromhex("04A1B2C3D4E580"),
    "family": bytes.fromhex("AABBCCDD"),
    "other": bytes.fromhex("11223344"),
    "unknown": bytes.fromhex("DEADBEEF"),
}
# SupplyLimit as delivered; nothing here sets a higher one. A tenth for what the duty can tell.
SUPPLY_MA = 32_100
SETTINGS = {
    "ConnectionTimeOut": "20",
    "MeterValueSampleInterval": "15",
    "TransactionMessageRetryInterval": "5",
    "TransactionMessageAttempts": "100",
    "WebSocketPingInterval": "10",
}
# The vehicle opens S2 within 6 s of the end of an offer, or is switched off under load then
# (IEC 61851-1 table A.6, 10.2); debounce and two steps on top.
_GRACE_MS = 6100
_LEAST_DUTY_BP = 1000
_X1_BP = 10000
# What a contactor takes to open, of the 100 ms from C to open.
_OPEN_WITHIN_MS = 100


class Watched(Stage):
    """Two connectors; every step is judged, and a power cut in a store operation is a power cut.

    ``exact`` is False once something happened after which not all that flowed can be billed: the
    meter failed, or contacts were welded.
    """

    def __init__(self, seed: int = 1):
        self.watches = {}
        self.rules = {}
        super().__init__(
            "in_process",
            Path("."),
            connectors=2,
            settings=SETTINGS,
            seed=seed,
            store=MemoryStore(),
        )
        self.chance = random.Random(seed)
        self.watches = {n: _Watch(self, n) for n in self.world.connectors}
        self.rules = {n: WorldRules(self, n) for n in self.world.connectors}
        self.csms.add_card("04A1B2C3D4E580", parent="FAMILY")
        self.csms.add_card("AABBCCDD", parent="FAMILY")
        self.csms.add_card("11223344", parent="OTHERS")
        self.exact = True
        self.register_wh = {n: outlet.meter.energy_wh for n, outlet in self._outlets()}

    def step(self, to_ms, inputs=None):
        """As a stage's step, and nothing may be wrong after it."""
        try:
            outputs = super().step(to_ms, inputs)
        except PowerCut:
            self.power_cut()
            self.target.store.restore_power()
            outputs = {}
        for number, watch in self.watches.items():
            watch.look()
            self.rules[number].look()
        # Shared by those that charge, whoever comes and goes.
        offers = [offered_ma(outlet.duty_bp) for _, outlet in self._outlets()] if self.on else []
        assert sum(offers) <= SUPPLY_MA, f"offered {offers} mA together"
        for _, _level, text in self.log[-3:]:
            assert "Traceback" not in text, text
        return outputs

    def start(self, cause: str = "PWRON_RESET") -> None:
        """As a stage's start; the watchers know it."""
        super().start(cause)
        for rules in self.rules.values():
            rules.start()

    def hang(self, ms: int) -> None:
        """As a stage's hang."""
        super().hang(ms)
        for rules in self.rules.values():
            rules.hung()

    def _await_bytes(self, heard):
        """Into a network that is down bytes go for nothing; the clock on the wall won't tell."""
        if self.network.up and not self.network.frozen:
            super()._await_bytes(heard)

    def heal(self):
        """Mend everything, let all vehicles go, and wait until nothing is left to be said."""
        for number, outlet in self._outlets():
            for name in tuple(outlet.faults):
                self.world.clear_fault(name, number)
            outlet.temperature_c = 25.0
            outlet.vehicle.overdraws(1)
            if outlet.vehicle.plugged:
                outlet.vehicle.unplug()
        for name in tuple(self.world.faults):
            self.world.clear_fault(name)
        self.world.mains.set_voltage([230_000] * 3)
        self.world.mains.on or self.world.mains.switch(True)
        self.target.store.restore_power()
        self.target.store.full = False
        self.csms.script.clear()
        self.csms.http_status = None
        self.csms.boot_policy("Accepted", interval=300)
        if self.network.frozen:
            self.network.thaw()
        self.network.up = True
        if not self.csms.listening:
            self.csms.start()
        self.advance(30)
        # A welded contactor stays a fault until the power was off.
        self.power_cut()
        self.advance(2)
        self.start()
        # Residual currents that used up their attempts wait for a person.
        self.press_button(6)
        for _ in range(7):
            self.advance(1)
        self.until(self.online, 400, "the back end")
        self.until(self.make_operative, 120, "operative")
        self.until(self.delivered, 1200, "everything delivered")
        for number in self.world.connectors:
            self.until(lambda n=number: self.status(n) == "Available", 400, "Available")

    def online(self):
        """The station is accepted by its back end."""
        return self.csms.online(IDENTITY) and self.facts()["registration"] == "accepted"

    def make_operative(self):
        """The back end wants every connector back."""
        if not self.online():
            return False
        call = self.csms.call(
            IDENTITY, "ChangeAvailability", {"connectorId": 0, "type": "Operative"}
        )
        self.advance(2)
        return call.result == {"status": "Accepted"}

    def delivered(self):
        """No transaction is open here, and the journal is empty."""
        facts = self.facts()
        running = [connector["transaction"] for connector in facts["connectors"]]
        return facts["undelivered"] == 0 and running == ["free"] * len(running)

    def flowed_wh(self, number):
        """What the meter of connector ``number`` counted since the beginning."""
        return self.world.connectors[number].meter.energy_wh - self.register_wh[number]

    def _outlets(self):
        return self.world.connectors.items()


class _Watch:
    """Judges one connector after every step."""

    def __init__(self, stage, number):
        self._stage = stage
        self._number = number
        self._outlet = stage.world.connectors[number]
        self._coil = False
        self._offered_ms = 0
        self._welded = False

    def look(self):
        """AssertionError when something is wrong now."""
        stage, outlet = self._stage, self._outlet
        self._welded = self._welded or outlet.contactor.welded
        if not self._welded:
            late_ms = outlet.worst_open_delay_ms
            assert late_ms <= _OPEN_WITHIN_MS, f"open {late_ms} ms after the vehicle left C"
        if _LEAST_DUTY_BP <= outlet.duty_bp < _X1_BP:
            self._offered_ms = stage.now_ms
        coil, before = outlet.contactor.coil, self._coil
        self._coil = coil
        if not coil:
            return
        assert stage.on, "a coil without power"
        assert stage.now_ms - self._offered_ms <= _GRACE_MS, "energy without an offer"
        bay = stage.target.device.station.bay(self._number)
        self._judge(bay, bay.transaction, not before)

    def _judge(self, bay, transaction, closing):
        assert transaction.state in ("active", "ending"), transaction.state
        if not closing:
            return
        assert transaction.state == "active" and not transaction.suspended
        assert self._outlet.vehicle.state == "C", self._outlet.vehicle.state
        assert self._outlet.duty_bp < _X1_BP, "closed without an offer"
        assert not bay.connector.faults.blocking, bay.connector.faults.active
        # A holder's start used it up, and no one else may begin there (OCPP 1.6 §5.13).
        held = self._stage.target.device.station.reservations
        assert not held.keeps(self._number, transaction.tag, transaction.parent)
        assert held.admits(self._number, transaction.tag, transaction.parent, self._number)
        assert self._is_on_the_medium(transaction.number), "a start that is not saved"

    def _is_on_the_medium(self, number):
        """The start (or the back end's answer to it) can be found after a power cut now."""
        from chargepoint.core.journal import Journal

        store = MemoryStore()
        store.files = dict(self._stage.target.store.files)
        journal = Journal(store, self._stage.target.device.station.ports.random)
        journal.load()
        return number in [entry[0] for entry in journal.unfinished()]
