"""The office: its database, its rooms, and the web application put together."""

from aiohttp import web

from . import (
    account_pages,
    api,
    card_pages,
    charge_point_pages,
    frame_pages,
    installation_pages,
    login_pages,
    passwords,
    people_pages,
    report_pages,
    roles,
    session_pages,
    site_pages,
    statement_pages,
)
from .admission import Admission
from .audit import Audit
from .database import Database
from .desk import OFFICE
from .door import dress, middlewares
from .fitting import Fitting
from .installations import Installations
from .memberships import Memberships
from .pages import STATIC
from .people import People
from .reports import Reports
from .site_keeper import Keeper
from .statements import Statements
from .tokens import Tokens
from .visits import Visits
from .watch import Watch

_LARGEST_FORM = 2**21

# Each has add_routes(app), which adds with ``add_page`` what is in the menu.
_FILES = (
    login_pages,
    charge_point_pages,
    installation_pages,
    report_pages,
    session_pages,
    account_pages,
    statement_pages,
    site_pages,
    card_pages,
    frame_pages,
    people_pages,
    api,
)


class Office:
    """``csms`` is a host_tests.harness.csms.Csms; its loop, clock and book are used.

    ``station_url`` is what an order tells a station, where that is not ``csms.url``;
    ``station_ca`` the root certificate (PEM) with which it knows the back end.
    ``app`` serves the pages; ``db`` and the rooms are for the files that add them.
    """

    def __init__(self, csms, station_url: str = None, station_ca: str = ""):
        self.csms = csms
        self._station_url = station_url
        self.station_ca = station_ca
        self.db = Database(csms.book.connection)
        self.people = People(self.db)
        self.visits = Visits(self.db)
        self.tokens = Tokens(self.db)
        self.audit = Audit(self.db, self.now_ms)
        self.watch = Watch(self.db, csms)
        self.installations = Installations(self.db, self.audit, self.now_ms)
        self.reports = Reports(self.db, self.installations, self.now_ms)
        csms.rules.judge = Admission(self.db, self.installations).judge
        self.fitting = Fitting(self)
        self.keeper = Keeper(self)
        self.statements = Statements(self.db, self.now_ms)
        self.memberships = Memberships(self.db)
        self._menu = []
        self.app = self._application()

    def now_ms(self) -> int:
        """Milliseconds since 1970 UTC by the back end's clock."""
        return self.csms.clock.utc_ms()

    def station_url(self) -> str:
        """Where stations find the back end: told, or what it listens at."""
        return self._station_url or self.csms.url

    def first_code(self) -> str | None:
        """For the first start: a code that makes its holder admin; None once there is one."""
        if self.people.has_admin():
            return None
        known = self.people.named("admin")
        person = known["id"] if known else self.people.add("admin", roles.ADMIN)
        return self.people.invite(person, self.now_ms())

    def set_admin_password(self, password: str) -> None:
        """Make ``admin`` one who comes in with ``password``; ValueError when it will not do."""
        known = self.people.named("admin")
        person = known["id"] if known else self.people.add("admin", roles.ADMIN)
        if known and passwords.fits(password, known["password"]):
            return
        self.people.set_password(person, password)
        self.audit.note("(command line)", "set a password", "admin")

    def close(self) -> None:
        """Begin nothing any more; what was begun is taken up at the next start."""
        self.fitting.close()

    def menu_for(self, role: str) -> list[tuple]:
        """``(path, label)`` of the pages that a role may see."""
        return [(path, label) for path, label, handler in self._menu if roles.may(role, handler)]

    def _application(self) -> web.Application:
        app = web.Application(middlewares=middlewares(self), client_max_size=_LARGEST_FORM)
        app[OFFICE] = self
        app.on_response_prepare.append(dress)
        for file in _FILES:
            file.add_routes(app)
        self._add_static(app)
        roles.check_all(app)
        return app

    def _add_static(self, app) -> None:
        for path in STATIC.iterdir():
            app.router.add_get(f"/static/{path.name}", _file(path))

    def add_page(self, app, path: str, label: str, handler) -> None:
        """A page that stands in the menu of those who may see it."""
        app.router.add_get(path, handler)
        self._menu.append((path, label, handler))


def _file(path):
    @roles.public
    async def answer(request):
        return web.FileResponse(path, headers={"Cache-Control": "max-age=300"})

    return answer
