"""Where a technician asks the station (service.py): its console, always, and its own page
(portal.py), until the station is commissioned, and for PORTAL_OPEN_MS after a long press (where
there is no button: after TechnicianReset).

Rules of the page:
- It opens when no contactor is closed, for opening a radio may hold a step up; open, it may stay.
- What goes wrong in it closes it, and never the station: it opens again PORTAL_AGAIN_MS later.
- Shut, it is not in memory.
- A station that an older program left (``_kept``) counts as commissioned.
"""

from chargepoint.core import timing

# What only the page needs.
_MODULES = (
    "portal portal_page portal_ports wire.http_request wire.dns drivers.http_server"
    " drivers.dns_captive drivers.access_point"
)


class Doorway:
    """Of ``station``."""

    def __init__(self, station):
        self._station = station
        # Kept here, for a look at the journal in each step would read the flash.
        self._make = station.ports.access_point
        self.commissioned = self._kept() == b"1"
        self._portal = None
        self._until_ms = 0
        self._not_before_ms = 0

    def _kept(self):
        """What is kept of it; a station that has gone to a back end since before there were units
        (0.4.0) was accepted then, and opens no network whose password no label tells."""
        station, name = self._station, "commissioned"
        kept = station.journal.get(name)
        if kept is not None or self._make is None or station.journal.boot < 2:
            return kept
        if station.settings.get("CentralSystemUrl") and station.ports.store.read("unit") is None:
            kept = b"1"
            station.journal.put(name, kept)
            station.ports.log.write("warning", "unit: of an older program: the page stays shut")
        return kept

    @property
    def is_open(self) -> bool:
        """The page is there for whoever has the unit's password."""
        return self._portal is not None

    def charging(self) -> bool:
        """A contactor is closed: nothing is asked of a radio that may hold a step up."""
        for bay in self._station.bays:
            if bay.connector.energised:
                return True
        return False

    def press(self, now_ms: int) -> None:
        """The technician's gesture."""
        self._until_ms = now_ms + timing.PORTAL_OPEN_MS
        self._not_before_ms = now_ms

    def step(self, now_ms: int) -> None:
        """Called in every step, after everything that matters."""
        if self._make is not None:
            self._keep_page(now_ms)
        station = self._station
        console = station.ports.console
        request = None if console is None else console.poll(now_ms)
        if request is not None:
            try:
                station.attend().take(request)
            except MemoryError:
                console.say(b'{"ok": false, "errors": {"ask": "no memory for this room now"}}')
        if station.service is not None:
            station.service.step(now_ms, console)

    def shut(self) -> None:
        """Close the page at once."""
        portal, self._portal = self._portal, None
        if portal is not None:
            try:
                portal.close()
            except Exception as error:
                # Called where another one is dealt with, too: no bug here may end a session.
                self._station.ports.log.write("error", "portal: close: %r" % error)
        if self._station.ports.forget is not None:
            self._station.ports.forget(_MODULES)

    def _keep_page(self, now_ms):
        """Open, go on, or shut."""
        wanted = self._wanted(now_ms)
        try:
            if self._portal is not None:
                self._portal.step(now_ms, not wanted)
                if self._portal.over:
                    self.shut()
            elif wanted and now_ms >= self._not_before_ms and not self.charging():
                self._open(now_ms)
        except Exception as error:
            why = "portal: %s: %s" % (type(error).__name__, error)
            self._station.ports.log.write("error", why)
            self._not_before_ms = now_ms + timing.PORTAL_AGAIN_MS
            self.shut()

    def _wanted(self, now_ms):
        return now_ms < self._until_ms or not self.commissioned

    def _open(self, now_ms):
        from chargepoint.portal import Portal

        self._portal = Portal(self._station, self._make(), now_ms)
