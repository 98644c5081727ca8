"""What is known here of idTags: the local list, the cache, and the back end's latest word.

The list goes before the cache, and what is in the list is never in the cache (OCPP 1.6 §3.5). A
back end that contradicts the list it sent is told so: LocalListConflict.
"""

from micropython import const

from chargepoint.core import tags
from chargepoint.core.local_list import LocalList
from chargepoint.core.tag_cache import TagCache
from chargepoint.ocpp import times

# The standard's 20 and some, for answers are read leniently; a longer one could match nothing.
_LONGEST_PARENT = const(40)


class Known:
    """Of ``station``. ``conflict``: the back end just contradicted the list."""

    def __init__(self, station):
        self.conflict = False
        self.local_list = LocalList(station.ports.store, station.journal)
        self.cache = TagCache(station.journal)
        self._journal = station.journal
        self._settings = station.settings
        self._clock = station.ports.clock
        self._time = station.time
        self._log = station.ports.log

    def find(self, tag: str) -> tuple:
        """(status, parent) of ``tag`` by the list, else by the cache; None: nothing is known."""
        word = self._listed(tag)
        if word is None and self._settings.get("AuthorizationCacheEnabled"):
            word = self.cache.find(tag, self._now_s())
        return word

    def learn(self, tag: str, info) -> None:
        """The back end's word on ``tag``: an idTagInfo, which nobody may have checked yet."""
        if not isinstance(info, dict) or not tags.is_status(info.get("status")):
            return
        status, listed = info["status"], self._listed(tag)
        if status == tags.CONCURRENT:
            # Of this moment, not of the idTag.
            return
        if listed is not None:
            if listed[0] != status:
                self.conflict = True
                text = "local list: %s is %s, the back end says %s"
                self._log.write("warning", text % (tag, listed[0], status))
        elif self._settings.get("AuthorizationCacheEnabled") and self._has_room():
            self.cache.learn(tag, status, _expiry_s(info), parent_in(info), self._now_s())

    def actions(self) -> dict:
        """The calls about the list, for Inbound.add."""
        return {"GetLocalListVersion": self._version, "SendLocalList": self._send}

    def take_conflict(self) -> bool:
        """Whether there was a conflict since this was last asked."""
        conflict, self.conflict = self.conflict, False
        return conflict

    def clear_cache(self) -> bool:
        """Forget what the back end said of idTags; False without a cache (OCPP 1.6 §5.4)."""
        enabled = self._settings.get("AuthorizationCacheEnabled")
        if enabled:
            self.cache.clear()
        return enabled

    def facts(self) -> dict:
        """What is to be known of the list, fit for JSON."""
        head = self.local_list.head
        return {"version": head.version, "length": head.count, "damaged": self.local_list.damaged}

    def _version(self, payload, now_ms):
        # -1: not supported (OCPP 1.6 §5.10).
        enabled = self._settings.get("LocalAuthListEnabled")
        return {"listVersion": self.local_list.head.version if enabled else -1}

    def _send(self, payload, now_ms):
        # Not in RAM before a back end sends a list.
        from chargepoint.ocpp.v16.local_list import send

        return send(self, self._settings, payload)

    def _listed(self, tag):
        if not self._settings.get("LocalAuthListEnabled"):
            return None
        return self.local_list.find(tag, self._now_s())

    def _has_room(self):
        # Bills go before what is only convenient (room.py).
        return self._journal.facts()["shortage"] == 0 and self._journal.trouble is None

    def _now_s(self):
        # Before the clock is set, what expired by the last known time has expired all the same.
        return self._clock.utc_s() or self._time.floor_s or None


def parent_in(info: dict) -> str:
    """The parentIdTag of an idTagInfo that nobody may have checked; None where it is none."""
    parent = info.get("parentIdTag")
    return parent if isinstance(parent, str) and len(parent) <= _LONGEST_PARENT else None


def _expiry_s(info):
    try:
        return times.parse(info.get("expiryDate"))
    except ValueError:
        return None
