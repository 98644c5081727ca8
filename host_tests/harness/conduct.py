"""What a station says, judged by what it said before: registration, statuses, files, reservations.

``oracle`` judges each frame by itself; this judges their order, by tables of its own.
"""

from host_tests.harness.csms.script import CALL, ERROR, RESULT, as_frame

# OCPP 1.6 §4.9 with errata 3.19: what may follow a status.
_FOLLOWING = {
    "Available": "Preparing Charging SuspendedEV SuspendedEVSE Reserved Unavailable Faulted",
    "Preparing": "Available Charging SuspendedEV SuspendedEVSE Finishing Faulted",
    "Charging": "Available SuspendedEV SuspendedEVSE Finishing Unavailable Faulted",
    "SuspendedEV": "Available Charging SuspendedEVSE Finishing Unavailable Faulted",
    "SuspendedEVSE": "Available Charging SuspendedEV Finishing Unavailable Faulted",
    "Finishing": "Available Preparing Unavailable Faulted",
    "Reserved": "Available Preparing Unavailable Faulted",
    "Unavailable": "Available Preparing Charging SuspendedEV SuspendedEVSE Faulted",
    "Faulted": "Available Preparing Charging SuspendedEV SuspendedEVSE Finishing Reserved "
    "Unavailable",
}
_BOOT = "BootNotification"
_WHOLE = ("Available", "Unavailable", "Faulted")
# OCPP 1.6 §4.4, §4.5: a status comes after those with a lower number; a new request begins anew.
_FIRMWARE = {
    "Downloading": 0,
    "Downloaded": 1,
    "DownloadFailed": 1,
    "Installing": 2,
    "InstallationFailed": 3,
    "Installed": 3,
}
_DIAGNOSTICS = {"Uploading": 0, "Uploaded": 1, "UploadFailed": 1}
_FAILED = ("DownloadFailed", "UploadFailed")


def violations(frames) -> list:
    """``frames`` are (direction, utc_ms, raw) as Csms.frames gives them."""
    return _Conduct().judged(frames)


class _Conduct:
    def __init__(self):
        self.found = []
        self._asked = {}  # message id -> (action, payload) of the back end
        self._told = {}  # message id -> (action, payload) of the station
        self._heard = {}  # connector -> the status that was said last
        self._known = {}  # connector -> the status that was answered last
        self._files = {"FirmwareStatusNotification": None, "DiagnosticsStatusNotification": None}
        self._triggered = []
        self._ever_triggered = set()
        self._reserved = {}
        self._registration = None  # what the station's last start was answered with

    def judged(self, frames) -> list:
        """Go through them in order."""
        for way, _, raw in frames:
            frame = as_frame(raw)
            if frame is None or not isinstance(frame[1], str):
                continue
            if way == "sent":
                self._from_back_end(frame)
            else:
                self._from_station(frame)
        return self.found

    def _from_back_end(self, frame):
        if frame[0] != CALL:
            action, payload = self._told.pop(frame[1], (None, None))
            if action == "StatusNotification":
                self._known[payload.get("connectorId")] = payload.get("status")
            elif action == _BOOT and frame[0] == RESULT and isinstance(frame[2], dict):
                self._registration = frame[2].get("status")
        elif isinstance(frame[3], dict):
            self._asked[frame[1]] = frame[2], frame[3]
            if frame[2] == "ReserveNow":
                # Its answer may be lost with the connection, and the reservation not.
                self._reserved[str(frame[3].get("reservationId"))] = frame[3]

    def _from_station(self, frame):
        if frame[0] in (RESULT, ERROR):
            action, asked = self._asked.get(frame[1], (None, None))
            accepted = frame[0] == RESULT and frame[2].get("status") == "Accepted"
            if action == "TriggerMessage" and accepted:
                self._triggered.append(asked.get("requestedMessage"))
                self._ever_triggered.add(asked.get("requestedMessage"))
            return
        action, payload = frame[2], frame[3]
        self._told[frame[1]] = action, payload
        self._judge_registration(action)
        if action == _BOOT:
            self._heard.clear()
            self._known.clear()
        elif action == "StatusNotification":
            self._judge_status(payload.get("connectorId"), payload.get("status"))
        elif action in self._files:
            self._judge_file(action, payload.get("status"))
        elif action == "StartTransaction" and "reservationId" in payload:
            self._judge_reservation(payload)

    def _judge_registration(self, action):
        """OCPP 1.6 §4.2, errata 3.35."""
        registration = self._registration
        if action == _BOOT:
            if registration == "Accepted":
                # It started anew.
                self._registration = None
                self._ever_triggered.clear()
            return
        pending = registration == "Pending" and action in self._ever_triggered
        if registration != "Accepted" and not pending:
            self.found.append(f"{action} while the registration is {registration}")

    def _judge_status(self, connector, status):
        before = {each.get(connector) for each in (self._heard, self._known)} - {None}
        self._heard[connector] = status
        if connector == 0 and status not in _WHOLE:
            self.found.append(f"connector 0: {status}")
        fits = [one for one in before if one == status or status in _FOLLOWING[one].split()]
        if before and not fits:
            self.found.append(f"connector {connector}: {status} after {sorted(before)}")

    def _judge_file(self, action, status):
        before = self._files[action]
        ranks = _FIRMWARE if action.startswith("F") else _DIAGNOSTICS
        if status != "Idle" and self._follows(ranks, before, status):
            self._files[action] = status
        elif action in self._triggered:
            # What was asked for is told besides.
            self._triggered.remove(action)
        else:
            self.found.append(f"{action}: {status} after {before}")

    @staticmethod
    def _follows(ranks, before, status):
        if ranks[status] == 0 or status == before or status in _FAILED:
            # Begun anew; said again, because the answer was lost; a power cut before it was told.
            return True
        return before is not None and before not in _FAILED and ranks[before] < ranks[status]

    def _judge_reservation(self, payload):
        number, tag = payload["reservationId"], payload.get("idTag", "")
        held = self._reserved.get(str(number))
        if held is None:
            self.found.append(f"StartTransaction: reservationId {number} was never given")
        elif "parentIdTag" not in held and held.get("idTag", "").lower() != tag.lower():
            self.found.append(f"StartTransaction: reservation {number} is not for {tag}")
