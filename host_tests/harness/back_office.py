"""A stage whose back end has an office: its visitors, its installers, its reports."""

from host_tests.harness.csms import Csms
from host_tests.harness.web_client import WebClient
from tools.back_office import Office
from tools.back_office.serve import Desk

PASSWORD = "correct horse battery"


class OfficeOfStage:
    """The office of ``stage``'s back end; the stage lives on while a page is awaited.

    Use as a context. ``restart`` ends the whole back end and starts another on the same ``book``.
    """

    def __init__(self, stage, book=None):
        self.stage = stage
        self._book = book
        self._open()

    def _open(self):
        url = f"ws://127.0.0.1:{self.stage.network.port}/ocpp"
        self.office = Office(self.stage.csms, url)
        self.desk = Desk(self.office)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.desk.close()

    def restart(self, seconds: float = 10) -> None:
        """The whole back end is away for a while; what is not in its book is lost."""
        stage, before = self.stage, self.stage.csms
        self.desk.close()
        before.close()
        stage.advance(seconds)
        csms = Csms(stage.loop, stage.clock, str(self._book), port=before.port)
        csms.start()
        stage.csms, stage.network.back_door = csms, csms.back_door
        self._open()

    def log_in(self, role: str, **belongs) -> WebClient:
        """A browser of a new person with this role."""
        name = f"{role} {len(self.office.people.all())}"
        person = self.office.people.add(name, role, **belongs)
        self.office.people.set_password(person, PASSWORD)
        browser = WebClient(self.stage.loop, self.desk.url, self._live)
        assert browser.log_in(name, PASSWORD).status == 303
        return browser

    def installation(self, identity: str = None):
        """The newest installation of a charge point."""
        return self.office.installations.of(identity or self.stage.identity)

    def until_state(self, state: str, timeout_s: float = 400) -> None:
        """Let time pass until the installation is in ``state``."""
        self.stage.until(lambda: self.installation()["state"] == state, timeout_s, state)

    def _live(self):
        self.stage.advance(0.05)
