"""Who on a site gets how much, who waits, and what is to be told to whom next.

Pure; units as in site.py. Rules:
- Who charges gets 6 A or more, or nothing: where there is not enough for all, the others wait
  their turn (``turn_s``), then those that were served go to the end of the queue.
- Equal: what is left is shared evenly, as far as each phase and each station can.
- Priority: in the order of it, all get their 6 A, then the higher ones as much as they can draw.
- What stations that can't be reached may still draw is not there for the others.
- Lower first: a station is told more only when what the others may draw leaves room for it at each
  time to come (site.longest_until_s); so the order comes from what is confirmed, not from hope.
"""

from dataclasses import dataclass

from tools.back_office.site import (
    LEAST_MA,
    PHASES,
    PRIORITY,
    STEP_MA,
    Place,
    Site,
    Told,
    base_sent,
    bound_ma,
    common_end_s,
    longest_until_s,
    peak_ma,
    sent,
)


@dataclass(frozen=True)
class Queue:
    """``order``: who wants to charge, the first served first; ``served``: who of them is;
    ``turn_ends_s``: when those make room, None while nobody waits."""

    order: tuple = ()
    served: tuple = ()
    turn_ends_s: int | None = None


@dataclass(frozen=True)
class Plan:
    """``share_ma`` by identity, of all that can be reached; ``waiting`` in the order in which they
    will be served."""

    share_ma: dict
    waiting: tuple
    queue: Queue


@dataclass(frozen=True)
class Word:
    """To be sent: a share until ``until_s``, or the fallback (None)."""

    identity: str
    share_ma: int
    until_s: int | None


def room_ma(site: Site, known: dict, reachable: set, now_s: int) -> list:
    """What is left of the limit, on each phase, for those that can be reached."""
    left = list(site.limit_ma)
    for place in site.places:
        if place.identity not in reachable:
            most_ma = peak_ma(site, known[place.identity], now_s)
            for phase in place.phases:
                left[phase] -= most_ma
    return left


def plan(site: Site, known: dict, wants: dict, queue: Queue, now_s: int) -> Plan:
    """``wants``: the stations that can be reached and how many of their connectors want to charge
    (0: none)."""
    left = room_ma(site, known, set(wants), now_s)
    queue = _queued(site, wants, queue, now_s)
    places = {place.identity: place for place in site.places}
    share_ma = dict.fromkeys(wants, 0)
    served, waiting = [], []
    for identity in queue.order:
        place = places[identity]
        if min(left[phase] for phase in place.phases) < LEAST_MA:
            waiting.append(identity)
            continue
        served.append(place)
        _give(share_ma, left, place, LEAST_MA)
    for group in _groups(site, served):
        _share_evenly(share_ma, left, group, wants)
    turn_ends_s = queue.turn_ends_s
    if not waiting:
        turn_ends_s = None
    elif turn_ends_s is None:
        turn_ends_s = now_s + site.turn_s
    names = tuple(place.identity for place in served)
    return Plan(share_ma, tuple(waiting), Queue(queue.order, names, turn_ends_s))


def _queued(site, wants, queue, now_s):
    """The queue with newcomers at its end and a turn that is over made good."""
    order = [each for each in queue.order if wants.get(each)]
    turn_ends_s = queue.turn_ends_s
    if turn_ends_s is not None and now_s >= turn_ends_s:
        order.sort(key=lambda identity: identity in queue.served)
        turn_ends_s = None
    order += sorted(each for each in wants if wants[each] and each not in order)
    if site.policy == PRIORITY:
        of = {place.identity: place.priority for place in site.places}
        order.sort(key=lambda identity: -of[identity])
    return Queue(tuple(order), queue.served, turn_ends_s)


def _groups(site, served):
    """Those that share evenly among each other, the first before the next."""
    if site.policy != PRIORITY:
        return [served]
    levels = sorted({place.priority for place in served}, reverse=True)
    return [[place for place in served if place.priority == level] for level in levels]


def _give(share_ma, left, place, ma):
    share_ma[place.identity] += ma
    for phase in place.phases:
        left[phase] -= ma


def _share_evenly(share_ma, left, group, wants):
    """Raise all of ``group`` alike (by connectors) until a phase is used up or a station is."""
    rising = list(group)
    while rising:
        rising = [each for each in rising if _can_rise(share_ma, left, each, wants)]
        weight = [
            sum(wants[place.identity] for place in rising if phase in place.phases)
            for phase in range(PHASES)
        ]
        rooms = [left[phase] // weight[phase] for phase in range(PHASES) if weight[phase]]
        rooms += [
            (place.most_ma - share_ma[place.identity]) // wants[place.identity] for place in rising
        ]
        rise_ma = min(rooms, default=0) // STEP_MA * STEP_MA
        for place in rising:
            _give(share_ma, left, place, rise_ma * wants[place.identity])
        if rise_ma == 0:
            # Less than a step for each on its scarcest phase: those stay as they are.
            full = {p for p in range(PHASES) if weight[p] and left[p] < STEP_MA * weight[p]}
            fewer = [place for place in rising if not full & set(place.phases)]
            rising = fewer if len(fewer) < len(rising) else []


def _can_rise(share_ma, left, place, wants):
    step_ma = STEP_MA * wants[place.identity]
    fits = place.most_ma - share_ma[place.identity] >= step_ma
    return fits and min(left[phase] for phase in place.phases) >= step_ma


# -- what to say ---------------------------------------------------------------------------------


def words(
    site: Site, known: dict, share_ma: dict, free: set, now_s: int, again: set = frozenset()
) -> list:
    """What to send now, at most one word to each station of ``free`` (reachable and with no word
    under way). What is returned may be sent at once, in this order, all of it. Those of ``again``
    are told even what they should know: they started anew.

    ``known`` is not changed; each word counts as on its way for those after it.
    """
    found = []
    known = dict(known)
    places = [place for place in site.places if place.identity in free & set(share_ma)]
    # Those that come down or stay first: they never need room.
    places.sort(key=lambda each: _rise_ma(site, known, share_ma, each, now_s) > 0)
    for place in places:
        word = _word(site, known, place, share_ma[place.identity], now_s, place.identity in again)
        if word is not None:
            found.append(word)
            known[place.identity] = _with(known[place.identity], word, len(found))
    return found


def _rise_ma(site, known, share_ma, place, now_s):
    return share_ma[place.identity] - bound_ma(site, known[place.identity], now_s)


def _with(known, word, count):
    if word.until_s is None:
        return base_sent(known, word.share_ma)
    # No number of a database yet: none that is there is as high.
    return sent(known, Told((1 << 60) + count, word.share_ma, word.until_s))


def _word(site: Site, known: dict, place: Place, share_ma: int, now_s: int, again: bool):
    mine = known[place.identity]
    if not mine.based:
        return Word(place.identity, place.fallback_ma, None)
    told = mine.confirmed
    same = told is not None and told.share_ma == share_ma and len(mine.held) == 1
    if same and not again and told.until_s - now_s > site.validity_s // 2:
        return None
    until_s = longest_until_s(site, known, place, share_ma, now_s)
    if until_s is None and (again or told is None or share_ma < told.share_ma):
        # No room for it for long: what needs none.
        lower_ma = min(share_ma, mine.base_ma)
        if told is None and lower_ma >= mine.base_ma and not again:
            return None
        share_ma, until_s = lower_ma, common_end_s(site, now_s)
    if until_s is None or (same and not again and until_s <= told.until_s + site.margin_s):
        return None
    return Word(place.identity, share_ma, until_s)
