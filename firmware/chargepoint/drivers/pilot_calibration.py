"""The divider before the pilot's ADC as it was measured (`pilotlight calibrate`), from the store.

The record ``calibration`` is a JSON object with ``zero_mv`` and ``ratio_bp`` (see pilot_adc); what
else is in it is for people. A record that is damaged, or too far from the board's own values to be
of this board, is told and left out: a wrong divider would show a wrong state of the vehicle.
"""

from micropython import const

RECORD = "calibration"
# Parts of 1 % and an ADC of 6 % stay within these; another board's values do not. The board's own
# values are what a station works with until it is calibrated.
FAR_ZERO_MV = const(200)
FAR_RATIO_PERCENT = const(15)


def calibrated(record: dict, log, options: dict) -> None:
    """Put the record's values in place of ``options``' "zero_mv" and "ratio_bp", where they fit.

    An empty ``record`` is that of a board that was never calibrated.
    """
    if not record:
        log.write("info", "calibration: none: the board's own values taken")
        return
    zero_mv, ratio_bp = record.get("zero_mv"), record.get("ratio_bp")
    wrong = misfit(zero_mv, ratio_bp, options["zero_mv"], options["ratio_bp"])
    if wrong:
        log.write("error", "calibration: %s: the board's own values taken" % wrong)
        return
    options["zero_mv"], options["ratio_bp"] = zero_mv, ratio_bp


def misfit(zero_mv, ratio_bp, own_zero_mv: int, own_ratio_bp: int) -> str:
    """Why the two can't be this board's, whose own values are the others; None when they can."""
    if type(zero_mv) is not int or type(ratio_bp) is not int:
        return "zero_mv %r, ratio_bp %r, expected whole numbers" % (zero_mv, ratio_bp)
    if abs(zero_mv - own_zero_mv) > FAR_ZERO_MV:
        return "zero_mv %d, expected %d within %d" % (zero_mv, own_zero_mv, FAR_ZERO_MV)
    if abs(ratio_bp - own_ratio_bp) * 100 > FAR_RATIO_PERCENT * own_ratio_bp:
        told = (ratio_bp, own_ratio_bp, FAR_RATIO_PERCENT)
        return "ratio_bp %d, expected %d within %d percent" % told
    return None
