"""Which card is news, and when a failing reader is trouble."""

import pytest

from chargepoint.drivers.presentation import PresentingReader

A, B, C = b"aaaa", b"bbbb", b"cccc"


class Looks(PresentingReader):
    """Told what it sees."""

    def __init__(self):
        super().__init__((), 0)
        self.next = None

    def _work(self, now_ms):
        if self.next == "fail":
            self._fail(now_ms)
        else:
            self._look_done(self.next, now_ms)


@pytest.fixture
def reader():
    return Looks()


def told(reader, *looks, every_ms=250, start_ms=0):
    """What is told of ``looks``, one every 250 ms."""
    out = []
    for index, seen in enumerate(looks):
        reader.next = seen
        out.append(reader.poll(start_ms + index * every_ms))
    return [uid for uid in out if uid is not None]


def test_two_cards_in_turn_are_told_once_each(reader):
    """A reader that lists one card only may find either of two that lie there."""
    assert told(reader, *[A, B] * 40) == [A, B]


def test_two_cards_in_turn_with_long_spells_count_as_shown_anew(reader):
    assert told(reader, *[A] * 4, *[B] * 8, *[A] * 4) == [A, B, A]


def test_third_card_takes_the_place_of_the_oldest(reader):
    assert told(reader, A, B, C, A) == [A, B, C, A]


@pytest.mark.parametrize(("empty_looks", "news"), [(1, [A]), (2, [A]), (3, [A, A]), (8, [A, A])])
def test_card_counts_again_when_it_was_not_seen_for_a_second(reader, empty_looks, news):
    assert told(reader, A, *[None] * empty_looks, A) == news


def test_card_that_was_away_shortly_counts_again_three_seconds_after_it_was_told(reader):
    assert told(reader, *[A] * 11, None, A) == [A, A]
    assert told(Looks(), *[A] * 9, None, A) == [A]


def test_late_look_is_not_an_absence(reader):
    """A step held up for minutes saw nothing, which is not an empty field."""
    assert told(reader, A, A, A, every_ms=60_000) == [A]


def test_one_failure_is_none_and_two_are(reader):
    told(reader, "fail")
    assert reader.trouble is None
    told(reader, "fail")
    assert reader.trouble == "silent"
    told(reader, None)
    assert reader.trouble is None


def test_card_that_stayed_through_an_outage_is_not_news(reader):
    assert told(reader, A, *["fail"] * 40, A, A) == [A]
