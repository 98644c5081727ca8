"""The line to the pilot front end, and the ports on it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chargepoint.drivers import front_end_ports as ports
from chargepoint.drivers.front_end import BEAT_MS, FrontEnd
from chargepoint.drivers.lamp_pin import PinLamp
from chargepoint.wire import tagged


class ForEver(Exception):
    """The driver waits, and nothing will come."""


class Line:
    """A UART whose other end is the test; ``size`` bytes arrive while the driver idles."""

    def __init__(self, size=7):
        self._size = size
        self._coming = b""
        self._there = b""
        self._dry = 0
        self._frames = tagged.Frames()

    def say(self, *frames):
        self._coming += b"".join(frames)

    def idle(self):
        self._dry = 0 if self._coming else self._dry + 1
        if self._dry > 1:
            raise ForEver
        self._there += self._coming[: self._size]
        self._coming = self._coming[self._size :]

    def any(self):
        return len(self._there)

    def read(self, count):
        taken, self._there = self._there[:count], self._there[count:]
        return taken

    def write(self, data):
        self._frames.receive(data)
        return len(data)

    def heard(self):
        frames = []
        while self._frames.next():
            frames.append((self._frames.tag, self._frames.payload))
        return frames

    def commands(self):
        return [tagged.read_command(of) for tag, of in self.heard() if tag == tagged.COMMAND]


SEEN_OPEN, SEEN_CLOSED = 1, 2
WATCHED = SEEN_OPEN | tagged.PILOT_READ
ENTROPY = bytes(range(16))


@pytest.fixture
def line():
    return Line()


@pytest.fixture
def front_end(line):
    return FrontEnd(line, 1, line.idle)


def row_of(high_mv, low_mv, inputs, ohm=tagged.OHM_OPEN, tenths_c=tagged.TENTHS_NONE):
    return high_mv, low_mv, inputs, ohm, tenths_c


def exchange(line, front_end, now_ms=0, utc_s=None, row=(12000, -12000, WATCHED), more=()):
    line.say(*more, tagged.status(now_ms, utc_s, (row_of(*row),)))
    front_end.exchange()


def test_start_tells_the_cause_and_the_entropy(line, front_end):
    line.say(b"noise", tagged.start("watchdog", ENTROPY))
    front_end.meet()
    assert ports.FrontEndReset(front_end).cause == "watchdog"
    assert front_end.entropy == ENTROPY


def test_first_answer_before_any_status_leaves_the_contactor_open(line, front_end):
    exchange(line, front_end)
    assert line.commands() == [(0, 0, 0, ((10000, 0),))]


def test_time_begins_with_the_first_status_and_goes_on_when_the_front_ends_wraps(line, front_end):
    clock = ports.FrontEndClock(front_end)
    exchange(line, front_end, 2**32 - 30)
    assert clock.now_ms() == 0
    exchange(line, front_end, 20)
    assert clock.now_ms() == 50


def test_outputs_leave_together_with_the_number_of_the_status(line, front_end):
    exchange(line, front_end, 5000)
    line.heard()
    ports.FrontEndPilot(front_end, 0).set_duty(2667)
    ports.FrontEndRelay(front_end, 0).set_closed(True)
    ports.FrontEndGuard(front_end, 0).beat(0)
    assert line.heard() == []
    line.say(tagged.status(5010, None, (row_of(0, 0, 0),)))
    ports.FrontEndClock(front_end).wait_until_ms(40)
    assert line.commands() == [(5000, BEAT_MS, 40, ((2667, tagged.RELAY_CLOSED),))]


def test_step_without_a_beat_of_every_guard_opens_now():
    """A beat is of one step: one that is missing can't be made up by an earlier one."""
    line = Line()
    front_end = FrontEnd(line, 2, line.idle)
    row = row_of(0, 0, 0)
    guards = [ports.FrontEndGuard(front_end, at) for at in range(2)]
    told = []
    for beating in ((0, 1), (0,), ()):
        for at in beating:
            guards[at].beat(0)
        line.say(tagged.status(0, None, (row, row)))
        front_end.exchange()
        told.append(line.commands()[0][1])
    assert told == [BEAT_MS, 0, 0]


def test_pilot_is_unread_without_a_reading_of_this_step(line, front_end):
    pilot = ports.FrontEndPilot(front_end, 0)
    assert not pilot.read()
    exchange(line, front_end, row=(9010, -11950, WATCHED))
    assert pilot.read() and (pilot.high_mv, pilot.low_mv) == (9010, -11950)
    exchange(line, front_end, row=(9010, -11950, SEEN_OPEN))
    assert not pilot.read()


