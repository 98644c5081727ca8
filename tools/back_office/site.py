"""A site: stations behind one supply, and what each of them may draw at any time to come.

Pure; currents in mA per phase of the site (0 to 2: L1 to L3), times in whole seconds since 1970.

Two charging profiles make a station safe without its back end, both ChargePointMaxProfile: the
*fallback* (stack level 0, for ever) and above it its *share* (level 1, with a short validTo).
Off line the share ends by itself, and the station falls to its fallback.

Rules:
- A station counts with the most that any profile allows which it may hold: the one it confirmed
  and each that was sent since (an answer may be lost, the profile not).
- About the end of a share its clock may be wrong by ``margin_s``: the larger of share and fallback
  counts there.
- What was lowered counts as before for ``follow_s`` after the confirmation: the standard gives a
  vehicle 5 s to follow the duty, and 3 s + 6 s where it has to stop (IEC 61851-1 A.6).
- A station whose fallback is not confirmed counts with its most.
- The sum is below the limit on each phase *at each time to come even if no message arrives any
  more*; so what is above the fallback ends before what is below it.
"""

from dataclasses import dataclass, field, replace

LEAST_MA = 6000
STEP_MA = 100
EQUAL = "equal"
PRIORITY = "priority"
PHASES = 3
# Shorter is no use: a vehicle needs the margins already.
_SHORTEST_S = 60


@dataclass(frozen=True)
class Place:
    """A station on the site: ``phases`` are those of the site that it loads, ``most_ma`` what its
    wiring lets it draw, ``priority`` the higher the sooner (policy "priority")."""

    identity: str
    phases: tuple = (0, 1, 2)
    most_ma: int = 32_000
    fallback_ma: int = LEAST_MA
    priority: int = 0


@dataclass(frozen=True)
class Site:
    """``limit_ma`` for each phase; ``turn_s``: how long one charges while another waits."""

    limit_ma: tuple
    places: tuple
    policy: str = EQUAL
    validity_s: int = 3600
    margin_s: int = 30
    follow_s: int = 10
    turn_s: int = 900

    def problems(self) -> list:
        """What is wrong with it, in words; no site is run with any."""
        found = [] if self.policy in (EQUAL, PRIORITY) else [f"no policy {self.policy!r}"]
        if len(self.limit_ma) != PHASES or min(self.limit_ma) < LEAST_MA:
            return [*found, "limit: expected 6 A or more for each of three phases"]
        if self.validity_s < 2 * (self.margin_s + self.follow_s + _SHORTEST_S):
            found.append(f"validity: {self.validity_s} s is too short for the margins")
        names = [place.identity for place in self.places]
        found += [f"{name}: twice" for name in set(names) if names.count(name) > 1]
        for place in self.places:
            found += [f"{place.identity}: {text}" for text in _wrong_with(place)]
        for phase in range(PHASES):
            fallen_ma = sum(each.fallback_ma for each in self.places if phase in each.phases)
            if fallen_ma > self.limit_ma[phase]:
                found.append(
                    f"fallbacks: {fallen_ma / 1000:g} A on L{phase + 1} when all are off line, "
                    f"expected at most {self.limit_ma[phase] / 1000:g} A"
                )
        return found


def _wrong_with(place):
    if not place.phases or not set(place.phases) <= set(range(PHASES)):
        yield "phases: expected some of L1, L2, L3"
    if place.fallback_ma != 0 and not LEAST_MA <= place.fallback_ma <= place.most_ma:
        yield "fallback: expected 0, or 6 A up to what the station can draw"
    if place.most_ma < LEAST_MA:
        yield "most: expected 6 A or more"


@dataclass(frozen=True)
class Told:
    """A share that was sent: ``number`` tells it from all others."""

    number: int
    share_ma: int
    until_s: int


@dataclass(frozen=True)
class Known:
    """What a station may hold: its share is one of ``held`` (None: no share), the first being the
    one that it confirmed last; its fallback is at most ``base_ma`` and, where ``based``, what
    was ordered. ``lingering``: (fallback, shares held before, until when) for vehicles that have
    yet to follow."""

    base_ma: int
    based: bool = False
    held: tuple = (None,)
    lingering: tuple = field(default=())

    @property
    def confirmed(self) -> Told | None:
        """The share that it surely has, unless a later one arrived; None for none."""
        return self.held[0]


def at_first(place: Place) -> Known:
    """Nothing was ever told to the station of ``place``."""
    return Known(place.most_ma)


def bound_ma(site: Site, known: Known, at_s: int) -> int:
    """The most that a station may draw at ``at_s`` when nothing more arrives there."""
    counting = [(known.base_ma, known.held)]
    counting += [(base, held) for base, held, until_s in known.lingering if at_s < until_s]
    return max(_of_one(site, base, told, at_s) for base, held in counting for told in held)


