"""drivers/pilot_calibration: what was measured counts only where it can be this board's."""

import pytest

from host_tests.harness import paths

paths.use_firmware()

from chargepoint.drivers.pilot_calibration import calibrated  # noqa: E402
from hands import LineLog  # noqa: E402

OWN = {"zero_mv": 1272, "ratio_bp": 848, "burst": 64}


def of(record):
    """(the options after it, what was logged)."""
    log, options = LineLog(), dict(OWN)
    calibrated(record, log, options)
    return options, log.take()


def test_a_board_that_was_never_calibrated_keeps_its_own_values_and_says_so():
    assert of({}) == (OWN, [["info", "calibration: none: the board's own values taken"]])


@pytest.mark.parametrize(("zero_mv", "ratio_bp"), [(1300, 860), (1472, 975), (1072, 721)])
def test_what_was_measured_is_taken(zero_mv, ratio_bp):
    record = {"zero_mv": zero_mv, "ratio_bp": ratio_bp, "measured": "on a Tuesday"}
    assert of(record) == (OWN | {"zero_mv": zero_mv, "ratio_bp": ratio_bp}, [])


@pytest.mark.parametrize(
    ("record", "wrong"),
    [
        ({"zero_mv": 1473, "ratio_bp": 848}, "zero_mv 1473, expected 1272 within 200"),
        ({"zero_mv": 0, "ratio_bp": 848}, "zero_mv 0, expected 1272"),
        ({"zero_mv": 1272, "ratio_bp": 976}, "ratio_bp 976, expected 848 within 15 percent"),
        ({"zero_mv": 1272, "ratio_bp": 0}, "ratio_bp 0, expected 848"),
        ({"zero_mv": 1272, "ratio_bp": -848}, "ratio_bp -848, expected 848"),
        ({"zero_mv": 1272}, "zero_mv 1272, ratio_bp None, expected whole numbers"),
        ({"ratio_bp": 848}, "zero_mv None, ratio_bp 848, expected whole numbers"),
        ({"zero_mv": 1272.5, "ratio_bp": 848}, "zero_mv 1272.5"),
        ({"zero_mv": "1272", "ratio_bp": 848}, "zero_mv '1272'"),
        ({"zero_mv": True, "ratio_bp": 848}, "zero_mv True"),
    ],
)
def test_nonsense_is_told_and_left_out(record, wrong):
    options, lines = of(record)
    assert options == OWN
    ((level, text),) = lines
    assert level == "error" and text.startswith("calibration: " + wrong)
    assert text.endswith("the board's own values taken")
