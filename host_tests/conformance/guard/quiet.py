"""How quiet the guard stays: ``python -m host_tests.conformance.guard.quiet SECONDS [MV ...]``.

For each duty, clock and noise (sigma in mV; 300 if none is given) so many emulated seconds with a
burst of 15 ms each second: windows that said otherwise, the longest run of them, and trips. An
emulated minute takes some seconds of a processor; the exit status is 1 after a trip.
"""

import sys
from dataclasses import dataclass

from host_tests.conformance.guard.rig import (
    BURST_US,
    COUNTS_A_VOLT,
    FASTEST_HZ,
    NOMINAL_HZ,
    PILOT,
    SLOWEST_HZ,
    Rig,
)

DUTIES_BP = (500, 5000, 9700)
_LOOK_MS = 1  # less than a window: no count of a run is missed
_BURST_COUNTS = 450  # 3 V


@dataclass
class Seen:
    """``bad`` and ``longest``: what the looks found of windows that said otherwise; they are
    complete when there is one in each window."""

    seconds: float = 0
    bad: int = 0
    longest: int = 0
    bad_limit: int = 0
    trips: int = 0
    changes: list = None


def main(words: list) -> int:
    if not words or not all(word.isdigit() for word in words):
        print(__doc__.splitlines()[0])
        return 2
    seconds, *noises_mv = map(int, words)
    trips = 0
    for sigma_mv in noises_mv or [300]:
        for clock_hz in (NOMINAL_HZ, SLOWEST_HZ, FASTEST_HZ):
            for duty_bp in DUTIES_BP:
                seen = watch(seconds, sigma_mv, clock_hz, duty_bp)
                trips += seen.trips
                print(_line(sigma_mv, clock_hz, duty_bp, seen), flush=True)
    return 1 if trips else 0


def watch(seconds, sigma_mv, clock_hz, duty_bp, look_ms=_LOOK_MS) -> Seen:
    """Charging for so long with noise and bursts; a trip ends it."""
    sigma = sigma_mv * COUNTS_A_VOLT / 1000
    rig = Rig(duty_bp=duty_bp, clock_hz=clock_hz, sigma=sigma, seed=sigma_mv + duty_bp).hold()
    seen = Seen(bad_limit=rig.told("bad_limit"))
    for passed_ms in range(0, seconds * 1000, look_ms):
        if passed_ms % 1000 == 0:
            begins_us = rig.ulp.now_us + rig.random.uniform(0, 3000)
            rig.ulp.disturb(PILOT, begins_us, BURST_US, _BURST_COUNTS)
        before = rig.told("bad")
        rig.advance_ms(look_ms)
        now = rig.told("bad")
        seen.bad += now > before
        seen.longest = max(seen.longest, now)
        seen.seconds = (passed_ms + look_ms) / 1000
        seen.trips = rig.told("trips")
        if seen.trips:
            break
    seen.changes = rig.ulp.taken()
    return seen


def _line(sigma_mv, clock_hz, duty_bp, seen) -> str:
    return (
        f"{clock_hz / 1e6:5.1f} MHz  {duty_bp / 100:5.1f} %  {sigma_mv} mV  {seen.seconds:.0f} s: "
        f"{seen.bad} bad windows, longest run {seen.longest} of {seen.bad_limit}, "
        f"trips {seen.trips}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
