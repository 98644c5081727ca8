"""How quiet the guard stays: ``python -m host_tests.conformance.guard.quiet SECONDS [MV ...]``.

For each duty, clock and noise (sigma in mV; 300 if none is given) so many emulated seconds with a
burst of 15 ms each second: windows that said otherwise, the longest run of them, and trips. Each
emulated second takes half a second of a processor, so it is no test; the exit status is 1 after a
trip.
"""

import sys

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


def main(words: list) -> int:
    if not words or not all(word.isdigit() for word in words):
        print(__doc__.splitlines()[0])
        return 2
    seconds, *noises_mv = map(int, words)
    trips = 0
    for sigma_mv in noises_mv or [300]:
        for clock_hz in (NOMINAL_HZ, SLOWEST_HZ, FASTEST_HZ):
            for duty_bp in DUTIES_BP:
                trips += _watch(seconds, sigma_mv, clock_hz, duty_bp)
    return 1 if trips else 0


def _watch(seconds, sigma_mv, clock_hz, duty_bp) -> int:
    """One line; how often it tripped, which ends it."""
    sigma = sigma_mv * COUNTS_A_VOLT / 1000
    rig = Rig(duty_bp=duty_bp, clock_hz=clock_hz, sigma=sigma, seed=sigma_mv + duty_bp).hold()
    bad, longest, passed = 0, 0, 0
    while passed < seconds * 1000 and not rig.told("trips"):
        if passed % 1000 == 0:
            begins_us = rig.ulp.now_us + rig.random.uniform(0, 3000)
            rig.ulp.disturb(PILOT, begins_us, BURST_US, _BURST_COUNTS)
        before = rig.told("bad")
        rig.advance_ms(_LOOK_MS)
        passed += _LOOK_MS
        bad += rig.told("bad") > before
        longest = max(longest, rig.told("bad"))
    print(
        f"{clock_hz / 1e6:5.1f} MHz  {duty_bp / 100:5.1f} %  {sigma_mv} mV  "
        f"{passed / 1000:.0f} s: "
        f"{bad} bad windows, longest run {longest} of {rig.told('bad_limit')}, "
        f"trips {rig.told('trips')}",
        flush=True,
    )
    return rig.told("trips")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
