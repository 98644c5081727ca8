"""The whole station under anything that people, networks and back ends do, in any order.

Energy flows only on a sound pilot, for a transaction that is on the medium, under an offer; and
when all is mended and everyone has gone, the bill equals the meter.
"""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from host_tests.harness.stage import IDENTITY
from host_tests.properties.chaos import CARDS, Watched

CONNECTORS = st.sampled_from([1, 2])
OURS = st.sampled_from([CARDS["ours"], CARDS["family"]])
TAGS = st.sampled_from([*CARDS.values()])
ID_TAGS = st.sampled_from(["04A1B2C3D4E580", "aabbccdd", "11223344", "NOBODY"])
ACTIONS = st.sampled_from(
    ["Authorize", "StartTransaction", "StopTransaction", "MeterValues", "StatusNotification"]
)
TREATMENTS = st.sampled_from(
    [
        {"never": True},
        {"delay_s": 8},
        {"delay_s": 45},
        {"twice": True},
        {"foreign_id": True},
        {"error": ("InternalError", "try again")},
        {"error": ("NotSupported", "never heard of it")},
        {"raw": '[3,"$ID",{"transactionId":"one"}]'},
        {"raw": "rubbish"},
        {"drop": "before"},
        {"drop": "after"},
    ]
)
CHANGES = st.sampled_from(
    [
        ("SupplyLimit", "11"),
        ("SupplyLimit", "16"),
        ("SupplyLimit", "32"),
        ("SinglePhase", "true"),
        ("SinglePhase", "false"),
        ("WakeUpAfter", "5"),
        ("TechnicianReset", "true"),
        ("MeterValueSampleInterval", "0"),
        ("MeterValueSampleInterval", "3"),
        ("ClockAlignedDataInterval", "10"),
        ("ClockAlignedDataInterval", "0"),
        ("ConnectionTimeOut", "5"),
        ("AuthorizeRemoteTxRequests", "true"),
        ("AllowOfflineTxForUnknownId", "true"),
        ("AllowOfflineTxForUnknownId", "false"),
        ("StopTransactionOnInvalidId", "false"),
        ("StopTransactionOnEVSideDisconnect", "false"),
        ("MinimumStatusDuration", "2"),
        ("StopTxnSampledData", "Energy.Active.Import.Register,Voltage"),
        ("HeartbeatInterval", "5"),
        ("MessageTimeout", "5"),
    ]
)
TIMES = st.sampled_from(["yesterday", "2014-01-01T00:00:00Z", "2099-12-31T23:59:59.999+02:00"])
FAULTS = st.sampled_from(
    [
        "diode_missing",
        "pilot_earth_short",
        "pilot_unreadable",
        "pilot_stuck_low",
        "earth_open",
        "earth_lost",
        "contactor_welded",
        "contactor_stuck_open",
        "second_welded",
        "second_stuck_open",
        "proximity_open",
        "proximity_changed",
        "proximity_short",
        "lock_jammed",
        "lock_sense_broken",
        "residual_current",
        "residual_test_failed",
        "residual_absent",
        "thermometer_open",
        "thermometer_short",
        "meter_silent",
        "meter_rubbish",
        "meter_foreign",
        "meter_backwards",
        "reader_absent",
        "reader_rubbish",
    ]
)
# After these not all that flowed can be on the bill.
INEXACT = ("contactor_welded", "meter_silent", "meter_rubbish", "meter_foreign", "meter_backwards")


