"""The sites in the database: how they are set up, and what their stations may hold.

Whatever may raise what a station draws is written here before it is sent, so a restart of the
back end forgets nothing that counts.
"""

import json
import sqlite3

from . import site as pure
from .database import Database
from .site import EQUAL, Known, Place, Site, Told
from .site_plan import Queue

ORDERS = ("123", "231", "312", "132", "213", "321", "12", "23", "31", "1", "2", "3")


class Sites:
    """The tables ``site``, ``site_place`` and ``site_told``."""

    def __init__(self, db: Database):
        self._db = db

    # -- setting up

    def add(self, name: str, limit_ma: tuple, policy: str = EQUAL, **words) -> int:
        """A site without stations; ValueError with all that is wrong."""
        _check(Site(tuple(limit_ma), (), policy, **words))
        try:
            number = self._db.run(
                "INSERT INTO site (name, l1_ma, l2_ma, l3_ma, policy) VALUES (?, ?, ?, ?, ?)",
                name,
                *limit_ma,
                policy,
            ).lastrowid
        except sqlite3.IntegrityError:
            raise ValueError(f"{name}: there is a site of this name")
        for field, value in words.items():
            assert field in ("validity_s", "turn_s")
            self._db.run(f"UPDATE site SET {field} = ? WHERE id = ?", value, number)
        return number

    def change(self, site: int, limit_ma: tuple, policy: str) -> None:
        """Another limit or policy; ValueError, when the fallbacks don't fit."""
        with self._db.transaction():
            self._db.run(
                "UPDATE site SET l1_ma = ?, l2_ma = ?, l3_ma = ?, policy = ? WHERE id = ?",
                *limit_ma,
                policy,
                site,
            )
            _check(self.get(site))

    def put(self, site: int, identity: str, order_of: str = "123", **words) -> None:
        """Put a station on a site; ``words`` are those of site.Place. ValueError: see problems."""
        if order_of not in ORDERS:
            raise ValueError(f"phases: {order_of!r}, expected one of {', '.join(ORDERS)}")
        place = Place(identity, _phases(order_of), **words)
        with self._db.transaction():
            if self._db.one("SELECT 1 FROM site_place WHERE identity = ?", identity):
                raise ValueError(f"{identity}: is on a site already")
            self._db.run(
                "INSERT INTO site_place (identity, site, order_of, most_ma, fallback_ma,"
                " priority, base_ma) VALUES (?, ?, ?, ?, ?, ?, ?)",
                identity,
                site,
                order_of,
                place.most_ma,
                place.fallback_ma,
                place.priority,
                place.most_ma,
            )
            _check(self.get(site))

    def take_off(self, identity: str) -> None:
        """The station is on no site any more."""
        with self._db.transaction():
            self._db.run("DELETE FROM site_told WHERE identity = ?", identity)
            self._db.run("DELETE FROM site_place WHERE identity = ?", identity)

    # -- reading

    def numbers(self) -> list[int]:
        """The ids of all sites."""
        return [row[0] for row in self._db.all("SELECT id FROM site ORDER BY id")]

    def rows(self) -> list[sqlite3.Row]:
        """All sites by name."""
        return self._db.all("SELECT * FROM site ORDER BY name")

    def places(self, site: int) -> list[sqlite3.Row]:
        """The stations on a site."""
        return self._db.all("SELECT * FROM site_place WHERE site = ? ORDER BY identity", site)

    def get(self, site: int) -> Site:
        """A site with its stations."""
        row = self._db.one("SELECT * FROM site WHERE id = ?", site)
        places = tuple(
            Place(
                each["identity"],
                _phases(each["order_of"]),
                each["most_ma"],
                each["fallback_ma"],
                each["priority"],
            )
            for each in self.places(site)
        )
        limit_ma = (row["l1_ma"], row["l2_ma"], row["l3_ma"])
        return Site(
            limit_ma, places, row["policy"], validity_s=row["validity_s"], turn_s=row["turn_s"]
        )

    def queue(self, site: int) -> Queue:
        """Who waits for whom."""
        text = self._db.value("SELECT queue FROM site WHERE id = ?", site)
        order, served, turn_ends_s = json.loads(text)
        return Queue(tuple(order), tuple(served), turn_ends_s)

    def keep_queue(self, site: int, queue: Queue) -> None:
        """As it is now."""
        text = json.dumps([queue.order, queue.served, queue.turn_ends_s])
        self._db.run("UPDATE site SET queue = ? WHERE id = ?", text, site)

    def known(self, site: int) -> dict:
        """What each station of a site may hold."""
        return {row["identity"]: self._known(row) for row in self.places(site)}

    def _known(self, row) -> Known:
        told = self._db.all(
            "SELECT * FROM site_told WHERE identity = ? ORDER BY number", row["identity"]
        )
        first = [each for each in told if each["confirmed"]][-1:]
        later = [each for each in told if not each["confirmed"]]
        held = [_told(each) for each in first] or [None]
        return Known(row["base_ma"], bool(row["based"]), (*held, *(_told(each) for each in later)))

    # -- what is said and answered

    def note_sent(self, identity: str, share_ma: int, until_s: int) -> Told:
        """A share is about to be sent."""
        number = self._db.run(
            "INSERT INTO site_told (identity, share_ma, until_s) VALUES (?, ?, ?)",
            identity,
            share_ma,
            until_s,
        ).lastrowid
        return Told(number, share_ma, until_s)

    def note_confirmed(self, identity: str, told: Told) -> None:
        """The station has it, and none from before."""
        with self._db.transaction():
            self._db.run(
                "DELETE FROM site_told WHERE identity = ? AND number < ?", identity, told.number
            )
            self._db.run("UPDATE site_told SET confirmed = 1 WHERE number = ?", told.number)

    def note_refused(self, told: Told) -> None:
        """The station has not taken it."""
        self._db.run("DELETE FROM site_told WHERE number = ?", told.number)

    def note_base(self, identity: str, known: Known) -> None:
        """What its fallback may be."""
        self._db.run(
            "UPDATE site_place SET base_ma = ?, based = ? WHERE identity = ?",
            known.base_ma,
            int(known.based),
            identity,
        )

    def wants(self, site: int) -> dict:
        """{identity: [(status, since when in ms)]} of the connectors with an open transaction that
        is the newest there."""
        found = {row["identity"]: [] for row in self.places(site)}
        rows = self._db.all(
            "SELECT session.identity, status, COALESCE(since_ms, 0) AS since_ms FROM site_place"
            " JOIN session ON session.identity = site_place.identity AND stop_time IS NULL"
            " LEFT JOIN connector ON connector.identity = session.identity"
            " AND connector.connector = session.connector"
            " WHERE site_place.site = ? AND session.connector IS NOT NULL AND NOT EXISTS (SELECT 1"
            " FROM session AS later WHERE later.identity = session.identity"
            " AND later.connector = session.connector AND later.row > session.row)",
            site,
        )
        for row in rows:
            found[row["identity"]].append((row["status"], row["since_ms"]))
        return found


def _told(row) -> Told:
    return Told(row["number"], row["share_ma"], row["until_s"])


def _phases(order_of: str) -> tuple:
    return tuple(sorted({int(digit) - 1 for digit in order_of}))


def _check(site: Site) -> None:
    problems = site.problems()
    if problems:
        raise ValueError("; ".join(problems))


def tidy(site: Site, known: dict, now_s: int) -> dict:
    """Without what is over."""
    return {name: pure.tidy(site, each, now_s) for name, each in known.items()}