def _of_one(site, base_ma, told, at_s):
    if told is None or at_s >= told.until_s + site.margin_s + site.follow_s:
        return base_ma
    if at_s < told.until_s - site.margin_s:
        return told.share_ma
    return max(told.share_ma, base_ma)


def turns_s(site: Site, known: Known) -> list:
    """When ``bound_ma`` may change."""
    found = [until_s for _, _, until_s in known.lingering]
    for told in (*known.held, *(told for _, held, _ in known.lingering for told in held)):
        if told is not None:
            found.append(told.until_s - site.margin_s)
            found.append(told.until_s + site.margin_s + site.follow_s)
    return found


def peak_ma(site: Site, known: Known, now_s: int) -> int:
    """The most that it may draw now or at any time to come."""
    later = [at_s for at_s in turns_s(site, known) if at_s > now_s]
    return max(bound_ma(site, known, at_s) for at_s in [now_s, *later])


def sums_ma(site: Site, known: dict, now_s: int, without: str | None = None) -> list:
    """(from when, [mA on each phase]) for now and each time at which that may change, in order;
    ``without`` one station."""
    those = [place for place in site.places if place.identity != without]
    moments = {now_s}
    for place in those:
        moments.update(at for at in turns_s(site, known[place.identity]) if at > now_s)
    found = []
    for at_s in sorted(moments):
        sums = [0] * PHASES
        for place in those:
            ma = bound_ma(site, known[place.identity], at_s)
            for phase in place.phases:
                sums[phase] += ma
        found.append((at_s, sums))
    return found


def safe(site: Site, known: dict, now_s: int) -> bool:
    """Whatever happens, the limit is kept from now on."""
    return all(
        ma <= limit
        for _, sums in sums_ma(site, known, now_s)
        for ma, limit in zip(sums, site.limit_ma, strict=True)
    )


def common_end_s(site: Site, now_s: int) -> int:
    """When shares that are told now end: half the validity to all of it from now, the same for
    all, so that they are renewed together and none waits for the others one by one."""
    every_s = site.validity_s // 2
    return (now_s + site.validity_s) // every_s * every_s


def longest_until_s(site: Site, known: dict, place: Place, share_ma: int, now_s: int):
    """Until when ``place`` may be given ``share_ma``, at most the validity from now; None when
    that fits for no useful time."""
    until_s = common_end_s(site, now_s)
    if share_ma > 0:
        for at_s, sums in sums_ma(site, known, now_s, without=place.identity):
            if any(sums[phase] + share_ma > site.limit_ma[phase] for phase in place.phases):
                until_s = min(until_s, at_s - site.margin_s - site.follow_s)
                break
    return until_s if until_s >= now_s + site.margin_s + _SHORTEST_S else None


# -- what becomes of what is known ---------------------------------------------------------------


def sent(known: Known, told: Told) -> Known:
    """``told`` is on its way."""
    return replace(known, held=(*known.held, told))


def confirmed(site: Site, known: Known, told: Told, now_s: int) -> Known:
    """The station has ``told``, and no other share any more; None: its share was cleared."""
    number = -1 if told is None else told.number
    later = [each for each in known.held if each is not None and each.number > number >= 0]
    return _lingering(site, known, replace(known, held=(told, *later)), now_s)


def refused(known: Known, told: Told) -> Known:
    """The station said that it has not taken ``told``."""
    return replace(known, held=tuple(each for each in known.held if each != told))


def base_sent(known: Known, fallback_ma: int) -> Known:
    """A new fallback is on its way: the higher one counts."""
    return replace(known, base_ma=max(known.base_ma, fallback_ma), based=False)


def base_confirmed(site: Site, known: Known, fallback_ma: int, now_s: int) -> Known:
    """The station has its fallback."""
    now = replace(known, base_ma=fallback_ma, based=True)
    return _lingering(site, known, now, now_s)


def _lingering(site, before, known, now_s):
    """``known`` as it is now; what was held ``before`` is followed a little longer."""
    # What lingers from even before says nothing of that.
    held_ma, held_before_ma = (
        bound_ma(site, replace(each, lingering=()), now_s) for each in (known, before)
    )
    if held_ma >= held_before_ma:
        return known
    old = (before.base_ma, before.held, now_s + site.follow_s + 1)
    return replace(known, lingering=(*known.lingering, old))


def tidy(site: Site, known: Known, now_s: int) -> Known:
    """Without what is over: shares that ended are none."""
    ends_s = now_s - site.margin_s - site.follow_s
    held = [None if each is None or each.until_s <= ends_s else each for each in known.held]
    kept = [each for at, each in enumerate(held) if at == 0 or each not in held[:at]]
    lingering = tuple(each for each in known.lingering if each[2] > now_s)
    return replace(known, held=tuple(kept), lingering=lingering)
