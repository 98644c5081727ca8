"""The limit of a site, kept over OCPP with stations that run the real firmware."""

import pytest

from host_tests.month.fleet import Fleet
from tools.back_office import Office
from tools.back_office.site_keeper import FALLBACK_ID, SHARE_ID, Keeper

TAG = "04A1B2C3D4E580"
SETTINGS = {
    "WebSocketPingInterval": "600",
    "StopTxnSampledData": "",
    "AllowOfflineTxForUnknownId": "true",
}
LIMIT_MA = 32_000


class Worst:
    """The most that flowed on each phase of the site, looked at after every step."""

    def __init__(self, fleet, order=("123",) * 9):
        self._stages = fleet.stages
        self._order = {stage.identity: order[at] for at, stage in enumerate(fleet.stages)}
        self._drawn = {stage.identity: [0, 0, 0] for stage in fleet.stages}
        self.most_ma = [0, 0, 0]
        fleet.watchers.append(self.look)

    def look(self, stage):
        mine = stage.outlet.meter.current_ma
        drawn = self._drawn[stage.identity] = [0, 0, 0]
        for at, digit in enumerate(self._order[stage.identity]):
            drawn[int(digit) - 1] = mine[at]
        sums = [sum(column) for column in zip(*self._drawn.values())]
        self.most_ma = [max(pair) for pair in zip(self.most_ma, sums)]


@pytest.fixture
def fleet(tmp_path):
    with Fleet(tmp_path, 3, settings=SETTINGS, meter="PZEM004T") as fleet:
        yield fleet


@pytest.fixture
def office(fleet):
    office = Office(fleet.csms)
    site = office.keeper.sites.add("Yard", (LIMIT_MA,) * 3)
    for stage in fleet.stages:
        office.keeper.sites.put(site, stage.identity)
        stage.start()
    office.keeper.look_soon()
    return office


def based(office):
    return lambda: all(known.based for known in office.keeper.known(1).values())


def plug(fleet, at, amps=32):
    stage = fleet.stages[at]
    fleet.wake(stage)
    stage.vehicle.plug_in(amps=amps)
    fleet.pass_to(fleet.now_ms + 3000)
    fleet.wake(stage)
    stage.tap()


def draws(fleet, at, amps):
    """Within what a duty can tell."""
    return lambda: amps * 1000 - 200 <= fleet.stages[at].outlet.meter.current_ma[0] <= amps * 1000


def test_stations_share_the_limit_and_never_exceed_it(fleet, office):
    """Issue 5: one comes, another comes, one goes."""
    fleet.until(based(office), 60, "the fallbacks")
    worst = Worst(fleet)
    plug(fleet, 0)
    fleet.until(draws(fleet, 0, 32), 60, "all for the first")
    plug(fleet, 1)
    fleet.until(draws(fleet, 1, 16), 60, "half for the second")
    assert draws(fleet, 0, 16)()
    fleet.wake(fleet.stages[0])
    fleet.stages[0].vehicle.unplug()
    fleet.until(draws(fleet, 1, 32), 60, "all for the second")
    assert max(worst.most_ma) <= LIMIT_MA


def test_station_off_line_falls_to_its_fallback_and_the_others_get_the_rest(fleet, office):
    """Its share ends by itself; until then it counts."""
    fleet.until(based(office), 60, "the fallbacks")
    worst = Worst(fleet)
    plug(fleet, 0)
    plug(fleet, 1)
    fleet.until(draws(fleet, 1, 16), 60, "half for each")
    fleet.stages[0].network.up = False
    fleet.pass_to(fleet.now_ms + 60_000)
    assert draws(fleet, 0, 16)() and draws(fleet, 1, 16)()
    fleet.until(draws(fleet, 0, 6), 3700, "the fallback")
    fleet.until(draws(fleet, 1, 26), 120, "the rest")
    fleet.stages[0].network.up = True
    fleet.until(draws(fleet, 0, 16), 1200, "half again")
    assert max(worst.most_ma) <= LIMIT_MA


def test_back_end_started_anew_knows_what_it_told(fleet, office):
    """What a station may hold is in the database before it is sent."""
    fleet.until(based(office), 60, "the fallbacks")
    worst = Worst(fleet)
    plug(fleet, 0)
    fleet.until(draws(fleet, 0, 32), 60, "all for the first")
    before = office.keeper.known(1)
    office.keeper.close()
    fleet.csms.stop()
    plug(fleet, 1)
    fleet.pass_to(fleet.now_ms + 20_000)
    fleet.csms.start()
    office.keeper = Keeper(office)
    after = office.keeper.known(1)
    assert {name: each.held for name, each in after.items()} == {
        name: each.held for name, each in before.items()
    }
    fleet.until(draws(fleet, 1, 16), 1200, "half for the second")
    assert max(worst.most_ma) <= LIMIT_MA


def test_station_that_refuses_or_says_nothing_is_not_counted_on(fleet, office):
    """A refusal changes nothing; after a silence both shares count."""
    fleet.until(based(office), 60, "the fallbacks")
    fleet.pass_to(fleet.now_ms + 20_000)
    worst = Worst(fleet)
    plug(fleet, 0)
    fleet.until(draws(fleet, 0, 32), 60, "all for the first")
    fleet.stages[0].network.freeze()
    plug(fleet, 1)
    fleet.pass_to(fleet.now_ms + 50_000)
    held = office.keeper.known(1)["S-00"].held
    assert [told.share_ma for told in held] == [32_000, 16_000]
    assert office.keeper.refusals["S-00"][0] == "Timeout"
    assert fleet.stages[1].outlet.meter.current_ma[0] == 0
    fleet.stages[0].network.thaw()
    fleet.until(draws(fleet, 1, 16), 1500, "half for the second")
    assert max(worst.most_ma) <= LIMIT_MA


def test_profiles_are_those_of_the_standard(fleet, office):
    """OCPP 1.6 §7.8: what any station understands, a fallback for ever and a share that ends."""
    fleet.until(based(office), 60, "the fallbacks")
    fleet.pass_to(fleet.now_ms + 30_000)
    sent = [raw for way, _, raw in fleet.csms.frames("S-01") if "SetChargingProfile" in raw]
    assert len(sent) == 2 and str(FALLBACK_ID) in sent[0] and str(SHARE_ID) in sent[1]
    assert "validTo" not in sent[0] and "validTo" in sent[1] and '"limit":0' in sent[1]
    assert not any(fleet.csms.violations(stage.identity) for stage in fleet.stages)


def test_site_whose_fallbacks_exceed_the_limit_is_not_set_up(office):
    sites = office.keeper.sites
    with pytest.raises(ValueError, match="36 A on L1"):
        for number in range(9):
            sites.put(1, f"X-{number}")
    assert len(sites.places(1)) == 5
    with pytest.raises(ValueError, match="6 A or more"):
        sites.change(1, (5000, 5000, 5000), "equal")
    assert sites.get(1).limit_ma == (LIMIT_MA,) * 3
    with pytest.raises(ValueError, match="on a site already"):
        sites.put(1, "S-00")
