"""The emulated pilot front end: snapshots to frames and back."""

import pytest

from host_tests.harness.targets.qemu_front_end import FrontEnd

import pins  # isort: skip
from chargepoint.wire import tagged

OPEN, CLOSED = 1, 2
NO_CABLE = tagged.OHM_OPEN
NOT_KNOWN = tagged.TENTHS_NONE
SECOND = pins.SECOND_RELAY[0]
RELAY, PWM, ADC, FEEDBACK = pins.RELAY[0], pins.PILOT_PWM[0], pins.PILOT_ADC[0], pins.FEEDBACK[0]


def adc_mv(pilot_mv):
    return pins.PILOT_ZERO_MV + pilot_mv * pins.PILOT_RATIO_BP // 10_000


def wave(high_mv, low_mv, noise_mv=0):
    return [[ADC, adc_mv(high_mv), adc_mv(low_mv), 5000, noise_mv]]


def frames_in(data):
    frames, found = tagged.Frames(), []
    frames.receive(data)
    while frames.next():
        found.append((frames.tag, frames.payload))
    return found


def status_of(front_end, now_ms=0, **inputs):
    front_end.load({"t": now_ms, **inputs})
    ((_, payload),) = frames_in(front_end.step({}))
    return tagged.read_status(payload)


def answer(front_end, now_ms, duty_bp=10000, outputs=0, beat_ms=100):
    front_end.hear(tagged.command(now_ms, beat_ms, 10, ((duty_bp, outputs),)))
    return front_end.take()


def test_status_carries_the_volts_behind_the_desks_divider():
    front_end = FrontEnd(1)
    assert status_of(front_end) == (0, None, ((0, 0, 0, NO_CABLE, NOT_KNOWN),))
    now_ms, _, ((high_mv, low_mv, inputs, *_),) = status_of(
        front_end, 70, a=wave(9000, -12000), p=[[FEEDBACK, 1]]
    )
    assert now_ms == 70 and abs(high_mv - 9000) <= 10 and abs(low_mv + 12000) <= 10
    assert inputs == CLOSED | tagged.PILOT_READ


def test_noise_lies_outside_of_the_levels_and_follows_from_the_seed():
    def extremes(seed):
        front_end = FrontEnd(seed)
        return [status_of(front_end, at, a=wave(9000, -12000, 4))[2][0][:2] for at in range(50)]

    seen = extremes(1)
    assert seen == extremes(1) != extremes(2)
    assert all(8990 <= high <= 9040 and -12050 <= low <= -11990 for high, low in seen)
    assert len(set(seen)) > 3


def test_outputs_are_the_changes_that_a_command_makes():
    front_end = FrontEnd(1)
    status_of(front_end, 10)
    first = answer(front_end, 10, 2667, tagged.RELAY_CLOSED | tagged.LAMP_BLUE)
    red, green, blue = pins.LAMP[0]
    released = [pins.LOCK_A[0], pins.LOCK_B[0], pins.RESIDUAL_TEST[0], pins.PILOT_OFF[0]]
    assert first == {
        "p": [[RELAY, 1], [SECOND, 0], [red, 0], [green, 0], [blue, 1]]
        + [[pin, 0] for pin in (*released, pins.BUZZER)],
        "w": [[PWM, 17478, 1000]],
    }
    status_of(front_end, 20)
    assert answer(front_end, 20, 2667, tagged.RELAY_CLOSED | tagged.LAMP_BLUE) == {}
    status_of(front_end, 30)
    assert answer(front_end, 30, 10000, tagged.LAMP_BLUE) == {
        "p": [[RELAY, 0]],
        "w": [[PWM, 65535, 1000]],
    }


def test_command_without_a_beat_holds_no_contactor():
    front_end = FrontEnd(1)
    status_of(front_end, 10)
    answer(front_end, 10, 2667, tagged.RELAY_CLOSED)
    status_of(front_end, 20)
    assert answer(front_end, 20, 2667, tagged.RELAY_CLOSED, beat_ms=0) == {"p": [[RELAY, 0]]}


