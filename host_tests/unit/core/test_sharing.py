"""core/sharing: who may draw how much, judged by what vehicles may draw."""

from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.core import timing
from chargepoint.core.sharing import Sharing

FOLLOW_MS = 5000
STEP_MS = 100


class Outlet:
    """A connector that signals what it was granted, at most every 5 s, and a vehicle that draws
    all it may and takes 5 s to draw less."""

    def __init__(self):
        self.offered_ma = 0
        self.draws_ma = 0
        self.told_ms = -timing.DUTY_INTERVAL_MS
        self.energised = False
        self.wanted_ma = 0

    def step(self, granted_ma, now_ms):
        limit_ma = granted_ma if granted_ma >= 6000 else 0
        ends = limit_ma == 0
        if limit_ma != self.offered_ma and (
            ends or now_ms - self.told_ms >= timing.DUTY_INTERVAL_MS
        ):
            self.offered_ma = limit_ma
            self.told_ms = now_ms
        if self.offered_ma:
            self.energised = True
        if now_ms - self.told_ms >= FOLLOW_MS or self.offered_ma > self.draws_ma:
            self.draws_ma = self.offered_ma
            self.energised = self.draws_ma > 0


class Site:
    def __init__(self, count, total_ma=32_000):
        self.sharing = Sharing(count)
        self.outlets = [Outlet() for _ in range(count)]
        self.total_ma = total_ma
        self.now_ms = 0
        self.lowered_ms = -60_000

    def supply(self, total_ma):
        if total_ma < self.total_ma:
            self.lowered_ms = self.now_ms
        self.total_ma = total_ma

    def run(self, seconds):
        for _ in range(int(seconds * 1000) // STEP_MS):
            self.now_ms += STEP_MS
            for at, outlet in enumerate(self.outlets):
                outlet.step(self.sharing.granted_ma[at], self.now_ms)
            for at, outlet in enumerate(self.outlets):
                offered_ma, wanted_ma = outlet.offered_ma, outlet.wanted_ma
                self.sharing.look(at, offered_ma, outlet.energised, wanted_ma, self.now_ms)
            self.sharing.share(self.total_ma)
            assert sum(self.sharing.granted_ma) <= self.total_ma
            if self.now_ms - self.lowered_ms > timing.DUTY_INTERVAL_MS + FOLLOW_MS:
                assert sum(outlet.draws_ma for outlet in self.outlets) <= self.total_ma

    def want(self, *wanted_ma):
        for outlet, each in zip(self.outlets, wanted_ma, strict=True):
            outlet.wanted_ma = each

    @property
    def granted(self):
        return self.sharing.granted_ma


def test_one_that_charges_alone_gets_all():
    site = Site(2)
    site.want(32_000, 0)
    site.run(1)
    assert site.granted == [32_000, 0]


def test_newcomer_waits_until_the_other_has_come_down():
    """Row 6 of IEC 61851-1 A.6: a vehicle may take 5 s."""
    site = Site(2)
    site.want(32_000, 0)
    site.run(10)
    site.want(32_000, 32_000)
    site.run(4.9)
    assert site.granted == [16_000, 0]
    site.run(7)
    assert site.granted == [16_000, 16_000]
    site.want(0, 32_000)
    site.run(13)
    assert site.granted == [0, 32_000]


def test_what_one_can_not_take_the_other_gets():
    site = Site(3)
    site.want(8_000, 32_000, 32_000)
    site.run(30)
    assert site.granted == [8_000, 12_000, 12_000]


def test_too_little_for_two_serves_the_one_that_charges():
    """Less than 6 A can't be offered (table A.7)."""
    site = Site(2, total_ma=11_000)
    site.want(0, 16_000)
    site.run(10)
    site.want(16_000, 16_000)
    site.run(30)
    assert site.granted == [0, 11_000]
    site.want(16_000, 0)
    site.run(30)
    assert site.granted == [11_000, 0]


def test_too_little_for_anyone_serves_no_one():
    site = Site(2)
    site.want(16_000, 16_000)
    site.run(30)
    site.supply(5_999)
    site.run(1)
    assert site.granted == [0, 0]


MA = st.one_of(st.just(0), st.integers(0, 40).map(lambda a: a * 1000), st.integers(0, 40_000))


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 4),
    st.lists(st.tuples(MA, st.lists(MA, min_size=4, max_size=4), st.integers(0, 20)), max_size=12),
)
def test_vehicles_never_draw_more_in_sum_than_the_supply_gives(count, changes):
    """Whatever changes, and when: asserted in each step of the site."""
    site = Site(count)
    for total_ma, wanted_ma, seconds in changes:
        site.supply(total_ma)
        site.want(*wanted_ma[:count])
        site.run(seconds)
    site.run(40)
    wanting = [o.wanted_ma for o in site.outlets if o.wanted_ma >= 6000]
    served = [each for each in site.granted if each]
    assert len(served) == min(len(wanting), site.total_ma // 6000)
    assert all(each >= 6000 for each in served)
    # No more could be given to anyone without taking from someone who has no more than he.
    if len(served) == len(wanting):
        assert sum(served) >= min(site.total_ma - count, sum(wanting))
