"""What the back end may do with the station's files: a new firmware, and the diagnostics.

The rooms themselves (ocpp/v16/firmware, ocpp/v16/diagnostics) are imported when they are needed
first and let go when they are done: most of the time a station has neither in its memory.
"""

from chargepoint.core import timing
from chargepoint.ocpp.errors import PROPERTY_CONSTRAINT_VIOLATION, OcppError
from chargepoint.ports import OPENING

# Guards that look at the pilot themselves.
_WATCHING = ("front end", "ulp")

_UPDATE = "update"
_DIAGNOSTICS = "diagnostics"


class Upkeep:
    """A source of the dialogue. ``on_trial``: the running firmware has yet to prove itself."""

    def __init__(self, station):
        slots = station.ports.slots
        self.on_trial = slots is not None and slots.on_trial
        self._station = station
        self._firmware = None
        self._diagnostics = None
        self._transfer = None
        self._borrower = None
        self._born_ms = None
        if not self.supported:
            profiles = station.settings.text("SupportedFeatureProfiles")
            profiles = profiles.replace("FirmwareManagement,", "")
            station.settings.fix("SupportedFeatureProfiles", profiles)
            station.settings.fix("SupportedFileTransferProtocols", "")
        else:
            if station.journal.get(_UPDATE):
                self._firmware_room().load()
            if station.journal.get(_DIAGNOSTICS):
                self._diagnostics_room().load()

    @property
    def supported(self) -> bool:
        """The board has what FirmwareManagement needs."""
        return self._station.ports.slots is not None and self._station.ports.transfer is not None

    @property
    def claims(self) -> bool:
        """The connectors must take no one: a new firmware is about to be started."""
        return self._firmware is not None and self._firmware.claims

    @property
    def lively(self) -> bool:
        """A file is being worked on in every step."""
        if self._firmware is not None and self._firmware.lively:
            return True
        return self._diagnostics is not None and self._diagnostics.lively

    def step(self, now_ms: int, flash_free: bool) -> None:
        """Go on with what is under way; a flash operation only with ``flash_free``."""
        if self.on_trial:
            self._prove(now_ms, flash_free)
        if self._transfer is not None:
            # HAZARD: a TLS handshake holds a step up for seconds on a small processor: not while
            # energy flows, unless a guard watches the pilot meanwhile; and not beside another one,
            # for two in a step are longer than a guard waits for a sign of life.
            opening = self._station.ports.link.state == OPENING
            self._transfer.secure = not (opening or self._unwatched())
        if self._firmware is not None:
            self._firmware.step(now_ms, flash_free)
            if self._firmware.over:
                self._firmware = None
        if self._diagnostics is not None:
            self._diagnostics.step(now_ms)
            if self._diagnostics.over:
                self._diagnostics = None
        if self._firmware is None and self._diagnostics is None:
            self._transfer = None

    def next(self, now_ms: int):
        """A status that is to be told, or None; what is told is kept before (``is_kept``)."""
        call = None
        if self.is_kept:
            if self._firmware is not None:
                call = self._firmware.notices.next(now_ms)
            if call is None and self._diagnostics is not None:
                call = self._diagnostics.notices.next(now_ms)
        return call

    def status(self, message: str) -> dict:
        """The payload of ``message`` for TriggerMessage."""
        room = self._firmware if message[0] == "F" else self._diagnostics
        return {"status": "Idle" if room is None else room.status}

    # -- the calls of the back end --------------------------------------------------------------

    def actions(self) -> dict:
        """What Inbound calls: action -> function."""
        if not self.supported:
            return {}
        return {"UpdateFirmware": self.update_firmware, "GetDiagnostics": self.get_diagnostics}

    def update_firmware(self, payload: dict, now_ms: int):
        """UpdateFirmware; the answer waits for the medium."""
        from chargepoint.ocpp.v16.firmware import read

        self._firmware_room().ask(self._checked(read, payload), now_ms)
        return self._saved({})

    def get_diagnostics(self, payload: dict, now_ms: int):
        """GetDiagnostics; no fileName when there is no data in the period."""
        from chargepoint.ocpp.v16.diagnostics import read

        request = self._checked(read, payload)
        name = self._diagnostics_room().ask(request, now_ms)
        return {} if name is None else self._saved({"fileName": name})

    # -- what the rooms ask ---------------------------------------------------------------------

    def lend(self, room):
        """The Transfer, or None while the other room has it."""
        if self._borrower not in (None, room):
            return None
        self._borrower = room
        if self._transfer is None:
            self._transfer = self._station.ports.transfer()
        return self._transfer

    def take_back(self, room) -> None:
        """``room`` needs it no more."""
        if self._borrower is room:
            self._transfer.stop()
            self._borrower = self._transfer = None

    @property
    def is_kept(self) -> bool:
        """All is on the medium, or it refuses: then no one is left without an answer."""
        journal = self._station.journal
        return not journal.pending or journal.trouble is not None

    # -- inside ---------------------------------------------------------------------------------

    def _unwatched(self):
        station = self._station
        for at, of in enumerate(station.ports.connectors):
            if station.bays[at].connector.energised and of.guard.kind not in _WATCHING:
                return True
        return False

    def _checked(self, read, payload):
        if self._transfer is None:
            self._transfer = self._station.ports.transfer()
        try:
            return read(payload, self._transfer)
        except ValueError as error:
            raise OcppError(PROPERTY_CONSTRAINT_VIOLATION, str(error))

    def _saved(self, payload):
        def told(now_ms):
            return payload if self.is_kept else None

        return told

    def _firmware_room(self):
        if self._firmware is None:
            from chargepoint.ocpp.v16.firmware import Firmware

            self._firmware = Firmware(self, self._station)
        return self._firmware

    def _diagnostics_room(self):
        if self._diagnostics is None:
            from chargepoint.ocpp.v16.diagnostics import Diagnostics

            self._diagnostics = Diagnostics(self, self._station)
        return self._diagnostics

    def _prove(self, now_ms, flash_free):
        """Well enough: the back end accepted it, or it ran for long without one."""
        if self._born_ms is None:
            self._born_ms = now_ms
        accepted = self._station.exchange.registration.accepted
        if (accepted or now_ms - self._born_ms >= timing.TRIAL_MS) and flash_free:
            if self._station.ports.slots.confirm():
                self.on_trial = False
                self._station.ports.log.write("info", "the new firmware is confirmed")
