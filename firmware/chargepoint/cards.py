"""What a presented card means: stop this, withdraw that, or ask to begin.

One reader serves every connector (OCPP 1.6 §3.4, §4.1): a card first ends what it began; otherwise
it is meant for the connector whose vehicle waits longest without an authorisation, else for the
first free one, where the vehicle may follow within ConnectionTimeOut.
"""

from binascii import hexlify

from chargepoint.core.authorisation import ACCEPTED, Authorisation, same_tag


class Cards:
    """The driver's side of ``station``."""

    def __init__(self, station):
        self._station = station
        self._authorisation = Authorisation(station.settings, self._ask)

    def tick(self, now_ms: int) -> None:
        """Let the question that is open time out."""
        self._authorisation.tick(now_ms)

    def present_uid(self, uid: bytes, now_ms: int) -> None:
        """A card in the field; its idTag is the UID in upper-case hex, first byte first."""
        self.present(hexlify(uid).decode().upper(), now_ms)

    def present(self, tag: str, now_ms: int) -> None:
        """A driver shows ``tag``."""
        for bay in self._station.bays:
            if bay.transaction.running and same_tag(bay.transaction.tag, tag):
                bay.transaction.stop("local", now_ms, tag)
                return
        for bay in self._station.bays:
            if self._withdraw(bay, tag, now_ms):
                return
        self._authorisation.request(tag, self._decided, now_ms)

    def authorise_remote(self, tag: str, bay, now_ms: int) -> bool:
        """Ask for ``tag`` as if it were shown, for ``bay``; False when another is asked for."""

        def decided(tag, status, parent, now_ms):
            if status == ACCEPTED and bay.usable():
                self.grant(bay, tag, parent, now_ms)
            else:
                bay.refuse(now_ms)

        return self._authorisation.request(tag, decided, now_ms)

    def grant(self, bay, tag: str, parent: str, now_ms: int) -> None:
        """Let ``bay`` begin for ``tag``, waiting for the vehicle if it must."""
        bay.transaction.grant(tag, parent, now_ms, self._wait_ms())

    def choose(self):
        """The bay that an authorisation without a connector is meant for, or None."""
        usable = [bay for bay in self._station.bays if bay.usable()]
        plugged = [bay for bay in usable if bay.connector.plugged]
        return (plugged or usable or [None])[0]

    def _ask(self, tag, number):
        return self._station.exchange.ask_authorize(tag, number, self._authorisation)

    def _decided(self, tag, status, parent, now_ms):
        if status == ACCEPTED and self._stop_by_parent(tag, parent, now_ms):
            return
        bay = self.choose()
        if status == ACCEPTED and bay is not None:
            self.grant(bay, tag, parent, now_ms)
            return
        self._station.ports.log.write("info", "card refused: %s" % status)
        for bay in self._station.bays:
            bay.refuse(now_ms)

    def _stop_by_parent(self, tag, parent, now_ms):
        for bay in self._station.bays:
            if bay.transaction.running and same_tag(bay.transaction.parent, parent):
                bay.transaction.stop("local", now_ms, tag)
                return True
        return False

    def _withdraw(self, bay, tag, now_ms):
        """A second showing of the same card before the start takes it back (B1, §4.9)."""
        transaction = bay.transaction
        return same_tag(transaction.tag, tag) and transaction.withdraw(now_ms, self._wait_ms())

    def _wait_ms(self):
        return self._station.settings.get("ConnectionTimeOut") * 1000
