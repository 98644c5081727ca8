"""A back office in virtual time, and visitors with the roles that there are."""

import pytest

from host_tests.harness.csms import Csms
from host_tests.harness.virtual_loop import UtcClock, VirtualLoop
from host_tests.harness.web_client import WebClient
from tools.back_office import Office, passwords, roles
from tools.back_office.serve import Desk

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch):
    """A login is not what most tests are about; test_passwords looks at the real thing."""
    monkeypatch.setattr(passwords, "_N", 2)
    monkeypatch.setattr(passwords, "_NOBODY", passwords.kept("nobody's at all"))


@pytest.fixture
def loop():
    loop = VirtualLoop()
    yield loop
    loop.finish()


@pytest.fixture
def csms(loop):
    csms = Csms(loop, UtcClock(loop))
    csms.start()
    yield csms
    csms.close()


@pytest.fixture
def office(csms):
    return Office(csms)


@pytest.fixture
def desk(office):
    desk = Desk(office)
    yield desk
    desk.close()


@pytest.fixture
def visitor(loop, desk):
    """A browser that nobody is logged in with; each call makes another."""
    return lambda: WebClient(loop, desk.url)


@pytest.fixture
def logged_in(office, visitor):
    """A browser of a new person with a role."""

    def logged_in(role):
        name = f"{role} {len(office.people.all())}"
        person = office.people.add(name, role, **_belongs(office, role))
        office.people.set_password(person, PASSWORD)
        browser = visitor()
        assert browser.log_in(name, PASSWORD).status == 303
        browser.get("/password")
        return browser

    return logged_in


@pytest.fixture
def admin(logged_in):
    return logged_in(roles.ADMIN)


def _belongs(office, role):
    if role not in ("account", "company", "leasing"):
        return {}
    found = office.db.value(f"SELECT id FROM {role}")
    return {role: found or office.db.run(f"INSERT INTO {role} (name) VALUES ('One')").lastrowid}
