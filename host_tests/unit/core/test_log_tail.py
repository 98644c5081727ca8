"""The last lines of the log, in bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from chargepoint.core.log_tail import LogTail


class Clock:
    now = 0
    offset_s = None

    def now_ms(self):
        return self.now

    def utc_s(self):
        return None if self.offset_s is None else self.offset_s + self.now // 1000


class Log:
    def __init__(self):
        self.said = []

    def write(self, level, text):
        self.said.append((level, text))


def made():
    log, clock = Log(), Clock()
    return LogTail(log, clock), log, clock


@given(st.lists(st.text(max_size=300), max_size=60))
def test_newest_lines_are_kept_within_bounds(texts):
    """All are passed on; what is kept ends with the newest."""
    tail, log, _ = made()
    for text in texts:
        tail.write("info", text)
    assert log.said == [("info", text) for text in texts]
    kept = [text for _, text in tail.lines(None, None)]
    assert sum(map(len, kept)) <= 2048
    said = ["info " + text[:160] for text in texts]
    assert kept == said[len(said) - len(kept) :]
    assert not texts or kept


def test_lines_before_the_clock_was_set_have_a_time_afterwards():
    """By the time that passed since."""
    tail, _, clock = made()
    tail.write("info", "early")
    assert tail.lines(5, 6) == [(None, "info early")]
    clock.now = 10_000
    clock.offset_s = 1000
    tail.write("info", "late")
    assert tail.lines(None, None) == [(1000, "info early"), (1010, "info late")]
    assert tail.lines(1001, None) == [(1010, "info late")]
    assert tail.lines(None, 1009) == [(1000, "info early")]
    assert tail.lines(1001, 1009) == []
