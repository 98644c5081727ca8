"""world/contactor: coil, late contacts, a mirror, and what breaks."""

from host_tests.harness.world.contactor import Contactor
from host_tests.harness.world.schedule import Schedule


class Bench:
    def __init__(self, load_ma=0):
        self.schedule = Schedule()
        self.contactor = Contactor(self.schedule, lambda: load_ma)
        self.moves = []
        self.contactor.after_change = lambda: self.moves.append(
            (self.schedule.now_ms, self.contactor.closed)
        )

    def at(self, now_ms, action, *values):
        self.schedule.advance_to(now_ms)
        action(*values)


def test_contacts_follow_the_coil_late_and_the_mirror_follows_them():
    bench = Bench()
    bench.at(100, bench.contactor.drive, True)
    bench.schedule.advance_to(129)
    assert not bench.contactor.mirror_closed
    bench.schedule.advance_to(130)
    assert bench.contactor.mirror_closed
    bench.at(200, bench.contactor.drive, False)
    bench.schedule.advance_to(300)
    assert bench.moves == [(125, True), (220, False)]
    assert not bench.contactor.mirror_closed


def test_a_coil_released_before_the_contacts_met_closes_nothing():
    bench = Bench()
    bench.at(0, bench.contactor.drive, True)
    bench.at(20, bench.contactor.drive, False)
    bench.schedule.advance_to(500)
    assert bench.moves == []
    assert bench.contactor.cycles == 0


def test_repeating_the_same_wish_does_not_delay_it():
    bench = Bench()
    for now_ms in range(0, 30, 10):
        bench.at(now_ms, bench.contactor.drive, True)
    bench.schedule.advance_to(100)
    assert bench.moves == [(25, True)]


def test_bouncing_contacts_end_closed():
    bench = Bench()
    bench.contactor.bounces = 2
    bench.contactor.drive(True)
    bench.schedule.advance_to(100)
    assert bench.moves == [(25, True), (27, False), (29, True), (31, False), (33, True)]
    assert bench.contactor.mirror_closed


def test_welded_contacts_stay_closed_until_they_are_freed():
    bench = Bench()
    bench.contactor.weld(True)
    bench.schedule.advance_to(50)
    assert bench.moves == []
    bench.at(100, bench.contactor.drive, True)
    bench.at(200, bench.contactor.drive, False)
    bench.schedule.advance_to(900)
    assert bench.contactor.closed and bench.contactor.mirror_closed
    bench.at(1000, bench.contactor.weld, False)
    bench.schedule.advance_to(2000)
    assert bench.moves == [(125, True), (1020, False)]


def test_a_stuck_contactor_drops_out_and_closes_again_when_freed():
    bench = Bench()
    bench.contactor.drive(True)
    bench.at(100, bench.contactor.stick_open, True)
    bench.at(200, bench.contactor.stick_open, False)
    bench.schedule.advance_to(300)
    assert bench.moves == [(25, True), (120, False), (225, True)]


def test_a_coil_without_supply_lets_go():
    bench = Bench()
    bench.contactor.drive(True)
    bench.at(100, bench.contactor.supply, False)
    bench.schedule.advance_to(200)
    assert bench.moves == [(25, True), (120, False)]


def test_cycles_and_openings_under_load_are_counted():
    bench = Bench(load_ma=16_000)
    bench.contactor.drive(True)
    bench.at(100, bench.contactor.drive, False)
    bench.schedule.advance_to(200)
    assert (bench.contactor.cycles, bench.contactor.opened_under_load) == (1, 1)
