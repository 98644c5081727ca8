"""A day at a site with two connectors: a plan of what people, power and network do, and a ledger.

The plan is drawn from a seed, minute by minute. The ledger is the world's: what each connector's
meter counted from plug to unplug, and whose it was.
"""

import random

from host_tests.harness.stage import IDENTITY

MINUTES = 24 * 60
CARDS = {f"0A0B0C{n:02X}": bytes.fromhex(f"0A0B0C{n:02X}") for n in range(6)}
SAMPLE_S = 300
# A vehicle follows a new offer within 5 s, a session may have to make room first.
_SETTLED_S = 60

# Minute: what happens. Nobody comes, goes or shows a card from two minutes before a cut or a
# reset to eight after it.
TROUBLES = {
    95: "back end away",
    140: "back end back",
    300: "half open",
    310: "carried again",
    420: "dropped",
    423: "dropped",
    426: "dropped",
    505: "power cut",
    640: "soft reset",
    700: "back end away",
    745: "power cut",
    850: "back end back",
    1001: "hard reset",
    1100: "network down",
    1121: "network up",
    1230: "power cut",
}
_ABRUPT = tuple(
    minute for minute, what in TROUBLES.items() if what == "power cut" or "reset" in what
)
_LIMITS_A = (32, 16, 12, 24, 10, 20)


class Visit:
    """One vehicle at one connector: from ``start`` to ``end`` (minutes), stopped by ``way``."""

    def __init__(self, connector: int, start: int, end: int, tag: str, way: str, amps: int):
        self.connector = connector
        self.start = start
        self.end = end
        self.tag = tag
        self.way = way
        self.amps = amps
        self.begin_wh = None
        self.end_wh = None


def plan(seed: int, each: int = 20) -> list:
    """``each`` visits at either connector, the earliest first; no two arrive in one minute."""
    chance = random.Random(seed)
    visits = []
    for connector in (1, 2):
        minute = 2 + connector
        for at in range(each):
            start = _calm(minute + chance.randint(3, 26), connector % 2)
            end = _calm(start + chance.randint(22, 46), connector % 2)
            # Each tag is at one connector at a time: three cards belong to each.
            tag = list(CARDS)[3 * (connector - 1) + at % 3]
            way = ("card", "unplug", "remote", "full")[at % 4]
            visits.append(Visit(connector, start, end, tag, way, chance.choice((6, 10, 16, 32))))
            minute = end
    return sorted(visits, key=lambda visit: visit.start)


def _calm(minute: int, parity: int) -> int:
    while minute % 2 != parity or any(-8 <= at - minute <= 2 for at in _ABRUPT):
        minute += 1
    return minute


