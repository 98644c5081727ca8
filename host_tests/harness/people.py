"""Who deals with a station on a stage: a driver, a technician, and what the back end knows."""

from datetime import datetime

from host_tests.harness.csms.times import utc_text
from host_tests.harness.pace import STEP_MS

CARD = bytes.fromhex("04A1B2C3D4E580")
CARD_TAG = "04A1B2C3D4E580"


class People:
    """Of a Stage: what people do at connector 1, and what they see."""

    @property
    def vehicle(self):
        """The vehicle at connector 1."""
        return self.world.connectors[1].vehicle

    @property
    def outlet(self):
        """Connector 1 with all its parts."""
        return self.world.connectors[1]

    @property
    def contactor(self):
        """The contactor of connector 1."""
        return self.world.connectors[1].contactor

    @property
    def meter_wh(self) -> int:
        """The register of connector 1's meter, as it shows it."""
        return self.world.connectors[1].meter.energy_wh

    def tap(self, uid: bytes = CARD) -> None:
        """A driver holds a card to the reader for a second."""
        self.pace.wake()
        self.world.cards.present(uid)

    def press_button(self, seconds: float = 0.3) -> None:
        """A technician pushes the button and lets it go again."""
        self.pace.wake()
        self.world.press_button(int(seconds * 1000))

    def show_tag(self, tag: str) -> None:
        """A driver gives an idTag that no reader could produce."""
        self.step(self.now_ms + 10, {"tag": tag})

    def facts(self) -> dict:
        """What the station says of itself."""
        return self.step(self.now_ms + 10, {"ask": 1})["facts"]

    def console(self, request: dict, timeout_s: float = 30) -> dict:
        """Ask the service room (chargepoint/service.py) on the station's console: its answer."""
        console = self.wiring.console
        console.ask(request)

        end_ms = self.now_ms + int(timeout_s * 1000)
        # Fine steps until it is answered, and none for it afterwards.
        while console.asking.answer is None:
            if self.now_ms >= end_ms:
                raise AssertionError(self._missed(f"an answer to {request.get('ask')}", timeout_s))
            self.step(self.now_ms + STEP_MS)
        return console.asking.answer

    def status(self, connector: int = 1) -> str:
        """The last status that the back end was told, or None."""
        told = self.csms.statuses(self.identity, connector)
        return told[-1] if told else None

    def until_status(self, status: str, timeout_s: float = 30) -> None:
        """Let time pass until the back end's last word of connector 1 is ``status``."""
        self.until(lambda: self.status() == status, timeout_s, status)

    def ready(self):
        """Wait until the station is accepted and connector 1 free; the stage itself."""
        self.until_status("Available", 60)
        return self

    def charge(self, seconds: float = 60, amps: int = 16) -> None:
        """Plug in, tap, and charge for a while."""
        self.vehicle.plug_in(amps=amps)
        self.tap()
        self.until_status("Charging")
        self.advance(seconds)

    def finished_session(self) -> dict:
        """The only session that the back end has, once it is stopped there."""
        self.until(lambda: self.sessions() and self.sessions()[-1]["reason"], 240, "a stop")
        assert len(self.sessions()) == 1, self.sessions()
        return self.sessions()[0]

    def time_text(self, seconds: int = 0) -> str:
        """The time of day so many seconds from now, as OCPP writes it."""
        return utc_text(self.clock.utc_ms() + seconds * 1000)

    @staticmethod
    def seconds(timestamp: str) -> int:
        """Seconds since 1970 of an ISO 8601 text."""
        return int(datetime.fromisoformat(timestamp).timestamp())

    def sessions(self) -> list:
        """The transactions as the back end recorded them."""
        return self.csms.sessions(self.identity)
