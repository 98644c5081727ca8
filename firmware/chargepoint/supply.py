"""What each bay may draw: the supply, the charging profiles, and the others that charge.

- The profiles are reckoned anew when one was installed or cleared, a transaction began or ended,
  phases or the clock were changed, when what was found ends, and once a minute besides.
- A limit that a profile raises by itself, as time passes, waits for a random part of RandomDelay;
  one that it lowers never does.
- The profile of a RemoteStartTransaction waits for the transaction of its idTag.
"""

from chargepoint.core import composition, timing, transactions
from chargepoint.core.contactor import OPEN
from chargepoint.core.profiles import Profiles
from chargepoint.core.sharing import Sharing

_WANTING = (transactions.STARTING, transactions.BEGINNING)
_MOST_MA = 0x3FFFFFFF


class _Claim:
    """What is known of the supply of ``bay``: its limit by profiles in mA, and what it will be
    when ``rise_ms`` has come; the transaction that it is for."""

    def __init__(self, bay):
        self.bay = bay
        self.limit_ma = self.wanted_ma = _MOST_MA
        self.rise_ms = None
        self.phases = 0
        self.single = False
        self.number = None
        self.begun_ms = 0
        self.expected = None


class Supply:
    """For the bays of ``station``; ``profiles`` are the installed ones."""

    def __init__(self, station):
        self._station = station
        self._settings = station.settings
        most = station.settings.get("MaxChargingProfilesInstalled")
        self.profiles = Profiles(station.journal, len(station.bays), most)
        self._claims = [_Claim(bay) for bay in station.bays]
        self._sharing = Sharing(len(station.bays))
        if any([bay.connector.switches_phases for bay in station.bays]):
            station.settings.fix("ConnectorSwitch3to1PhaseSupported", "true")
        self._total_ma = _MOST_MA
        self._seen = -1
        self._due_ms = 0

    def settle(self, shut: bool, now_ms: int) -> None:
        """Tell each bay in each step what it may offer; nothing while the station is ``shut``."""
        for claim in self._claims:
            bay = claim.bay
            if bay.transaction.number != claim.number:
                self._follow(claim, now_ms)
            if bay.connector.phases.count != claim.phases:
                claim.phases = bay.connector.phases.count
                self._due_ms = 0
            if claim.rise_ms is not None and now_ms >= claim.rise_ms:
                claim.limit_ma, claim.rise_ms = claim.wanted_ma, None
        if now_ms >= self._due_ms or self.profiles.changed != self._seen:
            self._reckon(now_ms)
        total_ma = self._limit_a() * 1000
        if self._total_ma < total_ma:
            total_ma = self._total_ma
        if shut:
            total_ma = 0
        if len(self._claims) == 1:
            most_ma = self._most_ma(self._claims[0])
            self._tell(self._claims[0], total_ma if total_ma < most_ma else most_ma)
        else:
            self._share(total_ma, now_ms)

    def transaction_id(self, connector: int) -> tuple:
        """(a transaction runs at ``connector`` and was not stopped, the back end's id or None)."""
        transaction = self._claims[connector - 1].bay.transaction
        runs = transaction.state in (transactions.BEGINNING, transactions.ACTIVE)
        return runs, self._station.journal.transaction_id(transaction.number) if runs else None

    def reckon_anew(self) -> None:
        """The clock was set."""
        self._due_ms = 0

    def expect(self, bay, tag: str, profile: tuple, now_ms: int) -> None:
        """``profile`` (head, periods) is for the transaction that ``tag`` is about to begin at
        ``bay``."""
        head = profile[0][:1] + (bay.number,) + profile[0][2:]
        wait_ms = self._settings.get("ConnectionTimeOut") * 1000 + timing.AUTHORISE_MS
        self._claims[bay.number - 1].expected = tag, (head, profile[1]), now_ms + wait_ms

    def look(self, connector: int, unit: int, at_s: int, utc_s: int, now_ms: int) -> tuple:
        """What ``connector`` (0: the station) may draw ``at_s`` seconds from ``now_ms``, when it
        is ``utc_s``: ((limit in tenths of ``unit``, phases or 0, minChargingRate or -1), for how
        many seconds at least).

        What other connectors take of the supply is not known beforehand and left out.
        """
        phases = self._supply_phases()
        supply = self._limit_a() * 10, composition.AMPERES, 0, -1
        lowest, holds_s = None, composition.FOREVER_S
        for claim in self._claims:
            if connector in (0, claim.bay.number):
                found, left_s = self._alone(claim, unit, at_s, utc_s, now_ms)
                holds_s = min(holds_s, left_s)
                lowest = found if lowest is None else (lowest[0] + found[0], 0, -1)
        whole = composition.allowed(self.profiles.slots, 0, utc_s + at_s, None)
        for found in (whole, supply):
            lowest = _lower(lowest, found, unit, phases)
        return lowest, min(holds_s, whole[4])

    # -- inside: each step ----------------------------------------------------------------------

    def _limit_a(self):
        """Amperes per phase: what the circuit carries, and what of it was given to the station."""
        given_a, most_a = self._settings.get("SupplyLimit"), self._settings.get("MaxCurrent")
        return given_a if given_a < most_a else most_a

    def _follow(self, claim, now_ms):
        """A transaction began or ended."""
        self.profiles.transaction_ended(claim.bay.number)
        claim.number = claim.bay.transaction.number
        claim.begun_ms = now_ms
        self._due_ms = 0
        if claim.number is not None:
            self._fulfil(claim, now_ms)

    def _fulfil(self, claim, now_ms):
        expected, claim.expected = claim.expected, None
        if expected is None or now_ms >= expected[2] or expected[0] != claim.bay.transaction.tag:
            return
        # Saved or not, it is a transaction's own: nothing waits for it.
        if not self.profiles.install(expected[1][0], expected[1][1]):
            self._station.ports.log.write("warning", "no room for the profile of a remote start")

    def _reckon(self, now_ms):
        """What the profiles say now, and until when."""
        by_itself = self.profiles.changed == self._seen and self._due_ms != 0
        self._seen = self.profiles.changed
        utc_s = self._station.ports.clock.utc_s()
        found = composition.allowed(self.profiles.slots, 0, utc_s, None)
        holds_s = min(found[4], timing.SUPPLY_LOOK_S)
        phases = self._supply_phases()
        self._total_ma = _ma(found, phases)
        if utc_s is None:
            for data in composition.may_count(self.profiles.slots):
                one = composition.allowed([data], 0, None, None)
                self._total_ma = min(self._total_ma, _ma(one, phases))
        for claim in self._claims:
            found = self._own(claim, 0, utc_s, now_ms)
            holds_s = min(holds_s, found[4])
            claim.single = found[2] == 1
            self._limit(claim, _ma(found, self._phases(claim, found[2])), by_itself, now_ms)
        self._due_ms = now_ms + holds_s * 1000

    def _limit(self, claim, limit_ma, by_itself, now_ms):
        if limit_ma == claim.wanted_ma:
            return
        claim.wanted_ma = limit_ma
        claim.rise_ms = None
        longest_s = self._settings.get("RandomDelay")
        if limit_ma > claim.limit_ma and by_itself and longest_s:
            chance = int.from_bytes(self._station.ports.random.take(2), "big")
            claim.rise_ms = now_ms + chance * longest_s // 65536 * 1000
        else:
            claim.limit_ma = limit_ma

    def _share(self, total_ma, now_ms):
        sharing, claims = self._sharing, self._claims
        for at in range(len(claims)):
            bay = claims[at].bay
            transaction, connector = bay.transaction, bay.connector
            wants = transaction.permitted or transaction.state in _WANTING
            most_ma = self._most_ma(claims[at]) if wants else 0
            drawing = connector.contactor.state != OPEN
            sharing.look(at, connector.offered_ma, drawing, most_ma, now_ms)
        sharing.share(total_ma)
        for at in range(len(claims)):
            bay, supply_ma = claims[at].bay, sharing.granted_ma[at]
            if sharing.due_ma[at] == 0 and not bay.transaction.permitted:
                # No one draws: what a vehicle that comes may count on.
                supply_ma = total_ma // len(claims)
            # Until it has arrived: the bay acts on it in the next step.
            bay.share_comes = sharing.due_ma[at] > bay.connector.limit_ma
            self._tell(claims[at], supply_ma)

    def _most_ma(self, claim):
        connector = claim.bay.connector
        most_ma = connector.limits.hardware_ma
        if claim.limit_ma < most_ma:
            most_ma = claim.limit_ma
        cable = connector.protection.cable
        # 0: not known yet. A newcomer's share is asked for before its cable was measured.
        if cable is not None and 0 < cable.limit_ma < most_ma:
            most_ma = cable.limit_ma
        return most_ma

    def _tell(self, claim, supply_ma):
        bay, limit_ma = claim.bay, claim.limit_ma
        bay.supply_ma = supply_ma
        if self._total_ma < limit_ma:
            limit_ma = self._total_ma
        bay.profile_ma = None if limit_ma == _MOST_MA else limit_ma
        bay.single_phase = claim.single

    # -- inside: profiles -----------------------------------------------------------------------

    def _supply_phases(self):
        return self._settings.get("Phases")

    def _phases(self, claim, given=0):
        """The phases over which watts are spread: those that are connected; where the board can't
        switch, those that the profile says."""
        connector = claim.bay.connector
        count = min(self._supply_phases(), connector.phases.count)
        return count if connector.switches_phases else min(given or 3, count)

    def _own(self, claim, at_s, utc_s, now_ms):
        """What the profiles for a connector say; without a transaction, as if one began now."""
        elapsed_s = at_s
        if claim.number is not None:
            elapsed_s += (now_ms - claim.begun_ms) // 1000
        if utc_s is not None:
            utc_s += at_s
        return composition.allowed(self.profiles.slots, claim.bay.number, utc_s, elapsed_s)

    def _alone(self, claim, unit, at_s, utc_s, now_ms):
        """The same within what the hardware can, in ``unit``, and for how long."""
        found = self._own(claim, at_s, utc_s, now_ms)
        phases = self._phases(claim, found[2])
        limit = claim.bay.connector.limits.hardware_ma // 100
        hardware = composition.convert(limit, composition.AMPERES, unit, phases), 0, -1
        return _lower(hardware, found, unit, phases), found[4]


def _ma(found, phases):
    return _MOST_MA if found[0] is None else composition.to_ma(found[0], found[1], phases)


def _lower(known, found, unit, phases):
    """The lower one of ``known`` and ``found``, as (tenths of ``unit``, phases, least)."""
    tenths, its_unit, its_phases, least = found[:4]
    if tenths is None:
        return known
    tenths = composition.convert(tenths, its_unit, unit, phases)
    if tenths > known[0]:
        return known
    if least >= 0:
        least = composition.convert(least, its_unit, unit, phases)
    return tenths, its_phases, least
