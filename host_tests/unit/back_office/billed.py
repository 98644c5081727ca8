"""Sessions of a card in the back end's book, as a station would have told them."""

from host_tests.harness.csms.times import utc_text

HOUR_MS = 3600 * 1000


def session(csms, tag: str, begin_ms: int, wh: int, stop: bool = True, connector: int = 1) -> int:
    """One of an hour from register 1000 on; without ``stop`` it runs. Its row in the book."""
    start = {
        "connector": connector,
        "id_tag": tag,
        "meter_start": 1000,
        "start_time": utc_text(begin_ms),
    }
    number = csms.book.sessions.start("CP-1", f"m{begin_ms}{tag}", start)
    if stop:
        ends = utc_text(begin_ms + HOUR_MS)
        told = {"meter_stop": 1000 + wh, "stop_time": ends, "stop_id_tag": None, "reason": None}
        csms.book.sessions.stop("CP-1", number, told)
    return number
