"""Keeps the sites' limits over OCPP: SetChargingProfile, answers, time-outs, renewal.

``Keeper`` looks when something was heard of a site's stations, and when something is due; what it
decides is in site_plan.py, what must survive a restart in sites.py. Two profiles of purpose
ChargePointMaxProfile are ours: the fallback (id 900000001, level 0) and the share (900000002,
level 1). One word at a time to each station.
"""

from dataclasses import dataclass, replace

from host_tests.harness.csms.script import CALL, as_frame
from host_tests.harness.csms.times import utc_text

from . import site as pure
from .site import LEAST_MA, Told
from .site_plan import Word, plan, words
from .sites import Sites, tidy

FALLBACK_ID = 900_000_001
SHARE_ID = 900_000_002
# Of a station that refused or said nothing.
_REST_S = 60
# A vehicle that wants nothing for so long keeps the least.
_RESTING_MS = 300_000
# With a transaction that is open: no energy is wanted there. A station may say Available on its
# way from SuspendedEVSE to Charging.
_ALL_QUIET = "Unavailable", "Faulted", "Finishing"
_HEARD = "StatusNotification", "StartTransaction", "StopTransaction", "BootNotification"


@dataclass
class _UnderWay:
    """A word that waits for its answer; ``told`` is None for a fallback."""

    word: Word
    told: Told | None
    pending: object
    site: int