class Day:
    """Plays ``visits`` on ``stage`` (two connectors, on).

    ``limits`` counts what was set, ``broken`` tells when more was drawn, ``took_s`` is for the
    processor's seconds.
    """

    def __init__(self, stage, visits: list, seed: int):
        self.stage = stage
        self.visits = visits
        self.limits = 0
        self.broken = []
        self.took_s = 0.0
        self._chance = random.Random(seed)
        self._began_ms = stage.now_ms
        self._limit_a = 32
        self._settled_ms = 0

    def play(self) -> None:
        """All of it, to the end of the day."""
        for minute in range(MINUTES):
            self._pass_to(minute * 60)
            self._trouble(minute)
            if minute % 15 == 7:
                self._set_limit()
            for visit in self.visits:
                if visit.start == minute:
                    self._arrive(visit)
                if visit.end == minute:
                    self._leave(visit)
            self._look()

    # -- inside ---------------------------------------------------------------------------------

    def _pass_to(self, second):
        """As Stage.advance, without looking out for something new."""
        stage, end_ms = self.stage, self._began_ms + second * 1000
        while stage.now_ms < end_ms:
            stage.step(min(stage.pace.next_ms(), end_ms))

    def _outlet(self, visit):
        return self.stage.world.connectors[visit.connector]

    def _arrive(self, visit):
        outlet = self._outlet(visit)
        visit.begin_wh = outlet.meter.energy_wh
        self.stage.pace.wake()
        outlet.vehicle.plug_in(amps=visit.amps)
        self.stage.advance(2)
        self.stage.tap(CARDS[visit.tag])

    def _leave(self, visit):
        stage, vehicle = self.stage, self._outlet(visit).vehicle
        if visit.way == "full":
            vehicle.stop_power()
            stage.advance(5)
        if visit.way in ("card", "full") and self._runs(visit):
            stage.tap(CARDS[visit.tag])
            stage.advance(12)
        elif visit.way == "remote" and self._online and self._runs(visit):
            self._stop_remotely(visit)
        vehicle.unplug()
        stage.advance(3)
        visit.end_wh = self._outlet(visit).meter.energy_wh

    def _runs(self, visit):
        """Its transaction was not ended by a cut or a reset: a card would begin another."""
        running = self.stage.facts()["connectors"][visit.connector - 1]
        return running["transaction"] == "active"

    def _stop_remotely(self, visit):
        stage = self.stage
        found = [each for each in stage.sessions() if each["connector"] == visit.connector]
        number = found[-1]["transaction_id"]
        asked = stage.csms.call(IDENTITY, "RemoteStopTransaction", {"transactionId": number})
        stage.until(lambda: asked.done, 30, "an answer to RemoteStopTransaction")
        stage.advance(12)

    @property
    def _online(self):
        facts = self.stage.facts() if self.stage.on else {}
        return facts.get("online") and facts["registration"] == "accepted"

    def _set_limit(self):
        if not self._online or self.stage.network.frozen or not self.stage.network.up:
            return
        limit_a = self._chance.choice(_LIMITS_A)
        profile = {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "ChargePointMaxProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit_a}],
            },
        }
        payload = {"connectorId": 0, "csChargingProfiles": profile}
        asked = self.stage.csms.call(IDENTITY, "SetChargingProfile", payload)
        self.stage.until(lambda: asked.done, 30, "an answer to SetChargingProfile")
        assert asked.result == {"status": "Accepted"}, asked.error or asked.result
        self.limits += 1
        self._limit_a = limit_a
        self._settled_ms = self.stage.now_ms + _SETTLED_S * 1000

    def _look(self):
        """The site keeps its limit, whatever else happens."""
        if self.stage.now_ms >= self._settled_ms:
            outlets = self.stage.world.connectors.values()
            drawn_ma = sum(outlet.vehicle.current_ma for outlet in outlets)
            if drawn_ma > self._limit_a * 1000:
                self.broken.append((self.stage.now_ms, drawn_ma, self._limit_a))

    def _trouble(self, minute):
        what = TROUBLES.get(minute)
        if what is not None:
            _TROUBLES[what](self.stage)


def _power_cut(stage):
    stage.power_cut()
    stage.advance(70)
    stage.start()
    stage.advance(5)


def _drop(stage):
    if stage.csms.online(IDENTITY):
        stage.csms.drop(IDENTITY)


def _reset(kind):
    def ask(stage):
        asked = stage.csms.call(IDENTITY, "Reset", {"type": kind})
        stage.until(lambda: asked.done, 30, "an answer to Reset")
        stage.advance(30)

    return ask


def _set_network(up):
    def switch(stage):
        stage.network.up = up

    return switch


_TROUBLES = {
    "back end away": lambda stage: stage.csms.stop(),
    "back end back": lambda stage: stage.csms.start(),
    "half open": lambda stage: stage.network.freeze(),
    "carried again": lambda stage: stage.network.thaw(),
    "dropped": _drop,
    "power cut": _power_cut,
    "soft reset": _reset("Soft"),
    "hard reset": _reset("Hard"),
    "network down": _set_network(False),
    "network up": _set_network(True),
}
