"""The sign of life of running transactions: what a power cut can take at most."""

import pytest

from chargepoint.core import timing
from chargepoint.core.alive import Alive


class Facts(dict):
    """A journal's facts; ``puts`` counts."""

    puts = 0

    def put(self, name, data):
        self[name] = data
        self.puts += 1


class Part:
    """A bay with a transaction and a meter."""

    def __init__(self, number, energy_wh, running=True):
        self.transaction, self.meter = self, self
        self.number, self.running = number, running
        self.reading = None if energy_wh is None else self
        self.energy_wh = energy_wh


@pytest.fixture
def facts():
    return Facts()


def run(alive, bays, until_ms, begin_ms=0):
    for now_ms in range(begin_ms, until_ms + 1, 1000):
        alive.tick(bays, now_ms)


def test_sign_is_left_every_five_minutes_with_time_and_registers(facts):
    bays = [Part(7, 1234), Part(8, 99), Part(9, 5, running=False)]
    run(Alive(facts, lambda: 1790000000), bays, timing.ALIVE_MS - 1000)
    assert facts.puts == 0, "what has just begun is in the journal"
    run(Alive(facts, lambda: 1790000000), bays, 10 * timing.ALIVE_MS)
    assert facts.puts == 10
    again = Alive(facts, None)
    assert [again.utc_of(number) for number in (7, 8, 9)] == [1790000000, 1790000000, 0]
    assert [again.register_wh(number) for number in (7, 8, 9)] == [1234, 99, 0]


def test_nothing_is_left_while_no_transaction_runs(facts):
    run(Alive(facts, lambda: 1790000000), [Part(7, 1234, running=False)], 3 * timing.ALIVE_MS)
    assert facts.puts == 0


def test_first_sign_of_each_transaction_comes_five_minutes_after_its_begin(facts):
    alive, bay = Alive(facts, lambda: 1790000000), Part(7, 1)
    run(alive, [bay], timing.ALIVE_MS + 1000)
    bay.running = False
    run(alive, [bay], 3 * timing.ALIVE_MS, timing.ALIVE_MS + 2000)
    bay.running = True
    begin_ms = 3 * timing.ALIVE_MS + 1000
    run(alive, [bay], begin_ms + timing.ALIVE_MS - 1000, begin_ms)
    assert facts.puts == 1
    run(alive, [bay], begin_ms + timing.ALIVE_MS, begin_ms + timing.ALIVE_MS)
    assert facts.puts == 2


def test_sign_without_a_clock_or_a_reading_tells_what_is_known(facts):
    bays = [Part(7, None), Part(8, 50)]
    run(Alive(facts, lambda: None), bays, timing.ALIVE_MS)
    again = Alive(facts, None)
    assert again.utc_of(8) == 0 and again.register_wh(8) == 50 and again.register_wh(7) == 0
    run(Alive(facts, lambda: 1790000000), bays, timing.ALIVE_MS)
    assert Alive(facts, None).utc_of(7) == 1790000000


def test_sign_of_an_earlier_transaction_dates_no_later_one(facts):
    """Its stop would else lie before its start, where that one began without a clock."""
    run(Alive(facts, lambda: 1790000000), [Part(7, 1234)], timing.ALIVE_MS)
    assert Alive(facts, None).utc_of(8) == 0


@pytest.mark.parametrize("left", [b"17 3:1", b"17  3:1", b"17 x:y 5 3:1", b"17 3:1 :4 5:"])
def test_sign_of_another_program_is_taken_as_far_as_it_goes(facts, left):
    facts["alive"] = left
    again = Alive(facts, None)
    assert again.utc_of(3) == 17 and again.register_wh(3) == 1
    assert again.utc_of(5) == 0 and again.register_wh(5) == 0


@pytest.mark.parametrize(
    "left", [b"", b"x", b"17", b"9" * 40 + b" 7:1", b"-5 7:1", b"\xff\xfe 7:1"]
)
def test_sign_that_is_none_tells_no_time(facts, left):
    facts["alive"] = left
    assert Alive(facts, None).utc_of(7) == 0
