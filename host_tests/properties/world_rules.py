"""What must hold of one connector, measured in the world alone: contacts, bolt, current, pilot.

Looked at after every step of a stage; nothing here asks the station. Each limit is that of the
standard or of the table of faults, with what a step, a poll and a contactor take on top.
"""

from host_tests.harness.world.offer import offered_ma

_X1_BP = 10_000
# A condition of the world, and how long a coil may stay energised from when it began.
_LIMITS_MS = {
    "residual": 100,  # IEC 62955; the supply of the coil is gone at once
    "earth": 400,
    "bolt": 1000,
    "cable": 1700,
    "mirror": 700,
    "hot": 9000,  # orderly: 6 s for the vehicle
    "over voltage": 12_000,
    "under voltage": 24_000,
    "over current": 16_000,
}
_BY_METER = ("over voltage", "under voltage", "over current")
_REST_MS = 5000
_DUTY_MS = 5000
# A plug that is out for less may be missed.
_UNPLUGGED_MS = 300
_SETTLED_MS = 1500


class WorldRules:
    """``look`` after each step; ``start`` when the station starts anew."""

    def __init__(self, stage, number):
        self._stage = stage
        self._number = number
        self._outlet = stage.world.connectors[number]
        self._since_ms = {}
        self._offers = []
        self._trips = 0
        self._out_ms = 0
        self._opened_ms = 0
        self._ohm, self._ohm_ms = None, 0
        self.start()

    def start(self):
        """The station starts anew: it remembers nothing of before."""
        self._started_ms = self._stage.now_ms
        self._coil = self._second = self._closed = False
        self._duty_bp = 0
        self._duty_ms = None
        self._since_ms.clear()
        self._opened_ms = self._stage.now_ms

    def hung(self):
        """The interpreter made no step for a while: what lasts began now."""
        self._since_ms.clear()

    def look(self):
        """AssertionError when something is wrong now."""
        stage, outlet = self._stage, self._outlet
        if not stage.on:
            assert not outlet.contactor.coil and not outlet.second_contactor.coil, "coil, no power"
            return
        now_ms = stage.now_ms
        self._see_plug(now_ms)
        self._judge_duty(now_ms)
        self._judge_second()
        self._judge_lock()
        if now_ms - self._started_ms > 200:
            self._judge_pilot()
        coil = outlet.contactor.coil
        if coil and not self._coil:
            self._judge_closing(now_ms)
        elif self._coil and not coil:
            self._opened_ms = now_ms
        self._judge_closed(coil, now_ms)
        self._coil, self._second = coil, outlet.second_contactor.coil
        self._closed = outlet.contactor.closed

    # -- each part ------------------------------------------------------------------------------

    def _see_plug(self, now_ms):
        outlet = self._outlet
        if not outlet.vehicle.plugged:
            self._out_ms = self._out_ms or now_ms
            self._duty_ms = None
        elif self._out_ms:
            if now_ms - self._out_ms >= _UNPLUGGED_MS:
                self._trips = outlet.residual.trips
            self._out_ms = 0
        if outlet.proximity_ohm != self._ohm:
            self._ohm, self._ohm_ms = outlet.proximity_ohm, now_ms

    def _judge_duty(self, now_ms):
        """Row 6: the offer changes at most every 5 s, except that it ends at once."""
        duty_bp = self._outlet.duty_bp
        offer_ma = offered_ma(duty_bp)
        self._offers = [(at, ma) for at, ma in self._offers if now_ms - at < 9000]
        self._offers.append((now_ms, offer_ma))
        if duty_bp == self._duty_bp:
            return
        if offer_ma:
            since_ms = _DUTY_MS if self._duty_ms is None else now_ms - self._duty_ms
            assert since_ms >= _DUTY_MS, f"a new duty after {since_ms} ms"
        if offer_ma or offered_ma(self._duty_bp):
            self._duty_ms = now_ms
        self._duty_bp = duty_bp

    def _judge_second(self):
        """TF, EV, SE: switched under load it can destroy a vehicle's charger."""
        coil, second = self._outlet.contactor.coil, self._outlet.second_contactor.coil
        if second != self._second:
            assert not (self._coil if second else coil), "the second contactor moved under load"

    def _judge_lock(self):
        """D.6.5: never unlocked under load."""
        if self._outlet.lock.direction < 0:
            assert not self._outlet.contactor.coil, "unlocks while energised"
            assert not self._outlet.contactor.closed, "unlocks behind closed contacts"

    def _judge_pilot(self):
        outlet = self._outlet
        gone = outlet.duty_bp == 0 or not outlet.circuit.connected
        assert not (gone and outlet.contactor.closed), "the pilot is interrupted under load"

    def _judge_closing(self, now_ms):
        outlet = self._outlet
        rest_ms = now_ms - self._opened_ms
        assert rest_ms >= _REST_MS, f"closed again after {rest_ms} ms"
        assert not self._closed, "closed on closed contacts"
        assert not outlet.second_contactor.closed or "second_welded" not in outlet.faults
        assert not outlet.residual.tripped, "closed on a residual current"
        assert outlet.residual.trips > self._trips, "closed without a self-test in this session"
        if "lock_sense_broken" not in outlet.faults:
            assert outlet.lock.engaged, "closed unlocked"
        if now_ms - self._ohm_ms > _SETTLED_MS:
            carries_ma = _carries_ma(outlet.proximity_ohm)
            offer_ma = offered_ma(outlet.duty_bp)
            assert offer_ma <= carries_ma + 50, f"{offer_ma} mA through a cable for {carries_ma}"

    def _judge_closed(self, coil, now_ms):
        for name, present in self._conditions():
            if not (coil and present):
                self._since_ms.pop(name, None)
                continue
            for_ms = now_ms - self._since_ms.setdefault(name, now_ms)
            assert for_ms <= _LIMITS_MS[name], f"energised, {name} for {for_ms} ms"
        assert not (coil and self._outlet.residual.test_on), "a self-test under load"

    def _conditions(self):
        outlet = self._outlet
        volts = self._stage.world.mains.voltage_mv
        seen = outlet.lock.engaged or "lock_sense_broken" in outlet.faults
        current_ma = outlet.vehicle.current_ma * max(outlet.vehicle.draws_bp) // 10_000
        most_ma = max(ma for _, ma in self._offers)
        healthy = not any(name.startswith("meter_") for name in outlet.faults)
        yield "residual", outlet.residual.tripped
        yield "earth", not outlet.earthed
        yield "bolt", not seen
        yield "cable", not _carries_ma(outlet.proximity_ohm)
        yield "mirror", not outlet.contactor.mirror_closed
        blind = outlet.thermometer.open or outlet.thermometer.shorted
        yield "hot", outlet.temperature_c >= 72 and not blind
        yield "over voltage", healthy and max(volts) > 268_000
        yield "under voltage", healthy and any(100_000 <= mv < 192_000 for mv in volts)
        yield "over current", healthy and most_ma and current_ma > most_ma * 1.2 + 1000


def _carries_ma(ohm):
    """By the table of the standard (§1.4), with room at each end for what a converter makes."""
    for end_ohm, carries_ma in ((70, 0), (148, 63_000), (320, 32_000), (960, 20_000)):
        if ohm < end_ohm:
            return carries_ma
    return 13_000 if ohm < 2600 else 0
