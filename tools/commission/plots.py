"""The pictures of a report as plain shapes, which page (SVG) and paper (PDF) draw alike.

A shape is ("line", style, [(x, y), ...]) or ("text", anchor, x, y, words); y grows downwards.
"""

WIDTH, HEIGHT = 300, 120
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 12, 96
_VOLTS = (12, 9, 6, 0, -12)
# Two and a half periods of 1 kHz.
_PERIODS = 2.5


def pilots(states: list) -> list:
    """(caption, shapes) of each state that was measured, the newest of a kind only."""
    newest = {(state["state"], state["duty_bp"] is not None): state for state in states}
    return [(_caption(newest[key]), _wave(newest[key])) for key in sorted(newest)]


def power(samples: list) -> list:
    """Shapes of [ms, W] over time, the meter's own; none without two of them."""
    runs = _since_last_start(samples)
    if len(runs) < 2:
        return []
    first_ms, last_ms = runs[0][0], max(runs[-1][0], runs[0][0] + 1)
    most_w = max(1000, *(watts for _, watts in runs))

    def place(at_ms, watts):
        x = _LEFT + (at_ms - first_ms) / (last_ms - first_ms) * (WIDTH - _LEFT - _RIGHT)
        return x, _BOTTOM - watts / most_w * (_BOTTOM - _TOP)

    shapes = []
    for watts in (0, most_w // 2, most_w):
        shapes += _grid(place(first_ms, watts)[1], f"{watts / 1000:.1f} kW")
    for part in range(5):
        at_ms = first_ms + (last_ms - first_ms) * part // 4
        x = place(at_ms, 0)[0]
        shapes.append(("text", "middle", x, _BOTTOM + 14, f"{(at_ms - first_ms) // 1000} s"))
    shapes.append(("line", "curve", [place(*sample) for sample in runs]))
    return shapes


def _since_last_start(samples):
    """A station that started anew counts its time anew: what came before has no place."""
    runs: list = []
    for sample in samples:
        if runs and sample[0] < runs[-1][0]:
            runs = []
        runs.append(sample)
    return runs


def _caption(state):
    high = state["high_mv"] / 1000
    if state["duty_bp"] is None:
        return f"{state['state']}, no offer: {high:+.2f} V"
    low, duty = state["low_mv"] / 1000, state["duty_bp"] / 100
    return f"{state['state']}, offer: {high:+.2f} V, {low:+.2f} V, {duty:.1f} %"


def _wave(state):
    def y_of(millivolts):
        return _TOP + (13_500 - millivolts) / 27_000 * (_BOTTOM - _TOP)

    shapes = []
    for volts in _VOLTS:
        shapes += _grid(y_of(volts * 1000), f"{volts:+d} V" if volts else "0 V")
    shapes.append(("line", "curve", [(x, y_of(mv)) for x, mv in _corners(state)]))
    shapes.append(("text", "middle", (_LEFT + WIDTH - _RIGHT) / 2, _BOTTOM + 14, "2.5 ms"))
    return shapes


def _corners(state):
    left, right = _LEFT, WIDTH - _RIGHT
    high_mv, low_mv, duty_bp = state["high_mv"], state["low_mv"], state["duty_bp"]
    if duty_bp is None or not 0 < duty_bp < 10_000:
        return [(left, high_mv), (right, high_mv)]
    period = (right - left) / _PERIODS
    corners = []
    for number in range(3):
        x = left + number * period
        falls, ends = x + period * duty_bp / 10_000, min(x + period, right)
        corners += [(x, high_mv), (min(falls, right), high_mv)]
        if falls < right:
            corners += [(falls, low_mv), (ends, low_mv)]
    return corners


def _grid(y, words):
    line = ("line", "grid", [(_LEFT, y), (WIDTH - _RIGHT, y)])
    return [line, ("text", "end", _LEFT - 4, y + 3, words)]
