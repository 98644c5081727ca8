"""Twenty stations with the real firmware on one site for days: a ledger beside the bills.

The office is the back end's own (tools/back_office). What is looked at after each step of any
station: the currents of all vehicles, on each phase of the site, against its limit. No time is
allowed for vehicles to follow: the site itself waits for them before another one may rise.
"""

import time
from datetime import datetime
from pathlib import Path

from host_tests.month import plan
from host_tests.month.fleet import Fleet
from tools.back_office import Office
from tools.back_office.site_keeper import Keeper
from tools.back_office.tariffs import instant

STATIONS = 20
CARDS = plan.tags(36)
LIMIT_MA = 64_000
ORDERS = ("123", "231", "312")
ZONE = "Europe/Brussels"
PRICES = (("2026-01-01", 28_340), ("2026-03-16", 29_505), ("2026-04-01", 30_000))
SETTINGS = {
    "WebSocketPingInterval": "1200",
    "MeterValueSampleInterval": "900",
    "StopTxnSampledData": "",
    "AllowOfflineTxForUnknownId": "true",
}


class Month:
    """``starts`` (ISO 8601, with zone) to ``days`` later; as a context."""

    def __init__(self, folder: Path, starts: str, days: float, seed: int = 11):
        self.days = days
        self.fleet = Fleet(
            folder, STATIONS, str(folder / "book"), settings=SETTINGS, meter="PZEM004T"
        )
        self.csms = self.fleet.csms
        self.csms.clock._start_ms = int(datetime.fromisoformat(starts).timestamp() * 1000)
        self.csms.heartbeat_interval_s = 1800
        self.office = Office(self.csms)
        self.troubles = plan.troubles(seed, STATIONS, days)
        self.visits = plan.visits(seed + 1, STATIONS, days, CARDS, self.troubles)
        self.most_ma = [0, 0, 0]
        self.waited = set()
        self.looks = 0
        self.took_s = 0.0
        self._drawn = [[0, 0, 0] for _ in range(STATIONS)]
        self._number = {stage.identity: at for at, stage in enumerate(self.fleet.stages)}
        self._furnish()
        self.fleet.watchers.append(self._look)
        self.begin_wh = [stage.meter_wh for stage in self.fleet.stages]

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.office.keeper.close()
        self.fleet.__exit__(*error)

    def play(self, tell=lambda text: None) -> None:
        """All of it, until everything is delivered; ``tell`` hears of each day."""
        before_s = time.process_time()
        fleet = self.fleet
        for stage in fleet.stages:
            stage.start()
        fleet.pass_to(60_000)
        began_ms = self._began_ms = fleet.now_ms
        for trouble in self.troubles:
            fleet.at(began_ms + trouble.start_s * 1000, lambda it=trouble: self._begin(it))
            fleet.at(began_ms + trouble.end_s * 1000, lambda it=trouble: self._end(it))
        for visit in self.visits:
            fleet.at(began_ms + visit.start_s * 1000, lambda it=visit: self._arrive(it))
        end_ms = began_ms + int(self.days * plan.DAY_S * 1000)
        while fleet.now_ms < end_ms:
            fleet.pass_to(min(fleet.now_ms + plan.DAY_S * 1000, end_ms))
            day = (fleet.now_ms - began_ms) / (plan.DAY_S * 1000)
            tell(f"day {day:g}: {time.process_time() - before_s:.0f} s, {self.most_ma} mA")
        fleet.until(self._delivered, 4 * 3600, "everything delivered")
        self.took_s = time.process_time() - before_s

    # -- facts ----------------------------------------------------------------------------------

    @property
    def world_wh(self) -> int:
        """What the meters of all stations counted."""
        ends = [stage.meter_wh for stage in self.fleet.stages]
        return sum(end - begin for begin, end in zip(self.begin_wh, ends, strict=True))

    def ledger_wh(self, tag: str) -> int:
        """What the world counted while vehicles of this card were plugged in."""
        return sum(visit.wh for visit in self.visits if visit.tag == tag)

    # -- inside ---------------------------------------------------------------------------------

    def _furnish(self):
        db, sites = self.office.db, self.office.keeper.sites
        for kind, names in (("company", ("Acme", "Bits")), ("leasing", ("Lease",))):
            for name in names:
                db.run(f"INSERT INTO {kind} (name) VALUES (?)", name)
        tariffs = self.office.statements.tariffs
        tariff = tariffs.add("Reference", ZONE)
        for day, millicents in PRICES:
            tariffs.set_price(tariff, instant(ZONE)(day), millicents)
        for number, tag in enumerate(CARDS):
            account = db.run(
                "INSERT INTO account (name, zone) VALUES (?, ?)", f"Driver {number}", ZONE
            ).lastrowid
            self.office.memberships.put(account, 0, company=1 + number % 2, leasing=1)
            tariffs.give(account, tariff)
            self.csms.add_card(tag)
            db.run("INSERT INTO issued_card (id_tag, account) VALUES (?, ?)", tag, account)
        site = sites.add("Yard", (LIMIT_MA,) * 3, turn_s=3600)
        for number, stage in enumerate(self.fleet.stages):
            fallback_ma = 6000 if number % 2 else 0
            order_of = ORDERS[number % 3]
            sites.put(site, stage.identity, order_of, fallback_ma=fallback_ma, most_ma=32_000)

    def _look(self, stage):
        """Of the station that made a step; the others draw what they drew."""
        self.looks += 1
        number = self._number[stage.identity]
        drawn = self._drawn[number]
        now = stage.outlet.meter.current_ma
        order = ORDERS[number % 3]
        for at in range(3):
            drawn[int(order[at]) - 1] = now[at]
        for phase in range(3):
            ma = sum(each[phase] for each in self._drawn)
            if ma > self.most_ma[phase]:
                self.most_ma[phase] = ma
        found = self.office.keeper.plans.get(1)
        if found is not None:
            self.waited.update(found.waiting)

    def _arrive(self, visit):
        fleet, stage = self.fleet, self.fleet.stages[visit.station]
        fleet.wake(stage)
        visit.begin_wh = stage.meter_wh
        stage.vehicle.plug_in(amps=visit.amps, phases=visit.phases)
        fleet.at(fleet.now_ms + 3000, lambda: self._tap(visit))
        if visit.full_s < visit.end_s - 60:
            fleet.at(self._ms(visit.full_s), lambda: self._full(visit))
        fleet.at(self._ms(visit.end_s), lambda: self._leave(visit))

    def _ms(self, second):
        return self._began_ms + second * 1000

    def _tap(self, visit):
        stage = self.fleet.stages[visit.station]
        self.fleet.wake(stage)
        stage.tap(bytes.fromhex(visit.tag))

    def _full(self, visit):
        stage = self.fleet.stages[visit.station]
        self.fleet.wake(stage)
        stage.vehicle.stop_power()

    def _leave(self, visit):
        fleet, stage = self.fleet, self.fleet.stages[visit.station]
        # A transaction that a cut ended is not ended again: the card would begin another.
        if visit.way == "card" and self._runs(stage):
            self._tap(visit)
            fleet.at(fleet.now_ms + 15_000, lambda: self._unplug(visit))
        else:
            self._unplug(visit)

    def _runs(self, stage):
        device = stage.target.device
        return device is not None and device.station.bays[0].transaction.permitted

    def _unplug(self, visit):
        fleet, stage = self.fleet, self.fleet.stages[visit.station]
        fleet.wake(stage)
        stage.vehicle.unplug()
        fleet.at(fleet.now_ms + 10_000, lambda: self._note_end(visit, stage))

    @staticmethod
    def _note_end(visit, stage):
        visit.end_wh = stage.meter_wh

    def _begin(self, trouble):
        fleet = self.fleet
        if trouble.kind == "back end":
            self.office.keeper.close()
            self.csms.stop()
            return
        stage = fleet.stages[trouble.station]
        fleet.wake(stage)
        if trouble.kind == "off line":
            stage.network.up = False
        elif trouble.kind == "half open":
            stage.network.freeze()
        else:
            stage.power_cut()

    def _end(self, trouble):
        fleet = self.fleet
        if trouble.kind == "back end":
            self.csms.start()
            self.office.keeper = Keeper(self.office)
            return
        stage = fleet.stages[trouble.station]
        fleet.wake(stage)
        if trouble.kind == "off line":
            stage.network.up = True
        elif trouble.kind == "half open":
            stage.network.thaw()
        else:
            stage.start()

    def _delivered(self):
        for stage in self.fleet.stages:
            journal = stage.target.device.station.journal
            if journal.next_seq != journal.first_seq:
                return False
        return True
