"""The energy register in the store: over power cuts, torn writes, and a medium that refuses."""

import random
from binascii import crc32

import pytest

from chargepoint.drivers.kept_register import RETRY_MS, SAVE_MS, SAVE_WH, KeptRegister
from host_tests.harness.store import MemoryStore, PowerCut

WH = 3_600_000_000
NAMES = ("meter/s0a", "meter/s0b")


@pytest.fixture
def store():
    return MemoryStore()


def register(store):
    return KeptRegister(store, "meter/s0")


def counted(store, energy_wh, now_ms=0):
    """A register to which that much was added, saved as the rules say."""
    kept = register(store)
    kept.add(energy_wh * WH)
    kept.poll(now_ms)
    return kept


def test_register_begins_at_zero_in_an_empty_store(store):
    assert register(store).energy_wh == 0


def test_register_is_there_after_a_power_cut(store):
    counted(store, 100)
    assert register(store).energy_wh == 100


def test_less_than_a_hundred_wh_is_saved_when_five_minutes_are_over(store):
    kept = counted(store, SAVE_WH - 1)
    kept.poll(SAVE_MS - 1)
    assert store.writes == 0
    kept.poll(SAVE_MS)
    assert store.writes == 1
    for minute in range(100):
        kept.poll(SAVE_MS + minute * 60_000)
    assert store.writes == 1
    assert register(store).energy_wh == SAVE_WH - 1


def test_a_power_cut_costs_a_hundred_wh_at_most_and_the_wear_is_one_save_for_each(store):
    kept = register(store)
    for now_s in range(3600):
        kept.add(2 * WH)  # 7.2 kW
        kept.poll(now_s * 1000)
        assert 0 <= kept.energy_wh - register(store).energy_wh <= SAVE_WH + 2
    assert store.writes <= 7200 // SAVE_WH


def test_the_two_names_take_turns(store):
    kept = register(store)
    for at in range(4):
        before = dict(store.files)
        kept.add(SAVE_WH * WH)
        kept.poll(at)
        changed = [name for name in NAMES if store.files.get(name) != before.get(name)]
        assert changed == [NAMES[at % 2]]


@pytest.mark.parametrize("torn", range(14))
def test_torn_save_leaves_the_register_of_before_or_the_new_one(store, torn):
    kept = counted(store, 100)
    store.cut_after(0, torn)
    kept.add(100 * WH)
    with pytest.raises(PowerCut):
        kept.poll(1)
    store.restore_power()
    again = register(store)
    assert again.energy_wh in (100, 200)
    again.add(100 * WH)
    again.poll(2)
    assert register(store).energy_wh == again.energy_wh


def test_register_never_goes_backwards_over_any_number_of_cuts(store):
    dice, highest_wh = random.Random(7), 0
    kept = register(store)
    for now_ms in range(0, 3_000_000, 1000):
        kept.add(dice.randrange(20) * WH)
        try:
            kept.poll(now_ms)
        except PowerCut:
            store.restore_power()
            kept = register(store)
            assert kept.energy_wh >= highest_wh - SAVE_WH - 40
        highest_wh = max(highest_wh, kept.energy_wh)
        if dice.random() < 0.1:
            store.cut_after(0, dice.choice((None, dice.randrange(14))))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: bytes((data[0], data[1] ^ 0x80)) + data[2:],
        lambda data: b"\x02" + data[1:-4] + crc32(b"\x02" + data[1:-4]).to_bytes(4, "big"),
        lambda data: b'{"energy": 12}',
        lambda data: bytes(13),
    ],
)
def test_damaged_copy_is_passed_over_and_two_damaged_ones_are_no_register(store, spoil):
    kept = counted(store, 100)
    kept.add(100 * WH)
    kept.poll(1)
    store.files[NAMES[1]] = spoil(store.files[NAMES[1]])
    assert register(store).energy_wh == 100
    store.files[NAMES[0]] = spoil(store.files[NAMES[0]])
    lost = register(store)
    assert lost.energy_wh is None
    lost.add(500 * WH)
    lost.poll(SAVE_MS)
    assert lost.energy_wh is None


def test_first_save_that_is_torn_is_a_new_register(store):
    store.files[NAMES[0]] = b"\x01\0\0"
    assert register(store).energy_wh == 0


def test_person_says_where_a_lost_register_begins(store):
    store.files[NAMES[0]] = store.files[NAMES[1]] = b"rubbish"
    kept = register(store)
    assert kept.energy_wh is None
    kept.begin_at(1_234_567)
    kept.poll(0)
    assert register(store).energy_wh == 1_234_567


@pytest.mark.parametrize("energy_wh", [99, -1, 100.0, None, "100"])
def test_register_can_t_be_set_back(store, energy_wh):
    kept = counted(store, 100)
    with pytest.raises(ValueError, match="expected at least 100"):
        kept.begin_at(energy_wh)
    assert kept.energy_wh == 100


def test_medium_that_refuses_is_asked_again_and_nothing_is_lost(store):
    store.full = True
    kept = counted(store, 150)
    store.full = False
    kept.poll(RETRY_MS - 1)
    assert store.writes == 0
    kept.poll(RETRY_MS)
    assert register(store).energy_wh == 150


def test_register_counts_for_a_century(store):
    kept = counted(store, 2_000_000_000)
    assert (kept.energy_wh, register(store).energy_wh) == (2_000_000_000, 2_000_000_000)
