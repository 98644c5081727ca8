"""Pictures of a case: step lines over time as inline SVG, coloured by the page's style sheet."""

from html import escape

WIDTH = 420
_LEFT, _RIGHT, _TOP = 46, 10, 14
_PILOT, _LANE, _CURRENT, _GAP, _AXIS = 104, 13, 46, 7, 26
_VOLTS = (12, 9, 6, 3, 0, -12)
_MARK_ROOM = 12


class Picture:
    """One run between two moments. ``measures`` are those whose time is marked."""

    def __init__(self, traces: dict, start_ms: int, end_ms: int, measures: list):
        self._traces = traces
        self._start_ms, self._end_ms = start_ms, max(end_ms, start_ms + 1)
        self._measures = measures
        self._parts = []
        self._y = _TOP + _MARK_ROOM * len(measures)

    def svg(self) -> str:
        """The whole picture."""
        top = self._y
        self._draw_pilot()
        for name, label in (("coil", "coil"), ("closed", "contacts"), ("second", "L2, L3"),
                            ("lock", "bolt in")):  # fmt: skip
            if name in ("coil", "closed") or self._moves(name):
                self._draw_level(name, label)
        self._draw_current()
        self._draw_axis()
        marks = [self._mark(at, measure, top) for at, measure in enumerate(self._measures)]
        return _svg(self._y, self._spoken(), "".join(marks) + "".join(self._parts))

    # -- lanes ----------------------------------------------------------------------------------

    def _draw_pilot(self):
        bottom = self._y + _PILOT

        def place(millivolts):
            return bottom - (millivolts + 13_000) / 26_000 * _PILOT

        for volts in _VOLTS:
            y = place(volts * 1000)
            self._parts.append(_line("grid", _LEFT, y, WIDTH - _RIGHT, y))
            self._parts.append(
                _text("tick end", _LEFT - 4, y + 3, f"{volts:+d} V" if volts else "0")
            )
        self._fill_wave(place)
        for name in ("low_mv", "high_mv"):
            self._parts.append(_path("pilot", self._steps(name, place)))
        self._y = bottom + _GAP

    def _fill_wave(self, place):
        """Between both extremes while there is a wave."""
        high, low = self._points("high_mv"), self._points("low_mv")
        moments = sorted({at_ms for at_ms, _ in (*high, *low)})
        for at_ms, next_ms in zip(moments, [*moments[1:], self._end_ms], strict=True):
            high_mv, low_mv = _value_at(high, at_ms), _value_at(low, at_ms)
            if high_mv != low_mv and next_ms > at_ms:
                y, bottom = place(high_mv), place(low_mv)
                self._draw_box("wave", at_ms, next_ms, y, bottom - y)

    def _draw_level(self, name, label):
        bottom = self._y + _LANE

        def place(level):
            return bottom - (_LANE - 3 if level else 1)

        self._parts.append(_text("tick end", _LEFT - 4, bottom - 2, label))
        self._parts.append(_line("grid", _LEFT, bottom - 1, WIDTH - _RIGHT, bottom - 1))
        for at_ms, until_ms in self._high_times(name):
            self._draw_box(f"{name} on", at_ms, until_ms, place(1), _LANE - 4)
        self._y = bottom + 3

    def _draw_current(self):
        most_ma = max((value for _, value in self._points("current_ma")), default=0)
        if not most_ma:
            return
        self._y += _GAP - 3
        bottom = self._y + _CURRENT
        scale = _CURRENT / (most_ma * 1.1)
        for part in (0, most_ma):
            y = bottom - part * scale
            self._parts.append(_line("grid", _LEFT, y, WIDTH - _RIGHT, y))
            self._parts.append(_text("tick end", _LEFT - 4, y + 3, f"{part / 1000:g} A"))
        self._parts.append(
            _path("current", self._steps("current_ma", lambda ma: bottom - ma * scale))
        )
        self._y = bottom + _GAP

    def _draw_axis(self):
        span_ms = self._end_ms - self._start_ms
        step_ms = _round_step(span_ms / 4)
        y = self._y
        origin_ms = self._measures[0]["since_ms"] if self._measures else 0
        first = -((origin_ms - self._start_ms) // step_ms) * step_ms
        at_ms = origin_ms + first
        while at_ms <= self._end_ms:
            x = self._x(at_ms)
            self._parts.append(_line("grid", x, _TOP, x, y))
            self._parts.append(_text("tick mid", x, y + 12, _time(at_ms - origin_ms, step_ms)))
            at_ms += step_ms
        self._y = y + _AXIS - 8

    def _draw_box(self, style, start_ms, end_ms, y, height):
        x = self._x(start_ms)
        self._parts.append(_box(style, x, y, max(self._x(end_ms) - x, 0.6), height))

    # -- marks ----------------------------------------------------------------------------------

    def _mark(self, at, measure, top):
        """From the moment it counts from to where it was seen, and where it had to be."""
        since_ms = measure["since_ms"]
        y = _TOP + _MARK_ROOM * at - 2
        required = measure["required"]
        edges = required if isinstance(required, list) else [required]
        state = "good" if measure["passed"] else "bad"
        parts = [_line("since", self._x(since_ms), y, self._x(since_ms), self._y - _AXIS + 8)]
        for edge_ms in edges:
            if since_ms + edge_ms <= self._end_ms:
                x = self._x(since_ms + edge_ms)
                parts.append(_line("required", x, y, x, self._y - _AXIS + 8))
        x, x_end = self._x(since_ms), self._x(since_ms + measure["measured"])
        parts.append(_box(f"span {state}", x, y, max(x_end - x, 1), 4))
        parts.append(_line(f"seen {state}", x_end, y, x_end, self._y - _AXIS + 8))
        return "".join(parts)

    # -- points ---------------------------------------------------------------------------------

    def _points(self, name):
        """Those within, with the value at the start first."""
        found, before = [], None
        for at_ms, value in self._traces.get(name, ()):
            if at_ms <= self._start_ms:
                before = value
            elif at_ms <= self._end_ms:
                found.append((at_ms, value))
        return found if before is None else [(self._start_ms, before), *found]

    def _steps(self, name, place):
        commands, last_y = [], None
        for at_ms, value in self._points(name):
            x, y = self._x(at_ms), place(value)
            if last_y is None:
                commands.append(f"M{x:.1f} {y:.1f}")
            else:
                commands.append(f"H{x:.1f}V{y:.1f}")
            last_y = y
        return "".join(commands) + (f"H{self._x(self._end_ms):.1f}" if commands else "")

    def _high_times(self, name):
        since_ms = None
        for at_ms, value in [*self._points(name), (self._end_ms, 0)]:
            if value and since_ms is None:
                since_ms = at_ms
            elif not value and since_ms is not None:
                yield since_ms, at_ms
                since_ms = None

    def _moves(self, name):
        return len({value for _, value in self._points(name)}) > 1

    def _x(self, at_ms):
        part = (at_ms - self._start_ms) / (self._end_ms - self._start_ms)
        return _LEFT + min(max(part, 0), 1) * (WIDTH - _LEFT - _RIGHT)

    def _spoken(self):
        told = [f"{measure['what']}: {measure['measured']} ms" for measure in self._measures]
        return "; ".join(told) or "pilot, contactor and current over time"


def curve(points: list, x_label: str, y_label: str) -> str:
    """A table as a picture: [x, measured, exact] each."""
    height, bottom = 200, 170
    low_x, high_x = points[0][0], points[-1][0]
    low_y = min(min(point[1:]) for point in points)
    high_y = max(max(point[1:]) for point in points)

    def place(x, y):
        across = (x - low_x) / (high_x - low_x) * (WIDTH - _LEFT - _RIGHT)
        return _LEFT + across, bottom - (y - low_y) / (high_y - low_y) * (bottom - _TOP)

    def path(at):
        return "L".join("{:.1f} {:.1f}".format(*place(point[0], point[at])) for point in points)

    parts = [_path("exact", "M" + path(2)), _path("pilot", "M" + path(1))]
    for x in (low_x, (low_x + high_x) / 2, high_x):
        parts.append(_text("tick mid", place(x, low_y)[0], bottom + 13, f"{x:g}"))
    for y in (low_y, high_y):
        parts.append(_text("tick end", _LEFT - 4, place(low_x, y)[1] + 3, f"{y:g}"))
    caption = f"{x_label} across, {y_label} up"
    parts.append(_text("tick mid", WIDTH / 2, height - 4, caption))
    return _svg(height, f"{y_label} over {x_label}", "".join(parts))


def _round_step(raw_ms):
    size = 1
    while size * 10 <= raw_ms:
        size *= 10
    return next(int(size * part) for part in (10, 5, 2, 1) if size * part <= raw_ms or part == 1)


def _time(at_ms, step_ms):
    return f"{at_ms} ms" if step_ms < 1000 else f"{at_ms / 1000:g} s"


def _value_at(points, at_ms):
    """The last value not after ``at_ms``."""
    return next((value for when_ms, value in reversed(points) if when_ms <= at_ms), 0)


def _box(style, x, y, width, height):
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect class="{style}" {place}/>'


def _svg(height, label, body):
    spoken = f'role="img" aria-label="{escape(label, quote=True)}"'
    return f'<svg viewBox="0 0 {WIDTH} {height}" {spoken}>{body}</svg>'


def _line(style, x1, y1, x2, y2):
    return f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(style, x, y, words):
    return f'<text class="{style}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'


def _path(style, commands):
    return f'<path class="{style}" d="{commands}"/>'