def test_duty_out_of_range_is_refused(front_end):
    with pytest.raises(ValueError, match="10001 is not in"):
        ports.FrontEndPilot(front_end, 0).set_duty(10001)


@pytest.mark.parametrize(
    ("inputs", "closed"),
    [(0, None), (SEEN_OPEN, False), (SEEN_CLOSED, True)],
)
@pytest.mark.parametrize(("coil", "mirror"), [(1, tagged.FEEDBACK_AT), (16, tagged.SECOND_AT)])
def test_feedback_is_what_the_front_end_sees(line, front_end, inputs, closed, coil, mirror):
    exchange(line, front_end, row=(0, 0, inputs << mirror))
    relay = ports.FrontEndRelay(front_end, 0, coil, mirror)
    assert relay.feedback() is closed
    relay.set_closed(True)
    assert front_end.outputs == [coil]


@pytest.mark.parametrize(("inputs", "seen"), [(0, None), (1, False), (2, True)])
def test_bolt_earth_and_residual_current_are_what_the_front_end_sees(
    line, front_end, inputs, seen
):
    parts = ports.FrontEndParts(front_end, 0)
    exchange(line, front_end, row=(0, 0, inputs << tagged.LOCK_AT))
    assert parts.locked() is seen and parts.connected() is None
    exchange(line, front_end, row=(0, 0, inputs << tagged.EARTH_AT))
    assert parts.connected() is seen and parts.locked() is None
    exchange(line, front_end, row=(0, 0, inputs << tagged.RESIDUAL_AT))
    assert parts.tripped() is (seen is not False), "one that is not watched fails safe"


def test_cable_and_temperature_are_those_of_the_status(line, front_end):
    parts = ports.FrontEndParts(front_end, 0)
    parts.poll(0)
    assert (parts.read_ohm(), parts.celsius_mc) == (100_000, None)
    exchange(line, front_end, row=(0, 0, 0, 220, -123))
    parts.poll(0)
    assert (parts.read_ohm(), parts.celsius_mc) == (220, -12_300)
    exchange(line, front_end, row=(0, 0, 0))
    parts.poll(0)
    assert (parts.read_ohm(), parts.celsius_mc) == (100_000, None)


def test_direction_that_no_lock_has_is_refused(front_end):
    parts = ports.FrontEndParts(front_end, 0)
    parts.drive(-1)
    with pytest.raises(ValueError, match="2 of the lock is not -1, 0 or 1"):
        parts.drive(2)
    assert front_end.outputs == [tagged.LOCK_OUT]


def test_button_is_the_front_ends(line, front_end):
    parts = ports.FrontEndParts(front_end, 0)
    assert not parts.pressed()
    exchange(line, front_end, row=(0, 0, tagged.BUTTON))
    assert parts.pressed()


def test_lock_test_and_pilot_switch_drive_their_own_bits(front_end):
    parts, pilot = ports.FrontEndParts(front_end, 0), ports.FrontEndPilot(front_end, 0)
    parts.drive(1)
    pilot.connect(False)
    assert pilot.can_disconnect
    assert front_end.outputs == [tagged.LOCK_IN | tagged.PILOT_OFF]
    parts.drive(-1)
    parts.test(True)
    pilot.connect(True)
    assert front_end.outputs == [tagged.LOCK_OUT | tagged.RESIDUAL_TEST]
    parts.drive(0)
    parts.test(False)
    assert front_end.outputs == [0]


def test_guard_tells_that_the_front_end_holds_the_contactor_open(line, front_end):
    guard = ports.FrontEndGuard(front_end, 0)
    exchange(line, front_end)
    assert guard.kind == "front end" and guard.tripped() is None
    exchange(line, front_end, row=(0, 0, WATCHED | tagged.GUARD_TRIPPED))
    assert guard.tripped() == "silence"


def test_lamp_and_relay_share_the_outputs_without_touching_each_other(line, front_end):
    relay = ports.FrontEndRelay(front_end, 0)
    colours = (tagged.LAMP_RED, tagged.LAMP_GREEN, tagged.LAMP_BLUE)
    pins = [ports.FrontEndOutput(front_end, 0, bit) for bit in colours]
    lamp = PinLamp(*pins, ports.FrontEndClock(front_end))
    relay.set_closed(True)
    lamp.show("fault")
    assert front_end.outputs == [tagged.RELAY_CLOSED | tagged.LAMP_RED]
    relay.set_closed(False)
    lamp.show("free")
    assert front_end.outputs == [tagged.LAMP_GREEN]


