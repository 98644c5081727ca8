"""How bright the lamps are: LightIntensity (OCPP 1.6 §9.1), and less of it at night."""

from micropython import const

# The time of day is looked at this often: each look makes a little garbage.
_LOOK_MS = const(10000)
_DAY_MINUTES = const(1440)


class Dimming:
    """``utc_s()`` tells seconds since 1970; without a clock it is day."""

    def __init__(self, settings, utc_s):
        self._settings = settings
        self._utc_s = utc_s
        self._night = False
        self._look_ms = None

    def percent(self, now_ms: int) -> int:
        """0 to 100. At night the lower of LightIntensity and LampNightIntensity."""
        # Each setting by its own call: a bound method would be garbage in every step.
        settings = self._settings
        percent, hours = settings.get("LightIntensity"), settings.get("LampNight")
        if not hours:
            return percent
        if self._look_ms is None or now_ms >= self._look_ms:
            self._look_ms = now_ms + _LOOK_MS
            self._night = is_night(hours, settings.get("LampTimeZone"), self._utc_s())
        return min(percent, settings.get("LampNightIntensity")) if self._night else percent


def is_night(hours: tuple, zone_min: int, utc_s: int) -> bool:
    """It is between ``hours`` (from, to) of a day that is ``zone_min`` ahead of UTC.

    From 22 to 6 is over midnight; the same hour twice is the whole day. ``utc_s`` None: no.
    """
    if utc_s is None:
        return False
    begin, end = hours
    hour = (utc_s // 60 + zone_min) % _DAY_MINUTES // 60
    if begin < end:
        return begin <= hour < end
    return hour >= begin or hour < end
