"""A site as it really is, beside what the back end knows of it: stations that hold what arrived,
answers that are lost, clocks that are wrong, vehicles that draw the most they may."""

from dataclasses import dataclass, field

from tools.back_office import site as sites
from tools.back_office.site import Told
from tools.back_office.site_plan import Queue, plan, words

START_S = 1_800_000_000


@dataclass
class Reality:
    """One station: what it holds, and what its vehicles still draw from before."""

    place: sites.Place
    clock_s: int = 0
    online: bool = True
    wants: int = 0
    fallback_ma: int | None = None
    share: Told | None = None
    drawn: list = field(default_factory=list)

    def allowed_ma(self, now_s):
        """By the profiles that it holds and its own clock."""
        if self.share is not None and now_s + self.clock_s < self.share.until_s:
            return self.share.share_ma
        return self.place.most_ma if self.fallback_ma is None else self.fallback_ma

    def take(self, share_ma, until_s, now_s, number):
        """A profile arrives."""
        if until_s is None:
            self.fallback_ma = share_ma
        else:
            self.share = Told(number, share_ma, until_s)
        self.note(now_s)

    def note(self, now_s):
        """A vehicle may draw what it was allowed in the last 6 s."""
        self.drawn = [(at, ma) for at, ma in self.drawn if now_s - at <= 6]
        self.drawn.append((now_s, self.allowed_ma(now_s)))

    @property
    def most_ma(self):
        """The most that its vehicles may draw at this moment."""
        return max(ma for _, ma in self.drawn)


class History:
    """``fate(word)`` decides of each message: "answered", "answer lost", "lost", "refused",
    "slow"."""

    def __init__(self, site, clocks_s=None):
        self.site = site
        self.now_s = START_S
        self.known = {place.identity: sites.at_first(place) for place in site.places}
        clocks_s = clocks_s or [0] * len(site.places)
        self.stations = {
            place.identity: Reality(place, clock)
            for place, clock in zip(site.places, clocks_s, strict=True)
        }
        self.under_way = {}
        self.queue = Queue()
        self.number = 0
        self.waiting = ()
        self.plan = None
        for station in self.stations.values():
            station.note(self.now_s)

    def tick(self, fate=lambda word: "answered"):
        """The back end looks, and says what there is to say."""
        wants = {name: each.wants for name, each in self.stations.items() if each.online}
        self.known = {
            name: sites.tidy(self.site, each, self.now_s) for name, each in self.known.items()
        }
        self.plan = plan(self.site, self.known, wants, self.queue, self.now_s)
        self.queue, self.waiting = self.plan.queue, self.plan.waiting
        free = set(wants) - set(self.under_way)
        for word in words(self.site, self.known, self.plan.share_ma, free, self.now_s):
            self._send(word, fate(word))

    def _send(self, word, fate):
        self.number += 1
        name, known = word.identity, self.known[word.identity]
        told = None
        if word.until_s is None:
            self.known[name] = sites.base_sent(known, word.share_ma)
        else:
            told = Told(self.number, word.share_ma, word.until_s)
            self.known[name] = sites.sent(known, told)
        self.under_way[name] = (word, told, fate)

    def arrive(self):
        """What is under way comes to its end."""
        for name, (word, told, fate) in list(self.under_way.items()):
            if fate == "slow":
                self.under_way[name] = (word, told, "answered")
                continue
            del self.under_way[name]
            station = self.stations[name]
            if fate == "refused":
                if told is not None:
                    self.known[name] = sites.refused(self.known[name], told)
                continue
            if fate == "lost" or not station.online:
                continue
            station.take(word.share_ma, word.until_s, self.now_s, self.number)
            if fate == "answered":
                self._confirm(name, word, told)

    def _confirm(self, name, word, told):
        known = self.known[name]
        if told is None:
            self.known[name] = sites.base_confirmed(self.site, known, word.share_ma, self.now_s)
        else:
            self.known[name] = sites.confirmed(self.site, known, told, self.now_s)

    def pass_time(self, seconds):
        """Second by second where it matters."""
        for _ in range(seconds):
            self.now_s += 1
            for station in self.stations.values():
                station.note(self.now_s)

    def sums_ma(self):
        """What may flow on each phase at this moment."""
        return [
            sum(each.most_ma for each in self.stations.values() if phase in each.place.phases)
            for phase in range(3)
        ]

    @property
    def based(self):
        """The site was set up: each station has its fallback."""
        return all(known.based for known in self.known.values())

    def settle(self, rounds=12):
        """Everything arrives until nothing is left to say."""
        for _ in range(rounds):
            self.tick()
            self.arrive()
            self.pass_time(6)
