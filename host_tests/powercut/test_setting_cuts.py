"""The power goes at every store operation while the back end changes settings and availability.

After the cut the station starts again. What was answered Accepted (RebootRequired, Scheduled) is
so; what was not answered is wholly so, or not at all; and what the back end reads and is told is
what the station does.
"""

import contextlib
import itertools

import pytest

from host_tests.harness.stage import IDENTITY, Stage
from host_tests.harness.store import MemoryStore
from host_tests.powercut.stories import SETTINGS, play

WHOLE = {"nothing of it": None, "half of it": 20, "all of it, unacknowledged": 4096}
DONE = ("Accepted", "RebootRequired", "Scheduled")
FIRST_KEY, SECOND_KEY = "the-first-password", "0123456789abcdef" * 2


class Told:
    """What the back end asked for, in order: ``wishes`` is (pending, name, value)."""

    def __init__(self, stage):
        self.stage = stage
        self.wishes = []

    def ask(self, action, payload, name, value, status="Accepted"):
        """Call for ``value`` of ``name``, and wait for the answer."""
        pending = self.stage.csms.call(IDENTITY, action, payload)
        self.wishes.append((pending, name, value))
        self.stage.until(lambda: pending.done, 30, f"an answer to {action}")
        assert pending.result == {"status": status}

    def change(self, key, value, status="Accepted"):
        self.ask("ChangeConfiguration", {"key": key, "value": value}, key, value, status)

    def available(self, connector, operative, status="Accepted"):
        kind = "Operative" if operative else "Inoperative"
        names = (connector,) if connector else (0, 1, 2)
        payload = {"connectorId": connector, "type": kind}
        self.ask("ChangeAvailability", payload, names, operative, status)

    def possible(self, name, before):
        """The values that ``name`` may have now; ``before`` is the one it had at first."""
        values = [before]
        for pending, names, value in self.wishes:
            if name == names or (type(names) is tuple and name in names):
                answered = pending.done and pending.result and pending.result["status"] in DONE
                values = [value] if answered else values + [value]
        return values


def several_keys(stage, told):
    """Longer, shorter, empty, twice the same key; one asks for a reboot, and gets it."""
    told.change("MeterValueSampleInterval", "9")
    told.change("TariffText", "39 ct/kWh. " * 20)
    told.change("StopTxnSampledData", "")
    told.change("MeterValueSampleInterval", "3600")
    told.change("SimplifiedPilot", "false", "RebootRequired")
    reset = stage.csms.call(IDENTITY, "Reset", {"type": "Soft"})
    stage.until(lambda: reset.done, 30, "an answer")
    stage.until(lambda: stage.restarts == 1, 30, "the reset")
    again_accepted(stage)
    told.change("TariffText", "")


def credentials(stage, told):
    """Each takes effect with the next connection; the new key is the only one from its answer."""
    told.change("AuthorizationKey", SECOND_KEY)
    stage.csms.add_charge_point(IDENTITY, bytes.fromhex(SECOND_KEY))
    reconnected(stage)
    told.change("SecurityProfile", "1")
    reconnected(stage)


def availability(stage, told):
    """Connector 1, the station, scheduled during a transaction for one and for all of it."""
    told.available(1, False)
    told.available(1, True)
    told.available(0, False)
    told.available(0, True)
    stage.charge(5)
    told.available(1, False, "Scheduled")
    told.available(1, True)
    told.available(2, False)
    told.available(0, False, "Scheduled")
    stage.tap()
    stage.until_status("Unavailable", 30)
    told.available(2, True)


def reconnected(stage):
    stage.advance(3)
    stage.until(lambda: stage.csms.online(IDENTITY), 60, "a connection")


def again_accepted(stage):
    """However the station came to be where it is."""
    stage.until(lambda: stage.facts()["registration"] == "accepted", 240, "accepted")
    stage.until(lambda: stage.csms.online(IDENTITY), 60, "a connection")
    stage.advance(3)


