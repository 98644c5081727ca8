"""The hardware that a driver holds, as plain objects: pins, a PWM, an ADC, a clock."""


class Pin:
    """One pin; ``changes`` are all the levels that were written."""

    def __init__(self, level=None):
        self.level = level
        self.changes = []

    def value(self, level=None):
        if level is None:
            return self.level
        assert level in (0, 1)
        self.level = level
        self.changes.append(level)


class Pwm:
    duty = None

    def duty_u16(self, duty):
        self.duty = duty


class Adc:
    """Says ``samples_uv`` over and over; ``absent``: refuses, as an ADC that times out."""

    def __init__(self, *samples_uv):
        self.samples_uv = samples_uv
        self.absent = False
        self.reads = 0

    def read_uv(self):
        if self.absent:
            raise OSError("ADC timed out")
        self.reads += 1
        return self.samples_uv[self.reads % len(self.samples_uv)]


class Clock:
    ms = 0

    def now_ms(self):
        return self.ms
