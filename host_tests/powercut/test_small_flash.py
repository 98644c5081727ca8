"""A real littlefs that is too small for what happens off line: the whole station on it.

Readings are thinned, then no one begins; every start and stop that was made is delivered, also
when the power goes in between. unit/station/test_full_store.py has the finer steps.
"""

from host_tests.harness.flash import FlashFile
from host_tests.harness.stage import IDENTITY

SETTINGS = {
    "AllowOfflineTxForUnknownId": "true",
    "MeterValueSampleInterval": "1",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Voltage,Current.Import",
    "TransactionMessageRetryInterval": "5",
}


def test_station_on_a_small_flash_sells_only_what_it_keeps(make_stage_on, tmp_path):
    """Issue 4: what happens when flash is full."""
    chip = FlashFile(tmp_path / "chip", 26)
    with make_stage_on("unix", "stage", settings=SETTINGS, flash=chip) as stage:
        stage.start()
        stage.ready()
        stage.csms.stop()
        stage.advance(5)
        before_wh, count, began = stage.meter_wh, 0, True
        while began:
            stage.vehicle.plug_in(amps=16)
            stage.tap()
            stage.advance(10)
            began = stage.contactor.closed
            count += began
            stage.advance(60 if began else 0)
            if began and (count % 5 == 0 or stage.facts()["journal"]["shortage"] == 2):
                stage.power_cut()
                stage.advance(1)
                if count > 10:
                    # Starts and stops alone would go on for long: someone else takes some room.
                    stage.target.provision("other", bytes(4096 * (count - 10)))
                stage.start()
                stage.advance(20)
            stage.vehicle.unplug()
            stage.advance(5)
        facts = stage.facts()
        assert "store_full" in facts["faults"] and facts["journal"]["shortage"] == 3
        stage.csms.start()
        stage.until(lambda: stage.facts()["undelivered"] == 0, 4000, "delivery")
        sessions = stage.sessions()
        assert len(sessions) == count and all(each["reason"] for each in sessions)
        billed_wh = sum(each["meter_stop"] - each["meter_start"] for each in sessions)
        assert billed_wh == stage.meter_wh - before_wh
        stage.until(lambda: stage.facts()["faults"] == [], 60, "room")
        assert stage.restarts == 0 and stage.csms.violations(IDENTITY) == []