@pytest.fixture
def after_cut(tmp_path):
    """Plays a story with one cut, and gives (whether there was one, stage, told) when all is
    calm."""

    @contextlib.contextmanager
    def after_cut(story, cut, torn, **options):
        store = MemoryStore()
        settings = {**SETTINGS, "AuthorizationKey": FIRST_KEY}
        folder = tmp_path / f"{cut}"
        with Stage("in_process", folder, settings=settings, store=store, **options) as stage:
            stage.csms.add_charge_point(IDENTITY, FIRST_KEY)
            told = Told(stage)

            def begin(stage):
                stage.start()
                stage.ready()
                story(stage, told)

            cuts = play(stage, store, begin, ((cut, torn),))
            store.restore_power()
            again_accepted(stage)
            yield cuts == 1, stage, told

    return after_cut


def is_set(stage, name):
    """The value that the back end reads."""
    asked = stage.csms.call(IDENTITY, "GetConfiguration", {"key": [name]})
    stage.until(lambda: asked.done, 30, "an answer")
    return asked.result["configurationKey"][0]["value"]


def at_every_cut(judge, record_property):
    """``judge(cut)`` until it tells that there was none."""
    cuts = next(cut for cut in itertools.count() if not judge(cut))
    record_property("power cuts", cuts)
    return cuts


@pytest.mark.parametrize("torn", WHOLE)
def test_settings_survive_a_power_cut_at_every_store_operation(after_cut, torn, record_property):
    """OCPP 1.6 §5.3: old or new, never half, and new once that was answered."""
    first = {
        "MeterValueSampleInterval": "7",
        "TariffText": "",
        "StopTxnSampledData": "Energy.Active.Import.Register",
        "SimplifiedPilot": "true",
    }

    def judge(cut):
        with after_cut(several_keys, cut, WHOLE[torn]) as (was_cut, stage, told):
            for key, before in first.items():
                assert is_set(stage, key) in told.possible(key, before), f"cut {cut}: {key}"
            assert stage.facts()["damaged_settings"] == [], f"cut {cut}"
        return was_cut

    assert at_every_cut(judge, record_property) >= 8


@pytest.mark.parametrize("torn", WHOLE)
def test_station_gets_in_after_a_power_cut_at_every_store_operation_of_new_credentials(
    after_cut, torn, record_property
):
    """OCPP 1.6 security A01, A05: the back end knows one key, the one that was answered last."""

    def story(stage, told):
        try:
            credentials(stage, told)
        finally:
            keys = told.possible("AuthorizationKey", FIRST_KEY)
            right = bytes.fromhex(SECOND_KEY) if keys == [SECOND_KEY] else FIRST_KEY
            stage.csms.add_charge_point(IDENTITY, right)

    def judge(cut):
        with after_cut(story, cut, WHOLE[torn]) as (was_cut, stage, told):
            profile = is_set(stage, "SecurityProfile")
            assert profile in told.possible("SecurityProfile", "0"), f"cut {cut}"
            # With what the back end refused once it does not come again.
            stage.csms.drop(IDENTITY)
            again_accepted(stage)
        return was_cut

    assert at_every_cut(judge, record_property) >= 6


@pytest.mark.parametrize("torn", WHOLE)
def test_availability_survives_a_power_cut_at_every_store_operation(
    after_cut, torn, record_property
):
    """OCPP 1.6 §4.9, §5.2: kept over a restart, and the back end is told what is so."""

    def judge(cut):
        with after_cut(availability, cut, WHOLE[torn], connectors=2) as (was_cut, stage, told):
            stage.until(lambda: stage.facts()["undelivered"] == 0, 120, "delivery")
            if stage.vehicle.plugged:
                stage.vehicle.unplug()
            stage.advance(5)
            operative = [stage.status(number) != "Unavailable" for number in (0, 1, 2)]
            # A connector of a station that is out of service is, too.
            meant = [told.possible(number, True) for number in (0, 1, 2)]
            allowed = [[a, a and b, a and c] for a, b, c in itertools.product(*meant)]
            assert operative in allowed, f"cut {cut}: {operative}, expected one of {allowed}"
        return was_cut

    assert at_every_cut(judge, record_property) >= 12
