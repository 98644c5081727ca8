"""What the back end says and hears of files, for a stage."""

from host_tests.harness.csms.times import utc_text
from host_tests.harness.stage import IDENTITY

LONG_AGO = "2026-01-05T08:00:00Z"


class Teller:
    """``files`` is the stage's file server, with an update at /update.bin."""

    def __init__(self, stage, ssl_context=None):
        self._stage = stage
        self.files = stage.file_server(ssl_context)

    def offer(self, other: str = "next", **words) -> bytes:
        """Put an update there."""
        self.files.files["/update.bin"] = self._stage.update_file(other, **words)
        return self.files.files["/update.bin"]

    def update(self, path: str = "/update.bin", scheme: str = None, login: str = "", **fields):
        """UpdateFirmware, and its answer."""
        location = fields.pop("location", None) or self.files.url(path, scheme, login)
        request = {"location": location, "retrieveDate": LONG_AGO, **fields}
        return self.call("UpdateFirmware", request)

    def diagnostics(self, path: str = "/put", scheme: str = None, login: str = "", **fields):
        """GetDiagnostics, and its answer."""
        location = self.files.url(path, scheme, login)
        return self.call("GetDiagnostics", {"location": location, **fields})

    def call(self, action: str, payload: dict):
        """Any call, and its answer (or error)."""
        pending = self._stage.csms.call(IDENTITY, action, payload)
        self._stage.until(lambda: pending.done, 60, f"an answer to {action}")
        return pending.result if pending.error is None else pending.error[0]

    def at(self, seconds: int) -> str:
        """The time in so many seconds."""
        return utc_text(self._stage.clock.utc_ms() + seconds * 1000)

    @property
    def firmware(self) -> list:
        """The statuses of the firmware so far."""
        told = self._stage.csms.calls(IDENTITY, "FirmwareStatusNotification")
        return [said["status"] for said in told]

    @property
    def uploads(self) -> list:
        """The statuses of the diagnostics so far."""
        told = self._stage.csms.calls(IDENTITY, "DiagnosticsStatusNotification")
        return [said["status"] for said in told]

    @property
    def version(self) -> str:
        """What the last BootNotification said."""
        return self._stage.csms.calls(IDENTITY, "BootNotification")[-1]["firmwareVersion"]

    def until(self, status: str, timeout_s: float = 120) -> None:
        """Wait for the last status of the firmware, or of the diagnostics, to be this."""
        self._stage.until(
            lambda: status in (self.firmware[-1:] + self.uploads[-1:]), timeout_s, status
        )