class Keeper:
    """``office`` has ``csms`` and ``db``; ``plans`` is what was last decided, by site.

    ``heard`` counts the looks, for those who watch it.
    """

    def __init__(self, office):
        self._csms = office.csms
        self._loop = office.csms.loop
        self.sites = Sites(office.db)
        self.plans = {}
        self.refusals = {}
        self._known = {}
        self._under_way = {}
        self._rests_until_s = {}
        self._again = set()
        self._restarted = set()
        self._there = set()
        self._doubted = set()
        self._began_s = self._now_s()
        self._soon = None
        self._timer = None
        office.csms.observers.append(self._hear)
        self.look_soon()

    def close(self) -> None:
        """Look no more: another back end goes on."""
        self._csms.observers.remove(self._hear)
        for handle in (self._soon, self._timer):
            if handle is not None:
                handle.cancel()

    def look_soon(self) -> None:
        """Something changed: a station, a site's limit."""
        if self._soon is None:
            self._soon = self._loop.call_soon(self._look)

    def known(self, site: int) -> dict:
        """What its stations may hold, without what is over."""
        if site not in self._known:
            self._known[site] = self.sites.known(site)
        return tidy(self.sites.get(site), self._known[site], self._now_s())

    def forget(self, site: int) -> None:
        """It was set up anew: read it again."""
        if site in self._known:
            lingering = {name: each.lingering for name, each in self._known[site].items()}
            self._known[site] = {
                name: replace(each, lingering=lingering.get(name, ()))
                for name, each in self.sites.known(site).items()
            }
        self.look_soon()

    # -- inside ---------------------------------------------------------------------------------

    def _now_s(self):
        return self._csms.clock.utc_ms() // 1000

    def _hear(self, identity, direction, at_ms, raw):
        """Before the back end acted on it: the look comes after."""
        if direction != "received":
            return
        frame = as_frame(raw)
        if frame is None:
            return
        if frame[0] == CALL:
            if frame[2] == "BootNotification":
                self._again.add(identity)
                self._restarted.add(identity)
            if identity not in self._there:
                self._rests_until_s.pop(identity, None)
            elif frame[2] not in _HEARD:
                return
        elif identity not in self._under_way:
            return
        # In the look after this one the answer is known: it is taken one turn of the loop later.
        self._loop.call_soon(self.look_soon)

    def _look(self):
        self._soon = None
        if not self._csms.listening:
            # It went away, and its database perhaps with it; the first word of a station wakes us.
            self._there = set()
            return
        now_s = self._now_s()
        self._settle(now_s)
        due_s = [now_s + 3600]
        self._there = set(self._csms.connected)
        for site in self.sites.numbers():
            due_s += self._keep(site, now_s)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(max(min(due_s) - now_s, 1), self.look_soon)

    def _settle(self, now_s):
        """What came of the words under way."""
        for identity, sent in list(self._under_way.items()):
            if not sent.pending.done:
                continue
            del self._under_way[identity]
            result = sent.pending.result or {}
            if result.get("status") == "Accepted":
                self._confirm(identity, sent, now_s)
                continue
            self.refusals[identity] = sent.pending.error or result
            self._rests_until_s[identity] = now_s + _REST_S
            self._doubted.add(identity)
            if result.get("status") in ("Rejected", "NotSupported") and sent.told is not None:
                self.sites.note_refused(sent.told)
                told = sent.told
                self._change(
                    sent.site, identity, lambda known, told=told: pure.refused(known, told)
                )

    def _confirm(self, identity, sent, now_s):
        site, word = self.sites.get(sent.site), sent.word
        self.refusals.pop(identity, None)
        self._doubted.discard(identity)
        if sent.told is None:
            known = self._change(
                sent.site,
                identity,
                lambda known: pure.base_confirmed(site, known, word.share_ma, now_s),
            )
            if known is not None:
                self.sites.note_base(identity, known)
            return
        self.sites.note_confirmed(identity, sent.told)
        self._change(
            sent.site, identity, lambda known: pure.confirmed(site, known, sent.told, now_s)
        )

    def _change(self, site, identity, change):
        """What is known of a station becomes something else; None where it is there no more."""
        known = self._known.get(site, {}).get(identity)
        if known is None:
            return None
        self._known[site][identity] = change(known)
        return self._known[site][identity]

    def _keep(self, number, now_s):
        """Say what there is to say; when to look again."""
        site = self.sites.get(number)
        self._known[number] = known = self.known(number)
        for identity in self._restarted & set(known):
            # Its profiles outlive a restart (OCPP 1.6 §3.13.3); a new board in its place has none.
            known[identity] = replace(known[identity], based=False)
            self._restarted.discard(identity)
        wants, planned = self._wanting(site, number, now_s)
        found = plan(planned, known, wants, self.sites.queue(number), now_s)
        if found.queue != self.sites.queue(number):
            self.sites.keep_queue(number, found.queue)
        self.plans[number] = found
        if now_s > self._began_s + site.follow_s:
            probes = self._probes(known, now_s)
            share_ma = {**found.share_ma, **probes}
            free = set(share_ma) - set(self._under_way)
            for word in words(site, known, share_ma, free, now_s, self._again | set(probes)):
                self._send(number, word)
        return self._due_s(number, site, found, now_s)

    def _wanting(self, site, number, now_s):
        """({identity: how many connectors want to charge} of those that can be reached, the site
        as it is planned: a station whose vehicles want nothing now keeps the least)."""
        statuses = self.sites.wants(number)
        wants, places = {}, []
        for place in site.places:
            told = [each for each in statuses[place.identity] if each[0] not in _ALL_QUIET]
            resting_ms = now_s * 1000 - _RESTING_MS
            if told and all(
                status == "SuspendedEV" and since_ms < resting_ms for status, since_ms in told
            ):
                place = replace(place, most_ma=LEAST_MA)
            places.append(place)
            if self._csms.online(place.identity) and place.identity not in self._doubted:
                wants[place.identity] = len(told)
        return wants, replace(site, places=tuple(places))

    def _probes(self, known, now_s):
        """A station that refused or said nothing is not counted on; after a rest it is told once
        more what it has, and when it answers it takes part again."""
        return {
            identity: each.confirmed.share_ma if each.confirmed else 0
            for identity, each in known.items()
            if identity in self._doubted
            and self._csms.online(identity)
            and now_s >= self._rests_until_s.get(identity, 0)
        }

    def _send(self, number, word):
        identity = word.identity
        known = self._known[number][identity]
        if word.until_s is None:
            told, known = None, pure.base_sent(known, word.share_ma)
            self.sites.note_base(identity, known)
        else:
            told = self.sites.note_sent(identity, word.share_ma, word.until_s)
            known = pure.sent(known, told)
        self._known[number][identity] = known
        if told is not None:
            self._again.discard(identity)
        try:
            pending = self._csms.call(identity, "SetChargingProfile", payload(word))
        except ConnectionError:
            return
        self._under_way[identity] = _UnderWay(word, told, pending, number)

    def _due_s(self, number, site, found, now_s):
        due = [found.queue.turn_ends_s, self._began_s + site.follow_s + 1]
        due += [now_s + self._csms.call_timeout_s + 1] if self._under_way else []
        due += self._rests_until_s.values()
        for each in self._known[number].values():
            due += pure.turns_s(site, each)
            if each.confirmed is not None:
                due.append(each.confirmed.until_s - site.validity_s // 2)
        for told in self.sites.wants(number).values():
            due += [since_ms // 1000 + _RESTING_MS // 1000 + 1 for _, since_ms in told if since_ms]
        return [at_s for at_s in due if at_s is not None and at_s > now_s]


def payload(word: Word) -> dict:
    """The SetChargingProfile of ``word``."""
    share = word.until_s is not None
    profile = {
        "chargingProfileId": SHARE_ID if share else FALLBACK_ID,
        "stackLevel": int(share),
        "chargingProfilePurpose": "ChargePointMaxProfile",
        "chargingProfileKind": "Absolute",
        "chargingSchedule": {
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": word.share_ma / 1000}],
        },
    }
    if share:
        profile["validTo"] = utc_text(word.until_s * 1000)
    return {"connectorId": 0, "csChargingProfiles": profile}
