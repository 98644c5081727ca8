"""The power goes at every store operation while an order is set, and again in the recovery.

After the cut the station is as it was or wholly as ordered, and as ordered once that was answered;
the same order, given again, ends well. A wrong code that was judged was counted.
"""

import itertools

import pytest

from host_tests.harness.stage import Stage
from host_tests.harness.store import MemoryStore, PowerCut
from host_tests.powercut.stories import recover

WHOLE = {"nothing of it": None, "half of it": 20, "all of it, unacknowledged": 8192}
PEM = "-----BEGIN CERTIFICATE-----\n" + "QUJD" * 200 + "\n-----END CERTIFICATE-----\n"
OLD = {
    "Identity": "PL-0001",
    "SupplyLimit": "32",
    "TariffText": "",
    "Earthing": "TN",
    "SupplyLimitLock": "false",
}
NEW = {
    "Identity": "BE-1",
    "SupplyLimit": "13",
    "TariffText": "30 ct",
    "Earthing": "TT",
    "SupplyLimitLock": "true",
}
ORDER = {
    "ask": "apply",
    "settings": {name: NEW[name] for name in NEW if name != "SupplyLimitLock"},
    "files": {"tls_ca": PEM},
    "new_code": "hutzli",
}


def is_set(stage, store):
    """(the settings of the order, the file, whether there is a code) as they are."""
    answer = stage.console({"ask": "settings", "names": list(OLD)})
    values = {row["name"]: row["value"] for row in answer["settings"]}
    return values, store.files.get("tls_ca"), stage.console({"ask": "unit"})["code"]


def until_cut(stage, store, act, cuts):
    """``act``, then a start for each further cut; how many cuts there were."""
    for number, cut in enumerate(cuts):
        store.restore_power()
        store.cut_after(*cut)
        try:
            act()
        except PowerCut:
            stage.power_cut()
            stage.advance(1)
        else:
            store.restore_power()
            return number
        act = lambda: (stage.start(), stage.advance(3))  # noqa: E731
    store.restore_power()
    return len(cuts)


@pytest.fixture
def make_stage_with(tmp_path):
    def make(name):
        store = MemoryStore()
        stage = Stage("in_process", tmp_path / name, store=store)
        stage.csms.add_charge_point("BE-1")
        return stage, store

    return make


def judge(make_stage_with, name, *cuts):
    """Play it with ``cuts``; how many of them there were."""
    stage, store = make_stage_with(name)
    told = []
    with stage:
        stage.start()
        stage.ready()
        count = until_cut(stage, store, lambda: told.append(stage.console(ORDER)), cuts)
        if not stage.on:
            stage.start()
        stage.until(lambda: stage.facts()["registration"] == "accepted", 240, "accepted")
        old, new = (OLD, None, False), (NEW, PEM.encode(), True)
        now = is_set(stage, store)
        assert now in (old, new), f"cuts {cuts}: {now}"
        assert not told or now == new, f"cuts {cuts}: answered {told}, but {now}"
        again = stage.console({**ORDER, "code": "hutzli"})
        assert again["ok"], f"cuts {cuts}: {again}"
        assert is_set(stage, store) == new
        assert stage.facts()["damaged_settings"] == [] and stage.restarts == 0
        assert not any("Traceback" in text for _, _, text in stage.log)
    return count


@pytest.mark.parametrize("torn", WHOLE)
def test_order_survives_a_power_cut_at_every_store_operation(
    make_stage_with, torn, record_property
):
    """As it was, or wholly as ordered."""
    cuts = 0
    while judge(make_stage_with, str(cuts), (cuts, WHOLE[torn])):
        cuts += 1
    record_property("power cuts", cuts)
    # The record, five settings, the code, a file, the record's end at least.
    assert cuts >= 8


def test_order_survives_a_second_power_cut_in_the_recovery(make_stage_with, record_property):
    """What is done again is done again."""
    count = 0
    for first in range(1, 9, 2):
        for second in itertools.count(0, 2):
            found = judge(make_stage_with, f"{first} {second}", (first, 20), (second, 20))
            count += found
            if found < 2:
                break
    record_property("power cuts", count)
    assert count >= 30


def test_wrong_code_that_was_judged_was_counted_whenever_the_power_goes(
    make_stage_with, record_property
):
    """No cut makes a try free."""
    cuts = 0
    wrong = {"ask": "apply", "settings": {"SupplyLimit": "6"}, "code": "guess"}
    while True:
        stage, store = make_stage_with(f"code {cuts}")
        told = []
        with stage:
            stage.start()
            stage.ready()
            assert stage.console({"ask": "lock", "new": "hutzli"})["ok"]

            def guess(stage=stage, told=told):
                for _ in range(3):
                    told.append(stage.console(wrong)["errors"]["code"])

            was_cut = until_cut(stage, store, guess, ((cuts, 20),))
            if not was_cut:
                break
            recover(stage)
            # The first request begins the wait that is due.
            stage.console({"ask": "unit"})
            stage.advance(5)
            (why,) = stage.console(wrong)["errors"].values()
            counted = [len(told) + 1, len(told) + 2]
            assert any(f"wrong, {tries} in a row" in why for tries in counted), why
        cuts += 1
    record_property("power cuts", cuts)
    assert cuts >= 3
