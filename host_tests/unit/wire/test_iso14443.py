"""wire/iso14443: the way to one UID, against cards that follow ISO 14443-3 on their own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.wire import iso14443
from host_tests.harness.devices import iso14443 as air

uids = st.sampled_from([4, 7, 10]).flatmap(lambda n: st.binary(min_size=n, max_size=n))
# The cascade tag is no first byte of a UID (ISO 14443-3 6.5.4).
cards = uids.filter(lambda uid: uid[0] != 0x88 and (len(uid) < 7 or uid[3] != 0x88))
MOST_EXCHANGES = 3 * 33


def walk(selection, field):
    """One look at ``field``: WUPA, then what the selection asks for; the number of exchanges."""
    selection.begin()
    for count in range(MOST_EXCHANGES):
        bits = air.bits_of(selection.frame[: selection.length])
        if selection.bits:
            bits = bits[: len(bits) - 8 + selection.bits]
        align = selection.bits
        answers = [answer for card in field if (answer := card.hear(bits)) is not None]
        if not answers:
            return count
        received, collision = air.together(answers)
        if collision is not None:
            received = received[:collision] + [0] * (len(received) - collision)
        data = air.bytes_of([0] * align + received)
        place = 0 if collision is None else align + collision + 1
        if not selection.take(data, len(data), place):
            return count
    raise AssertionError("no end")


def awake(*uids):
    field = [air.Card(uid) for uid in uids]
    for card in field:
        card.hear(air.bits_of(b"\x52")[:7])
    return field


@pytest.mark.parametrize(
    ("data", "crc"),
    [(b"\x00\x00", 0x1EA0), (b"\x12\x34", 0xCF26), (b"\x50\x00", 0xCD57)],
)
def test_checksum_is_that_of_the_standard(data, crc):
    """ISO 14443-3 annex B, the examples for CRC_A; and HLTA as everyone sends it."""
    assert iso14443.crc_a(data, 2) == crc
    assert iso14443.HLTA == b"\x50\x00\x57\xcd"


def test_first_frame_asks_for_everything():
    """ISO 14443-3 6.5.3.2: SEL 93, NVB 20."""
    selection = iso14443.Selection()
    selection.begin()
    assert bytes(selection.frame[: selection.length]) == b"\x93\x20"


@given(cards)
def test_uid_of_one_card_is_found(uid):
    selection = iso14443.Selection()
    walk(selection, awake(uid))
    assert selection.uid == uid


@given(st.lists(cards, min_size=2, max_size=5, unique=True))
def test_one_of_several_cards_is_found_and_the_others_stay_awake(several):
    """ISO 14443-3 6.5.3: the bit frame anticollision."""
    selection = iso14443.Selection()
    field = awake(*several)
    walk(selection, field)
    assert selection.uid in several
    for card in field:
        card.hear(air.bits_of(iso14443.HLTA))
    assert [card.uid for card in field if card.halted] == [selection.uid]


@given(st.lists(cards, min_size=2, max_size=4, unique=True), cards)
def test_card_that_was_chosen_is_chosen_again_beside_others(several, other):
    selection = iso14443.Selection()
    walk(selection, awake(*several))
    chosen = selection.uid
    walk(selection, awake(other, *several) if other not in several else awake(*several))
    assert selection.uid == chosen


def test_cards_that_differ_in_the_last_bit_only_are_told_apart():
    """The collision is in bit 32, which the chip's register calls 0."""
    selection = iso14443.Selection()
    twins = bytes.fromhex("04a1b203"), bytes.fromhex("04a1b283")
    walk(selection, awake(*twins))
    assert selection.uid == twins[1]


@given(cards, st.data())
def test_answer_with_a_wrong_bit_finds_nothing_else(uid, data):
    """BCC and CRC_A: what was spoiled on its way is no card."""
    selection = iso14443.Selection()
    selection.begin()
    (card,) = awake(uid)
    spoiled = data.draw(st.integers(0, 5))
    for count in range(6):
        bits = air.bits_of(selection.frame[: selection.length])
        answer = card.hear(bits)
        if answer is None:
            break
        if count == spoiled:
            answer[data.draw(st.integers(0, len(answer) - 1))] ^= 1
        raw = air.bytes_of(answer)
        if not selection.take(raw, len(raw), 0):
            break
    assert selection.uid in (None, uid)


@given(st.lists(st.tuples(st.binary(max_size=5), st.integers(0, 40)), max_size=12))
def test_any_answers_end_in_a_uid_of_a_proper_length_or_none(answers):
    selection = iso14443.Selection()
    selection.begin()
    for data, collision in answers:
        more = selection.take(data, len(data), collision)
        assert 2 <= selection.length <= 9
        assert 0 <= selection.bits <= 7
        if not more:
            break
    assert selection.uid is None or len(selection.uid) in (4, 7, 10)


def test_answer_that_breaks_off_is_lost():
    selection = iso14443.Selection()
    selection.begin()
    assert not selection.take(b"\x04\xa1", 2, 0)
    assert not selection.take(b"", 0, 0)
    assert selection.uid is None


def test_uid_that_is_not_complete_must_begin_with_the_cascade_tag():
    """ISO 14443-3 6.5.4."""
    selection = iso14443.Selection()
    selection.begin()
    assert selection.take(b"\x04\xa1\xb2\xc3\xd4", 5, 0)
    assert not selection.take(air.with_crc(b"\x04"), 3, 0)
    assert selection.uid is None