def test_clock_is_kept_by_the_front_end_and_known_at_once(line, front_end):
    clock = ports.FrontEndClock(front_end)
    exchange(line, front_end)
    assert clock.utc_s() is None
    line.heard()
    clock.set_utc_s(1_767_600_000)
    assert clock.utc_s() == 1_767_600_000
    assert line.heard() == [(tagged.CLOCK, (1_767_600_000).to_bytes(4, "little"))]
    clock.set_utc_s(1_767_600_001)
    assert line.heard() == [], "a second is not worth a jump"
    exchange(line, front_end, 1000, 1_767_600_007)
    assert clock.utc_s() == 1_767_600_007


def test_reset_says_what_the_step_did_then_asks_and_waits(line, front_end):
    exchange(line, front_end, 70)
    line.heard()
    ports.FrontEndPilot(front_end, 0).set_duty(0)
    with pytest.raises(ForEver):
        ports.FrontEndReset(front_end).now(True)
    (command, _), asked = line.heard()
    assert command == tagged.COMMAND and asked == (tagged.RESET, b"\1")


def test_tag_is_given_to_the_station_in_the_step_of_the_status_behind_it(line, front_end):
    shown = []
    front_end.on_tag = lambda tag: shown.append((tag, front_end.now_ms))
    exchange(line, front_end, 0)
    exchange(line, front_end, 30, more=[tagged.frame(tagged.TAG, b"TOKEN")])
    exchange(line, front_end, 40)
    assert shown == [("TOKEN", 30)]


def test_facts_are_told_after_the_step_and_once(line, front_end):
    told = {"faults": ["x" * 600]}
    front_end.facts = lambda: told
    exchange(line, front_end, more=[tagged.frame(tagged.ASK, b"")])
    assert [tag for tag, _ in line.heard()] == [tagged.COMMAND]
    exchange(line, front_end)
    frames = line.heard()
    assert [tag for tag, _ in frames] == [tagged.FACTS, tagged.FACTS, tagged.COMMAND]
    assert json.loads(frames[0][1][1:] + frames[1][1][1:]) == told
    exchange(line, front_end)
    assert [tag for tag, _ in line.heard()] == [tagged.COMMAND]


def test_log_lines_leave_by_the_front_end(line, front_end):
    ports.FrontEndLog(front_end).write("warning", "x" * 600)
    ((tag, payload),) = line.heard()
    assert tag == tagged.LOG and tagged.read_log(payload) == ("warning", "x" * 511)


@pytest.mark.parametrize(
    "foreign",
    [
        tagged.status(9, None, ()),
        tagged.status(9, None, (row_of(1, 2, 3), row_of(1, 2, 3))),
        tagged.frame(tagged.STATUS, b"short"),
        tagged.frame(tagged.START, b"\x09"),
        tagged.frame(tagged.TAG, b"\xff\xfe"),
        tagged.frame(0x00, b"whatever"),
    ],
)
def test_frame_of_another_form_means_nothing(line, front_end, foreign):
    front_end.on_tag = pytest.fail
    exchange(line, front_end, 100, row=(9000, 9000, WATCHED), more=[foreign])
    assert (front_end.now_ms, front_end.high_mv) == (0, [9000])


@given(st.integers(1, 40), st.binary(max_size=30))
def test_status_is_found_in_any_split_behind_noise(size, noise):
    """The front end says STATUS again and again: noise costs at most what it swallows."""
    line = Line(size)
    front_end = FrontEnd(line, 1, line.idle)
    again = tagged.status(5, 7, (row_of(1, 2, WATCHED),))
    line.say(noise, again * (tagged.LONGEST // len(again) + 2))
    front_end.exchange()
    assert (front_end.utc_s, front_end.high_mv, front_end.low_mv) == (7, [1], [2])


def test_driver_waits_when_nothing_comes(front_end):
    with pytest.raises(ForEver):
        front_end.exchange()


def test_random_bytes_differ_in_a_start_and_follow_from_its_entropy(line, front_end):
    line.say(tagged.start("power", ENTROPY))
    front_end.meet()
    one, same = ports.FrontEndRandom(front_end), ports.FrontEndRandom(front_end)
    drawn = [one.take(16), one.take(5), one.take(40), one.take(16)]
    assert [len(piece) for piece in drawn] == [16, 5, 40, 16]
    assert len(set(drawn)) == 4
    assert [same.take(len(piece)) for piece in drawn] == drawn
    line.say(tagged.start("power", ENTROPY[::-1]))
    front_end.meet()
    assert ports.FrontEndRandom(front_end).take(16) != drawn[0]
