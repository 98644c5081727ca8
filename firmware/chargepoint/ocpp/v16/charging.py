"""The profile Smart Charging: SetChargingProfile, ClearChargingProfile, GetCompositeSchedule.

OCPP 1.6 §5.16, §5.5, §5.7, §7.8. What makes no sense is a PropertyConstraintViolation that names
the field; what is sensible but can't be done here is Rejected. A change is answered when it is on
the medium; one that the medium does not take is undone.
"""

from micropython import const

from chargepoint.core import composition, timing
from chargepoint.ocpp import times
from chargepoint.ocpp.dialogue import status_of
from chargepoint.ocpp.errors import (
    OCCURENCE_CONSTRAINT_VIOLATION,
    PROPERTY_CONSTRAINT_VIOLATION,
    OcppError,
)

# In the order of composition.MAX, DEFAULT, TX.
_PURPOSES = ("ChargePointMaxProfile", "TxDefaultProfile", "TxProfile")
_MOST = const(0x7FFFFFFF)
# A composite schedule reaches a week ahead at most, and is reckoned a few looks a step.
_LONGEST_S = const(604800)
_LOOKS = const(2)


class Charging:
    """``supply`` is the station's (supply.py), ``count`` its connectors, ``utc_s()`` the time or
    None."""

    def __init__(self, supply, settings, count: int, utc_s):
        self._supply = supply
        self._settings = settings
        self._count = count
        self._utc_s = utc_s

    def actions(self) -> dict:
        """For ``Inbound.add``."""
        return {
            "SetChargingProfile": self._set_profile,
            "ClearChargingProfile": self._clear_profile,
            "GetCompositeSchedule": self._composite,
        }

    def read_tx_profile(self, profile: dict) -> tuple:
        """The TxProfile of a RemoteStartTransaction as (head, periods), its connector yet open;
        None for one that can't be installed. Raises OcppError."""
        head, periods = self._read(profile, 0, "chargingProfile")
        place = self._supply.profiles.place_for(head[0], 0, head[2], head[6])
        return (head, periods) if self._fits(head, periods) and place is not None else None

    # -- the calls ------------------------------------------------------------------------------

    def _set_profile(self, payload, now_ms):
        connector, profile = payload["connectorId"], payload["csChargingProfiles"]
        if not 0 <= connector <= self._count:
            raise _wrong("connectorId", "0 to %d" % self._count)
        head, periods = self._read(profile, connector, "csChargingProfiles")
        profiles = self._supply.profiles
        before = list(profiles.slots)
        fits = self._fits(head, periods) and self._belongs(profile, head[0], connector)
        if not fits or not profiles.install(head, periods):
            return {"status": "Rejected"}
        return self._when_saved(before, "Rejected", now_ms)

    def _clear_profile(self, payload, now_ms):
        profiles, get = self._supply.profiles, payload.get
        purpose = get("chargingProfilePurpose")
        if purpose is not None:
            purpose = _PURPOSES.index(purpose)
        before = list(profiles.slots)
        if not profiles.clear(get("id"), get("connectorId"), purpose, get("stackLevel")):
            return {"status": "Unknown"}
        return self._when_saved(before, "Unknown", now_ms)

    def _composite(self, payload, now_ms):
        connector, duration_s = payload["connectorId"], payload["duration"]
        if duration_s < 1:
            raise _wrong("duration", "at least 1")
        utc_s = self._utc_s()
        # Without the time of day there is no schedule to tell of.
        if not 0 <= connector <= self._count or utc_s is None:
            return {"status": "Rejected"}
        unit = payload.get("chargingRateUnit", "A")
        supply, most = self._supply, self._settings.get("ChargingScheduleMaxPeriods")

        def look(at_s):
            return supply.look(connector, int(unit == "W"), at_s, utc_s, now_ms)

        composite = composition.Composite(look, min(duration_s, _LONGEST_S), most)

        def told(_):
            if not composite.go_on(_LOOKS):
                return None
            schedule = _schedule(composite, unit)
            return {
                "status": "Accepted",
                "connectorId": connector,
                "scheduleStart": times.text_of(utc_s),
                "chargingSchedule": schedule,
            }

        return told

    # -- inside ---------------------------------------------------------------------------------

    def _when_saved(self, before, refused, now_ms):
        """Accepted when the change is on the medium; ``refused``, and undone, when it is not."""
        profiles, until_ms = self._supply.profiles, now_ms + timing.PROFILE_SAVE_MS
        changed = profiles.changed

        def told(now_ms):
            if profiles.saved:
                return "Accepted"
            if now_ms < until_ms:
                return None
            if profiles.changed == changed:
                profiles.restore(before)
            return refused

        return status_of(told)

    def _fits(self, head, periods):
        """This station can have such a profile."""
        get = self._settings.get
        return head[2] <= get("ChargeProfileMaxStackLevel") and len(periods) <= get(
            "ChargingScheduleMaxPeriods"
        )

    def _belongs(self, profile, purpose, connector):
        """The purpose goes with the connector, and a TxProfile with its transaction (errata
        3.7)."""
        if purpose == composition.DEFAULT:
            return True
        if purpose == composition.MAX or connector == 0:
            return purpose == composition.MAX and connector == 0
        runs, known = self._supply.transaction_id(connector)
        return runs and profile.get("transactionId", known) == known

    def _read(self, profile, connector, path):
        """(head, periods) for composition.pack; raises OcppError."""
        path += "."
        schedule = profile["chargingSchedule"]
        purpose = _PURPOSES.index(profile["chargingProfilePurpose"])
        kind, start_s = _kind_of(profile, path), _time(schedule, "startSchedule")
        from_s, to_s = _time(profile, "validFrom"), _time(profile, "validTo")
        if to_s >= 0 and to_s <= from_s:
            raise _wrong(path + "validTo", "later than validFrom")
        if purpose == composition.MAX and (kind == composition.RELATIVE or start_s < 0):
            # The station as a whole has no transaction: it counts from now on.
            now_s = self._utc_s()
            if now_s is not None:
                kind = composition.ABSOLUTE if kind == composition.RELATIVE else kind
                start_s = now_s
        head = (
            purpose,
            connector,
            _whole(profile, path, "stackLevel", 0, 255),
            kind,
            int(schedule["chargingRateUnit"] == "W"),
            0,
            _whole(profile, path, "chargingProfileId", -_MOST - 1, _MOST),
            start_s,
            from_s,
            to_s,
            _whole(schedule, path, "duration", 0, _MOST),
            _tenths(schedule, path, "minChargingRate"),
        )
        return head, _periods(schedule, path + "chargingSchedule.chargingSchedulePeriod")


