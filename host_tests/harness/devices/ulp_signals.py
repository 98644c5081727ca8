"""What the emulated ULP coprocessor measures: steady inputs, and the wave of a pilot.

One table for all channels, compiled by numba, for the fast processor (ulp_fast.py) and the plain
one (ulp_core.py) alike: noise then is the same for both. Counts are those of a 12-bit conversion,
0 to 4095; times are in microseconds since power-on.
"""

import math

import numpy
from numba import njit

PERIOD_US = 1000
CHANNELS = 10
MOST = 4095
DISTURBANCES = 16  # at once, of a channel
_SETTLED = 8  # so many time constants
# Columns of a channel's row.
HIGH, LOW, EDGE_US, PHASE_US, SETTLING_US, SIGMA, PRESENT, DISTURBED = range(8)


class Signals:
    """``rows`` and ``disturbances`` are the channels' tables, ``noise`` the state of the noise."""

    def __init__(self, seed: int):
        self.rows = numpy.zeros((CHANNELS, 8))
        self.disturbances = numpy.zeros((CHANNELS, DISTURBANCES, 3))
        self.noise = numpy.array([seed + 1], numpy.uint64)

    def wave(self, channel: int, high, low, duty_bp: int, phase_us, sigma, settling_us) -> None:
        """A square wave of 1 kHz that rose at ``phase_us``; edges follow a time constant.

        ``phase_us`` and ``sigma`` (normal noise, counts) None: as before.
        """
        row = self.rows[channel]
        row[[HIGH, LOW, SETTLING_US, PRESENT]] = high, low, settling_us, 1
        row[EDGE_US] = duty_bp * PERIOD_US // 10_000
        if phase_us is not None:
            row[PHASE_US] = phase_us
        if sigma is not None:
            row[SIGMA] = sigma

    def level(self, channel: int, counts) -> None:
        """A steady input."""
        self.rows[channel] = 0
        self.rows[channel][[HIGH, EDGE_US, PRESENT]] = counts, PERIOD_US, 1

    def has(self, channel: int) -> bool:
        return bool(self.rows[channel][PRESENT])

    def disturb(self, channel: int, from_us, until_us, counts, now_us) -> None:
        """Each sample of a time is off by up to so many counts; what is over is forgotten.

        ValueError for one more than there is room for.
        """
        row, table = self.rows[channel], self.disturbances[channel]
        left = [tuple(one) for one in table[: int(row[DISTURBED])] if one[1] > now_us]
        left.append((from_us, until_us, counts))
        if len(left) > DISTURBANCES:
            raise ValueError(
                f"channel {channel}: {len(left)} disturbances: at most {DISTURBANCES}"
            )
        table[: len(left)] = left
        row[DISTURBED] = len(left)

    def at(self, channel: int, now_us: float) -> int:
        """What a conversion reads; 0 of a channel to which nothing is connected."""
        if channel >= CHANNELS:
            return 0
        return sample(self.rows[channel], self.disturbances[channel], self.noise, now_us)


@njit(cache=True)
def sample(row, disturbances, noise, now_us):
    """A channel's counts at a moment; ``noise`` goes on."""
    place_us = (now_us - row[PHASE_US]) % PERIOD_US
    edge_us = row[EDGE_US]
    value, before = row[HIGH], row[LOW]
    if place_us >= edge_us:
        value, before = before, value
        place_us -= edge_us
    if 0 < edge_us < PERIOD_US and place_us < _SETTLED * row[SETTLING_US]:
        value += (before - value) * math.exp(-place_us / row[SETTLING_US])
    if row[SIGMA] > 0:
        value += row[SIGMA] * _normal(noise)
    for at in range(int(row[DISTURBED])):
        if disturbances[at, 0] <= now_us < disturbances[at, 1]:
            value += disturbances[at, 2] * (2 * _uniform(noise) - 1)
    return min(max(int(round(value)), 0), MOST)


@njit(cache=True)
def _normal(noise):
    """By Box and Muller: its tails reach to eight sigma, which ten minutes of samples want."""
    return math.sqrt(-2 * math.log(1 - _uniform(noise))) * math.cos(2 * math.pi * _uniform(noise))


@njit(cache=True)
def _uniform(noise):
    """0 up to 1; the generator splitmix64."""
    noise[0] += numpy.uint64(0x9E3779B97F4A7C15)
    mixed = noise[0]
    mixed = (mixed ^ (mixed >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    mixed = mixed ^ (mixed >> numpy.uint64(31))
    return (mixed >> numpy.uint64(11)) * (1.0 / 9007199254740992.0)
