"""world/offer: the vehicle's own reading of the duty cycle (standards.md §1.2)."""

import pytest

from host_tests.harness.world.offer import is_pwm, offered_ma


@pytest.mark.parametrize(
    ("duty_bp", "milliamperes"),
    [
        (0, 0),
        (500, 0),
        (799, 0),
        (800, 6000),
        (1000, 6000),
        (2667, 16_002),
        (5333, 31_998),
        (8500, 51_000),
        (8920, 63_000),
        (9600, 80_000),
        (9700, 80_000),
        (9701, 0),
        (10_000, 0),
    ],
)
def test_the_duty_says_how_much(duty_bp, milliamperes):
    assert offered_ma(duty_bp) == milliamperes


def test_a_steady_level_is_no_wave():
    assert [is_pwm(duty_bp) for duty_bp in (0, 1, 500, 9999, 10_000)] == [
        False,
        True,
        True,
        True,
        False,
    ]
