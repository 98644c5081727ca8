"""A meter that signs: its texts reach the back end byte for byte, or the session goes on."""

import pytest

from host_tests.harness.stage import CARD_TAG, IDENTITY, Stage
from host_tests.harness.targets.base import Unavailable

SETTINGS = {"AllowOfflineTxForUnknownId": "true"}


@pytest.fixture(params=["in_process", "unix"])
def make(request, tmp_path):
    stages = []

    def make(**settings):
        try:
            made = Stage(
                request.param, tmp_path, meter="SIGNING", settings={**SETTINGS, **settings}
            )
        except Unavailable as reason:
            pytest.skip(str(reason))
        stages.append(made)
        made.start()
        return made.ready()

    yield make
    for stage in stages:
        stage.__exit__()


def meter_of(stage):
    return stage.wiring.meters[1]


def signed_of(stage):
    """[(context, text)] of the signed values in the only stop."""
    (stop,) = stage.csms.calls(IDENTITY, "StopTransaction")
    samples = [
        sample for each in stop.get("transactionData", ()) for sample in each["sampledValue"]
    ]
    assert all(sample["format"] == "SignedData" for sample in samples)
    return [(sample["context"], sample["value"]) for sample in samples]


def assert_whole(stage):
    texts = meter_of(stage).signed
    assert signed_of(stage) == [("Transaction.Begin", texts[0]), ("Transaction.End", texts[-1])]
    assert '"TX":"B"' in texts[0].replace(" ", "") and '"TX":"E"' in texts[-1].replace(" ", "")
    assert stage.csms.violations(IDENTITY) == []


def test_signed_begin_and_end_are_those_of_the_meter(make):
    """OCA, Signed Meter Values: nothing flows before the begin is signed; the end is awaited."""
    stage = make()
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: meter_of(stage).signed, 20, "the first signature")
    assert not stage.contactor.closed
    stage.until_status("Charging")
    stage.advance(60)
    stage.tap()
    session = stage.finished_session()
    assert len(meter_of(stage).signed) == 2
    assert session["meter_stop"] == stage.meter_wh and session["id_tag"] == CARD_TAG
    assert_whole(stage)


def test_signed_texts_survive_an_outage_and_a_power_cut(make):
    """The begin is on flash before the start; the end is signed after the restart."""
    stage = make()
    stage.csms.stop()
    stage.advance(40)
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 90, "energy without a back end")
    stage.advance(60)
    stage.power_cut()
    stage.advance(5)
    stage.start()
    stage.advance(40)
    stage.csms.start()
    assert stage.finished_session()["reason"] == "PowerLoss"
    assert_whole(stage)


def test_long_signed_text_is_carried_and_one_beyond_the_bound_is_left_out(make):
    """standards.md §1.6: up to 2500; a text that is cut short would prove nothing."""
    stage = make()
    meter_of(stage).padding = 1900
    # A question takes a step, and an idle station's steps are long.
    stage.pace.wake(60_000)
    stage.charge(20)
    meter_of(stage).padding = 2600
    stage.tap()
    stage.finished_session()
    assert signed_of(stage) == [("Transaction.Begin", meter_of(stage).signed[0])]
    assert 2000 < len(meter_of(stage).signed[0]) < 2500


def test_meter_that_never_signs_holds_no_one_for_longer_than_the_standard_says(make):
    """OCA: up to 30 s; then start and stop go without."""
    stage = make()
    meter_of(stage).mute = True
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.advance(25)
    assert not stage.contactor.closed
    stage.until(lambda: stage.contactor.closed, 30, "energy without a signature")
    stage.advance(30)
    stage.tap()
    assert stage.finished_session()["meter_stop"] == stage.meter_wh
    assert signed_of(stage) == []


def test_driver_who_leaves_before_the_signature_leaves_none_to_the_next(make):
    stage = make()
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: meter_of(stage).signed, 20, "the first signature")
    stage.vehicle.unplug()
    stage.advance(15)
    stage.charge(20)
    stage.tap()
    stage.finished_session()
    texts = meter_of(stage).signed
    assert len(texts) == 3
    assert [text for _, text in signed_of(stage)] == texts[1:]


def test_signing_can_be_switched_off(make):
    stage = make(SampledDataSignReadings="false")
    stage.charge(20)
    stage.tap()
    stage.finished_session()
    assert meter_of(stage).signed == [] and signed_of(stage) == []