def _kind_of(profile, path):
    kind = profile["chargingProfileKind"]
    if kind == "Absolute":
        return composition.ABSOLUTE
    if kind == "Relative":
        return composition.RELATIVE
    if "recurrencyKind" not in profile:
        raise OcppError(OCCURENCE_CONSTRAINT_VIOLATION, path + "recurrencyKind: required")
    return composition.DAILY if profile["recurrencyKind"] == "Daily" else composition.WEEKLY


def _periods(schedule, path):
    given = schedule["chargingSchedulePeriod"]
    if not given:
        raise OcppError(OCCURENCE_CONSTRAINT_VIOLATION, path + ": expected at least one")
    periods, before_s = [], -1
    for at, period in enumerate(given):
        here = "%s[%d]." % (path, at)
        start_s = _whole(period, here, "startPeriod", before_s + 1, _MOST)
        if at == 0 and start_s != 0:
            raise _wrong(here + "startPeriod", "0 in the first")
        phases = _whole(period, here, "numberPhases", 1, 3)
        periods.append((start_s, _tenths(period, here, "limit"), max(phases, 0)))
        before_s = start_s
    return periods


def _whole(fields, path, name, lowest, highest):
    """The whole number ``name``; -1 where it is absent."""
    value = fields.get(name)
    if value is None:
        return -1
    if not lowest <= value <= highest:
        raise _wrong(path + name, "%d to %d" % (lowest, highest))
    return value


def _tenths(fields, path, name):
    """The number ``name``, checked to be one of tenths, as such; -1 where it is absent."""
    value = fields.get(name)
    if value is None:
        return -1
    if value < 0:
        raise _wrong(path + name, "at least 0")
    return min(int(round(value * 10)), composition.MOST_TENTHS)


def _time(fields, name):
    return times.parse(fields[name]) if name in fields else -1


def _schedule(composite, unit):
    periods = []
    for start_s, (tenths, phases, _) in composite.periods:
        period = {"startPeriod": start_s, "limit": _number(tenths)}
        if phases:
            period["numberPhases"] = phases
        periods.append(period)
    schedule = {
        "duration": composite.end_s,
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": periods,
    }
    least = composite.periods[0][1][2]
    if least >= 0:
        schedule["minChargingRate"] = _number(least)
    return schedule


def _number(tenths):
    return tenths / 10 if tenths % 10 else tenths // 10


def _wrong(path, expected):
    return OcppError(PROPERTY_CONSTRAINT_VIOLATION, "%s: expected %s" % (path, expected))