def test_status_tells_what_is_wired_and_what_is_not_watched():
    front_end = FrontEnd(1)
    wired = [[pins.FEEDBACK[0], 0], [pins.SECOND_FEEDBACK[0], 1], [pins.LOCK_SENSE[0], 1]]
    inputs = status_of(front_end, 10, p=[*wired, [pins.RESIDUAL[0], 0], [pins.BUTTON, 0]])[2][0][2]
    seen = [tagged.FEEDBACK_AT, tagged.SECOND_AT, tagged.LOCK_AT, tagged.RESIDUAL_AT]
    assert [tagged.watched(inputs, at) for at in seen] == [False, True, True, False]
    assert tagged.watched(inputs, tagged.EARTH_AT) is None and inputs & tagged.BUTTON
    inputs = status_of(front_end, 20, p=[[pins.EARTH[0], 1], [pins.BUTTON, 1]])[2][0][2]
    assert tagged.watched(inputs, tagged.EARTH_AT) and not inputs & tagged.BUTTON


@pytest.mark.parametrize(("ohm", "level_mv"), [(100, 300), (220, 595), (680, 1336), (1500, 1980)])
def test_proximity_is_the_resistor_in_the_desks_divider(ohm, level_mv):
    front_end = FrontEnd(1)
    told = status_of(front_end, a=[[pins.PROXIMITY_ADC[0], level_mv, level_mv, 10_000, 0]])
    assert told[2][0][3] == pytest.approx(ohm, abs=2)
    told = status_of(front_end, a=[[pins.PROXIMITY_ADC[0], 3267, 3267, 10_000, 0]])
    assert told[2][0][3] == NO_CABLE


@pytest.mark.parametrize(
    ("level_mv", "tenths_c"), [(750, 250), (300, -200), (0, NOT_KNOWN), (3300, NOT_KNOWN)]
)
def test_temperature_is_known_while_the_sensor_can_be_one(level_mv, tenths_c):
    wave = [pins.THERMOMETER_ADC[0], level_mv, level_mv, 10_000, 0]
    assert status_of(FrontEnd(1), a=[wave])[2][0][4] == tenths_c


def test_guard_opens_both_contactors():
    front_end = FrontEnd(1)
    status_of(front_end, 10)
    answer(front_end, 10, 2667, tagged.RELAY_CLOSED | tagged.SECOND_CLOSED)
    front_end.trip()
    assert front_end.take()["p"] == [[RELAY, 0], [SECOND, 0]]


def test_guard_opens_on_silence_and_holds_until_the_station_opened_too():
    front_end = FrontEnd(1)
    status_of(front_end, 10)
    answer(front_end, 10, 2667, tagged.RELAY_CLOSED)
    status_of(front_end, 20)
    front_end.trip()
    assert front_end.answered and front_end.take()["p"] == [[RELAY, 0]]
    assert status_of(front_end, 30)[2][0][2] & tagged.GUARD_TRIPPED
    assert answer(front_end, 20, 2667, tagged.RELAY_CLOSED) == {}, "late: not of this STATUS"
    assert not front_end.answered
    assert answer(front_end, 30, 2667, tagged.RELAY_CLOSED) == {}
    assert status_of(front_end, 40)[2][0][2] & tagged.GUARD_TRIPPED
    answer(front_end, 40, 2667, 0)
    assert not status_of(front_end, 50)[2][0][2] & tagged.GUARD_TRIPPED


def test_clock_is_kept_from_the_moment_it_was_set():
    front_end = FrontEnd(1)
    front_end.load({"t": 1500})
    front_end.hear(tagged.clock(1_767_600_000))
    assert status_of(front_end, 2499)[1] == 1_767_600_000
    assert status_of(front_end, 2500)[1] == 1_767_600_001


def test_tag_and_question_go_before_the_status():
    front_end = FrontEnd(1)
    told = frames_in(front_end.step({"tag": "TOKEN", "ask": 1}))
    assert told[:2] == [(tagged.TAG, b"TOKEN"), (tagged.ASK, b"")]
    assert [tag for tag, _ in told[2:]] == [tagged.STATUS]


def test_facts_reset_and_log_are_outputs():
    front_end = FrontEnd(1)
    front_end.hear(b"".join(tagged.facts(b'{"text": "' + b"x" * 600 + b'"}')))
    front_end.hear(tagged.log("error", "broken") + tagged.reset(False))
    assert front_end.answered, "a station that waits to be reset answers nothing more"
    assert front_end.take() == {
        "facts": {"text": "x" * 600},
        "l": [["error", "broken"]],
        "r": "soft",
    }
    assert front_end.take() == {}


def test_start_tells_the_cause_and_never_the_same_entropy_twice():
    told = [FrontEnd(seed).start("WDT_RESET") for seed in (1, 2)]
    (_, one), (_, other) = [frames_in(data)[0] for data in told]
    assert tagged.read_start(one)[0] == "watchdog"
    assert tagged.read_start(one)[1] != tagged.read_start(other)[1]
