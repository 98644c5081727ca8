"""What an ADC says, made usable: a median of a few reads, and curves through points."""


def steady_uv(read_uv, kept: list, within_uv: int) -> int:
    """The median of ``len(kept)`` reads of ``read_uv`` (machine.ADC), in microvolts.

    None when the ADC refuses, or when the reads do not agree: all but the outer quarter at each
    end have to lie within ``within_uv``. ``kept`` is a list to work in; 9 places take two spikes
    at either end (Wi-Fi: micropython#7514), and make no garbage.
    """
    count = len(kept)
    try:
        for place in range(count):
            kept[place] = read_uv()
    except OSError:
        return None
    kept.sort()
    outer = count // 4
    if kept[count - 1 - outer] - kept[outer] > within_uv:
        return None
    return kept[count // 2]


def rising(points: tuple) -> tuple:
    """``points``, when they are two or more (x, y) in rising order of x; else ValueError."""
    if len(points) < 2:
        raise ValueError("%d points make no curve, expected 2 or more" % len(points))
    for place in range(1, len(points)):
        if points[place][0] <= points[place - 1][0]:
            raise ValueError("point %d of the curve does not rise in x" % place)
    return points


def interpolated(points: tuple, x: int) -> int:
    """y at ``x`` on straight lines through ``points``; None outside of them."""
    if x < points[0][0]:
        return None
    for place in range(1, len(points)):
        x2, y2 = points[place]
        if x <= x2:
            x1, y1 = points[place - 1]
            return y1 + (y2 - y1) * (x - x1) // (x2 - x1)
    return None
