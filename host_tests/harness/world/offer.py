"""What a vehicle reads from the duty cycle: its own table, apart from the firmware's.

IEC 61851-1 table A.8 as quoted in reference/standards.md §1.2.
"""


def offered_ma(duty_bp: int) -> int:
    """Milliamperes a vehicle may draw at a duty in 1/100 percent; 0: none."""
    if 800 <= duty_bp < 1000:
        return 6000
    if 1000 <= duty_bp <= 8500:
        return duty_bp * 6
    if 8500 < duty_bp <= 9600:
        return (duty_bp - 6400) * 25
    if 9600 < duty_bp <= 9700:
        return 80_000
    return 0


def is_pwm(duty_bp: int) -> bool:
    """There is a wave: the station offers something, if only to talk (5 %)."""
    return 0 < duty_bp < 10_000