class AnyLife(RuleBasedStateMachine):
    """A station with two connectors and one reader, and everything around it."""

    def __init__(self):
        super().__init__()
        self.stage = None

    @initialize(seed=st.integers(1, 50))
    def begin(self, seed):
        """The power comes on."""
        self.stage = Watched(seed)
        self.stage.start()
        self.stage.advance(5)

    # -- people ---------------------------------------------------------------------------------

    @rule(
        number=CONNECTORS,
        amps=st.sampled_from([8, 16, 32]),
        kind=st.integers(0, 5),
        cable_a=st.sampled_from([32, 32, 20, 13, 63, None]),
    )
    def plug_in(self, number, amps, kind, cable_a=32):
        """Plug in a vehicle of some kind, or take power with the one that is there."""
        vehicle = self.stage.world.connectors[number].vehicle
        if vehicle.plugged:
            vehicle.request_power(amps)
        else:
            vehicle.plug_in(
                amps,
                phases=1 if kind == 1 else 3,
                ignores_stop=kind == 2,
                ventilation=kind == 3,
                simplified=kind == 4,
                asleep=kind == 5,
                cable_a=cable_a,
            )
        self.stage.advance(2)

    @rule(number=CONNECTORS, wait_s=st.sampled_from([0, 0.05, 3]))
    def unplug(self, number, wait_s):
        """Pull the plug."""
        vehicle = self.stage.world.connectors[number].vehicle
        if vehicle.plugged:
            vehicle.unplug()
        self.stage.advance(wait_s)

    @rule(number=CONNECTORS)
    def stop_power(self, number):
        """The vehicle has had enough."""
        vehicle = self.stage.world.connectors[number].vehicle
        if vehicle.plugged:
            vehicle.stop_power()
        self.stage.advance(2)

    @rule(uid=TAGS, wait_s=st.sampled_from([0.3, 1.5, 8]))
    def tap(self, uid, wait_s):
        """Hold a card to the reader."""
        self.stage.tap(uid)
        self.stage.advance(wait_s)

    @rule(uid=OURS, number=CONNECTORS, kind=st.sampled_from([0, 1, 2]))
    def charge(self, uid, number, kind=0):
        """What people mostly do."""
        self.plug_in(number, 16, kind)
        self.tap(uid, 8)
        self.stage.advance(5)

    @rule(uid=OURS, number=CONNECTORS, kind=st.sampled_from([0, 2]), unplugs=st.booleans())
    def whole_session(self, uid, number, kind, unplugs):
        """From the plug to the plug; what was planned for its messages happens to them."""
        self.charge(uid, number, kind)
        if unplugs:
            self.unplug(number, 8)
        else:
            self.tap(uid, 8)

    @rule(number=CONNECTORS, times=st.sampled_from([1, 5]), every_ms=st.sampled_from([40, 700]))
    def flap(self, number, times, every_ms):
        """S2 goes to and fro."""
        vehicle = self.stage.world.connectors[number].vehicle
        if vehicle.plugged:
            vehicle.flap(times, every_ms)
        self.stage.advance(3)

    @rule(
        number=CONNECTORS,
        factor=st.sampled_from([1.1, 1.5, 2.5]),
        seconds=st.sampled_from([3, 15]),
    )
    def overdraw(self, number, factor, seconds):
        """The vehicle draws more than it is offered, for a while."""
        vehicle = self.stage.world.connectors[number].vehicle
        vehicle.overdraws(factor)
        self.stage.advance(seconds)
        vehicle.overdraws(1)

    @rule(seconds=st.sampled_from([0.3, 6]))
    def technician(self, seconds):
        """Someone pushes the button."""
        self.stage.press_button(seconds)
        self.stage.advance(seconds + 0.5)

    # -- time and supply ------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0.01, 0.2, 1, 7, 30, 200]))
    def wait(self, seconds):
        """Time passes."""
        self.stage.advance(seconds)

    @rule(for_ms=st.sampled_from([0, 300, 20_000]), vehicles=st.booleans())
    def power_cut(self, for_ms, vehicles):
        """The supply goes at this moment, and comes back."""
        self.stage.power_cut()
        self.stage.advance(for_ms / 1000)
        if not vehicles:
            self.unplug(1, 0)
        self.stage.start()
        self.stage.advance(1)

    @rule(operations=st.integers(0, 12), torn=st.sampled_from([None, 20, 4096]))
    def power_cut_in_a_write(self, operations, torn):
        """The supply will go in a store operation soon."""
        self.stage.target.store.cut_after(operations, torn)

    @precondition(lambda self: self.stage and not self.stage.on)
    @rule()
    def power_on(self):
        """The supply comes back."""
        self.stage.start()
        self.stage.advance(1)

    @rule(seconds=st.sampled_from([0.2, 3, 60]))
    def mains_off(self, seconds):
        """No mains for a while; the station's electronics live on."""
        self.stage.world.mains.switch(False)
        self.stage.advance(seconds)
        self.stage.world.mains.switch(True)
        self.stage.advance(1)

    @rule(volts=st.sampled_from([275, 185, 108, 60]), seconds=st.sampled_from([0.1, 4, 25]))
    def voltage(self, volts, seconds):
        """The mains is too high, too low or hardly there, on all phases."""
        self.stage.world.mains.set_voltage([volts * 1000] * 3)
        self.stage.advance(seconds)
        self.stage.world.mains.set_voltage([230_000] * 3)
        self.stage.advance(1)

    @rule(number=CONNECTORS, celsius=st.sampled_from([62, 68, 75]), cools=st.booleans())
    def heat(self, number, celsius, cools):
        """It becomes hot inside, and perhaps cool again."""
        self.stage.world.connectors[number].temperature_c = celsius
        self.stage.advance(12)
        if cools:
            self.stage.world.connectors[number].temperature_c = 25
            self.stage.advance(1)

    @rule(ms=st.sampled_from([60, 150, 1200]))
    def hang(self, ms):
        """The interpreter is held up."""
        if self.stage.on:
            self.stage.hang(ms)
        self.stage.advance(0.5)

    @rule(
        name=FAULTS, number=CONNECTORS, seconds=st.sampled_from([0.05, 3, 45]), stays=st.booleans()
    )
    def fault(self, name, number, seconds, stays):
        """Something breaks, for a while or for longer."""
        self.stage.exact = self.stage.exact and name not in INEXACT
        self.stage.world.fault(name, number)
        self.stage.advance(seconds)
        if not stays:
            self.stage.world.clear_fault(name, number)
            self.stage.advance(1)

    # -- network and back end -------------------------------------------------------------------

    @rule(how=st.sampled_from(["up", "down", "cut", "freeze", "thaw", "stop", "start"]))
    def network(self, how):
        """The way to the back end, and the back end itself."""
        stage = self.stage
        if how in ("up", "down"):
            stage.network.up = how == "up"
        elif how in ("start", "stop"):
            if stage.csms.listening != (how == "start"):
                getattr(stage.csms, how)()
        elif how != "thaw" or stage.network.frozen:
            getattr(stage.network, how)()
        stage.advance(3)

    @rule(action=ACTIONS, treatment=TREATMENTS)
    def misbehave(self, action, treatment):
        """The back end will treat the next call of an action in some way."""
        self.stage.csms.answer(action, **treatment)

    @rule(action=st.sampled_from(["StartTransaction", "StopTransaction"]), treatment=TREATMENTS)
    def misbehave_in_a_session(self, action, treatment):
        """The next message that bills will be treated in some way."""
        self.misbehave(action, treatment)
        self.whole_session(CARDS["ours"], 1, 0, False)

    @rule(stops=st.sampled_from(["true", "false"]), status=st.sampled_from(["Invalid", "Blocked"]))
    def refuse_a_start(self, stops, status):
        """The back end finds only in StartTransaction that it does not want this card."""
        wanted = {"key": "StopTransactionOnInvalidId", "value": stops}
        self._call("ChangeConfiguration", wanted, 0.2)
        refusal = {"idTagInfo": {"status": status}}
        self.stage.csms.answer("StartTransaction", with_=lambda usual: {**usual, **refusal})
        self.charge(CARDS["ours"], 2)

    @rule(status=st.sampled_from(["Accepted", "Pending", "Rejected"]))
    def register(self, status):
        """How the next BootNotification will be answered."""
        self.stage.csms.boot_policy(status, interval=5)

    @rule(status=st.sampled_from([None, 401, 503]))
    def http(self, status):
        """How the next upgrade will be answered."""
        self.stage.csms.http_status = status

    @rule(text=TIMES)
    def tell_time(self, text):
        """The back end's clock is wrong, or it has none."""
        answer = {"currentTime": text}
        self.stage.csms.answer("Heartbeat", with_=answer)
        self.stage.csms.answer("BootNotification", with_=lambda usual: {**usual, **answer})

    @rule(seconds=st.sampled_from([0.5, 8, 60]), number=CONNECTORS, comes=st.booleans())
    def store_full(self, seconds, number, comes):
        """The store refuses every write for a while, and perhaps a driver comes just then."""
        self.stage.target.store.full = True
        if comes:
            self.charge(CARDS["family"], number)
        self.stage.advance(seconds)
        self.stage.target.store.full = False
        self.stage.advance(2)

    @rule(status=st.sampled_from(["Invalid", "Blocked", "Accepted"]))
    def judge(self, status):
        """The back end thinks otherwise of a card."""
        self.stage.csms.add_card("11223344", status, parent="OTHERS")

    def _call(self, action, payload, wait_s=1):
        if self.stage.csms.online(IDENTITY):
            self.stage.csms.call(IDENTITY, action, payload)
        self.stage.advance(wait_s)

    @rule(tag=ID_TAGS, number=st.sampled_from([None, 0, 1, 2, 3]))
    def remote_start(self, tag, number):
        """RemoteStartTransaction."""
        payload = {"idTag": tag}
        if number is not None:
            payload["connectorId"] = number
        self._call("RemoteStartTransaction", payload, 8)

    @rule(which=st.integers(-1, 3))
    def remote_stop(self, which):
        """RemoteStopTransaction of one of the sessions, or of none."""
        self._call("RemoteStopTransaction", {"transactionId": which})

    @rule(number=CONNECTORS)
    def unlock(self, number):
        """UnlockConnector."""
        self._call("UnlockConnector", {"connectorId": number}, 2)

    @rule(kind=st.sampled_from(["Soft", "Hard"]), wait_s=st.sampled_from([0, 1, 12]))
    def reset(self, kind, wait_s):
        """Reset."""
        self._call("Reset", {"type": kind}, wait_s)

    @rule(number=st.sampled_from([0, 1, 2]), kind=st.sampled_from(["Operative", "Inoperative"]))
    def change_availability(self, number, kind):
        """ChangeAvailability."""
        self._call("ChangeAvailability", {"connectorId": number, "type": kind})

    @rule(
        number=st.sampled_from([0, 1, 2]),
        tag=ID_TAGS,
        parent=st.sampled_from([None, "FAMILY"]),
        reservation=st.integers(1, 2),
        for_s=st.sampled_from([3, 60]),
    )
    def reserve(self, number, tag, parent, reservation, for_s):
        """ReserveNow."""
        payload = {"connectorId": number, "idTag": tag, "reservationId": reservation}
        payload["expiryDate"] = self.stage.time_text(for_s)
        if parent is not None:
            payload["parentIdTag"] = parent
        self._call("ReserveNow", payload)

    @rule(reservation=st.integers(1, 2))
    def cancel_reservation(self, reservation):
        """CancelReservation."""
        self._call("CancelReservation", {"reservationId": reservation})

    @rule(change=CHANGES)
    def change_configuration(self, change):
        """ChangeConfiguration."""
        self._call("ChangeConfiguration", {"key": change[0], "value": change[1]})

    @rule(
        number=st.sampled_from([0, 1, 2]),
        purpose=st.sampled_from(["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]),
        limits=st.lists(st.sampled_from([0, 6, 7.5, 16, 40]), min_size=1, max_size=3),
        every_s=st.sampled_from([1, 7, 100]),
        stack=st.sampled_from([0, 9]),
    )
    def charging_profile(self, number, purpose, limits, every_s, stack):
        """SetChargingProfile."""
        periods = [{"startPeriod": at * every_s, "limit": a} for at, a in enumerate(limits)]
        schedule = {"chargingRateUnit": "A", "chargingSchedulePeriod": periods}
        profile = {"chargingProfileId": number, "stackLevel": stack, "chargingSchedule": schedule}
        profile["chargingProfilePurpose"] = purpose
        profile["chargingProfileKind"] = "Relative"
        self._call("SetChargingProfile", {"connectorId": number, "csChargingProfiles": profile}, 2)

    @rule(purpose=st.sampled_from([None, "TxDefaultProfile", "ChargePointMaxProfile"]))
    def clear_profiles(self, purpose):
        """ClearChargingProfile."""
        self._call("ClearChargingProfile", purpose and {"chargingProfilePurpose": purpose} or {})

    @rule(
        message=st.sampled_from(["MeterValues", "StatusNotification", "Heartbeat"]),
        number=st.sampled_from([None, 0, 1, 2]),
    )
    def trigger(self, message, number):
        """TriggerMessage."""
        payload = {"requestedMessage": message}
        if number is not None:
            payload["connectorId"] = number
        self._call("TriggerMessage", payload)

    # -- the end --------------------------------------------------------------------------------

    def teardown(self):
        """Mend everything; then the back end's record must equal the meters'."""
        if self.stage is None:
            return
        with self.stage as stage:
            stage.heal()
            _check_bill(stage)


def _check_bill(stage):
    sessions = stage.sessions()
    for session in sessions:
        assert session["meter_start"] is not None, f"no start: {session}"
        assert session["reason"], f"no stop: {session}"
        assert session["meter_stop"] >= session["meter_start"], session
    for number in stage.world.connectors:
        of_it = [session for session in sessions if session["connector"] == number]
        billed_wh = sum(session["meter_stop"] - session["meter_start"] for session in of_it)
        flowed_wh = stage.flowed_wh(number)
        assert billed_wh <= flowed_wh, f"{billed_wh} Wh billed, {flowed_wh} Wh flowed"
        assert billed_wh == flowed_wh or not stage.exact, f"{billed_wh} of {flowed_wh} Wh billed"
        _check_order(of_it)
    assert stage.csms.violations(IDENTITY) == []


def _check_order(sessions):
    """No two sessions of one connector share a Wh or a second of time."""
    ordered = sorted(sessions, key=lambda session: session["meter_start"])
    for one, other in zip(ordered, ordered[1:]):
        assert one["meter_stop"] <= other["meter_start"], (one, other)


def test_bill_equals_the_meter_after_any_life():
    """DESIGN.md §6; OCPP 1.6 §3.7, §4.8; IEC 61851-1 table A.6."""
    examples = int(os.environ.get("PILOTLIGHT_EXAMPLES", "60"))
    run_state_machine_as_test(
        AnyLife,
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
