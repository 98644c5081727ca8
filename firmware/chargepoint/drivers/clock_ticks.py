"""Port Clock on an interpreter's ``time``: ticks that wrap become milliseconds that don't."""

from chargepoint.ports import Clock


class TicksClock(Clock):
    """``time`` has ticks_ms, ticks_diff and sleep_ms; ``rtc`` (machine.RTC) may keep the time of
    day over a reset, where the board has one.

    The time of day is an offset to the ticks, so that it never jumps by itself.
    """

    # An RTC that was never set says a year before this one (2000 on the ESP32).
    _YEAR_PLAUSIBLE = 2024

    def __init__(self, time, rtc=None):
        self._time = time
        self._rtc = rtc
        self._ticks = time.ticks_ms()
        self._now_ms = 0
        self._offset_ms = None
        if rtc is not None and rtc.datetime()[0] >= self._YEAR_PLAUSIBLE:
            self._offset_ms = self._read_rtc_s() * 1000

    def now_ms(self) -> int:
        """Milliseconds since this object was made."""
        ticks = self._time.ticks_ms()
        self._now_ms += self._time.ticks_diff(ticks, self._ticks)
        self._ticks = ticks
        return self._now_ms

    def utc_s(self) -> int:
        """Seconds since 1970, or None while no one has set the clock."""
        if self._offset_ms is None:
            return None
        return (self._offset_ms + self._now_ms) // 1000

    def set_utc_s(self, utc_s: int) -> None:
        """Set the time of day; differences of less than a second are not worth a jump."""
        known = self.utc_s()
        if known is not None and abs(known - utc_s) <= 1:
            return
        self._offset_ms = utc_s * 1000 - self._now_ms
        if self._rtc is not None:
            self._set_rtc(utc_s)

    def set_floor_s(self, utc_s: int) -> None:
        """Forget the time of day; the RTC, by which certificates are judged, shows ``utc_s``."""
        self._offset_ms = None
        if self._rtc is not None:
            self._set_rtc(utc_s)

    def wait_until_ms(self, due_ms: int) -> None:
        """Sleep until ``due_ms``; at least once through the scheduler when it has passed."""
        self._time.sleep_ms(max(0, due_ms - self.now_ms()))

    def _set_rtc(self, utc_s):
        year, month, day, hour, minute, second, weekday = self._time.gmtime(
            utc_s - self._epoch_s()
        )[:7]
        self._rtc.datetime((year, month, day, weekday, hour, minute, second, 0))

    def _read_rtc_s(self):
        year, month, day, weekday, hour, minute, second = self._rtc.datetime()[:7]
        moment = (year, month, day, hour, minute, second, weekday, 0)
        return self._time.mktime(moment) + self._epoch_s()

    def _epoch_s(self):
        """Seconds from 1970 to the interpreter's own epoch: 1970 on unix, 2000 on the ESP32."""
        return 946684800 if self._time.gmtime(0)[0] == 2000 else 0
