"""What a presented card means: stop this, withdraw that, or ask to begin.

One reader serves every connector (OCPP 1.6 §3.4, §4.1):
- A card first ends what it began. A card of the same parent does so when no vehicle waits.
- Otherwise it is meant for the connector whose vehicle waits longest without an authorisation;
  then for one whose vehicle waited too long, or whose session the same card ended; then for a free
  one; at last for a vehicle that another card has charged.
- Where it waits at a free one for the vehicle and that is plugged in elsewhere, it goes along.
"""

from binascii import hexlify

from chargepoint.core import transactions
from chargepoint.core.authorisation import ACCEPTED, Authorisation, same_tag
from chargepoint.core.tags import CONCURRENT

# First byte of a single-size UID that the card makes up anew each time (ISO 14443-3, UID0).
_RANDOM = 0x08


def tag_of(uid: bytes, reverse: bool) -> str:
    """The idTag of a card: its UID in upper-case hex, first transmitted byte first.

    ``reverse``: last byte first. 4, 7 and 10 bytes make 8, 14 and 20 characters, and 20 is the
    most that an idTag can have (OCPP 1.6 §7.28).
    """
    return hexlify(bytes(reversed(uid)) if reverse else uid).decode().upper()


def is_random(uid: bytes) -> bool:
    """Whether the card shows another UID the next time: four bytes that begin with 08."""
    return len(uid) == 4 and uid[0] == _RANDOM


class Cards:
    """The driver's side of ``station``."""

    def __init__(self, station):
        self._station = station
        find = station.known.find
        # The card that was shown last, and when: for who tests the reader.
        self.shown = self.shown_ms = None
        self._authorisation = Authorisation(station.settings, self._ask, self._reachable, find)
        self._anywhere = []

    def tick(self, now_ms: int) -> None:
        """Let the question that is open time out, and a card's authorisation find its vehicle."""
        self._authorisation.tick(now_ms)
        self._station.known.local_list.tick()
        if self._anywhere:
            self._go_along(now_ms)
        if self._station.settings.get("FreeCharging"):
            self._charge_for_free(now_ms)

    def present_uid(self, uid: bytes, now_ms: int) -> None:
        """A card in the field; its idTag is its UID, see ``tag_of``."""
        tag = tag_of(uid, self._station.settings.get("ReverseUid"))
        if is_random(uid):
            text = "card %s changes its number each time it is shown: it can't be enrolled"
            self._station.ports.log.write("warning", text % tag)
        self.present(tag, now_ms)

    def present(self, tag: str, now_ms: int) -> None:
        """A driver shows ``tag``."""
        self.shown, self.shown_ms = tag, now_ms
        if self._free_plug("kept", tag, now_ms):
            return
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
            if status == ACCEPTED and self.may_begin(bay, tag, parent):
                self.grant(bay, tag, parent, now_ms)
            else:
                bay.refuse(now_ms)
                self._station.sound("refused", now_ms)

        return self._authorisation.request(tag, decided, now_ms)

    def grant(self, bay, tag: str, parent: str, now_ms: int) -> None:
        """Let ``bay`` begin for ``tag``, waiting for the vehicle if it must."""
        bay.transaction.grant(tag, parent, now_ms, self._wait_ms())
        self._station.sound("accepted", now_ms)

    def may_begin(self, bay, tag: str, parent: str, left: int = 0) -> bool:
        """``bay`` is usable, and no one else's reservation is in the way of ``tag``; ``left`` is a
        connector that it gives up."""
        return bay.usable() and self._station.reservations.admits(bay.number, tag, parent, left)

    def choose(self, tag: str, parent: str = None, left: int = 0):
        """The bay that an authorisation of ``tag`` without a connector is meant for, or None."""
        chosen = least = None
        keeps = self._station.reservations.keeps
        for bay in self._station.bays:
            if self.may_begin(bay, tag, parent, left):
                ours = keeps(bay.number, tag, parent)
                rank = (-1, 0) if ours else _rank(bay.transaction, tag)
                if least is None or rank < least:
                    chosen, least = bay, rank
        return chosen

    def _reachable(self):
        return self._station.exchange.dialogue.ready

    def _charge_for_free(self, now_ms):
        """No card is wanted: a vehicle that is plugged in begins, once until it is unplugged."""
        tag = self._station.settings.get("FreeChargingIdTag")
        for bay in self._station.bays:
            transaction = bay.transaction
            waits = transaction.state == transactions.PLUGGED
            waits = waits or transaction.state == transactions.FINISHED
            if waits and not transaction.done and self.may_begin(bay, tag, None):
                transaction.grant(tag, None, now_ms, self._wait_ms())

    def _free_plug(self, held_by, tag, now_ms):
        """A plug that was held for ``tag`` is let go."""
        for bay in self._station.bays:
            if same_tag(getattr(bay.transaction, held_by), tag):
                bay.transaction.release()
                self._station.sound("accepted", now_ms)
                return True
        return False

    def _ask(self, tag, number):
        return self._station.exchange.ask_authorize(tag, number, self._authorisation)

    def _decided(self, tag, status, parent, now_ms):
        bay = self.choose(tag, parent)
        meant = _waits(bay) or bay and self._station.reservations.keeps(bay.number, tag, parent)
        # A card that charges elsewhere may not begin, but it is a good one.
        may_end = status == ACCEPTED or status == CONCURRENT
        if may_end and not meant and self._stop_by_parent(tag, parent, now_ms):
            return
        if status == ACCEPTED and bay is not None:
            self.grant(bay, tag, parent, now_ms)
            if bay.transaction.state == transactions.AUTHORISED:
                self._anywhere.append((bay, tag))
            return
        self._station.ports.log.write("info", "card refused: %s" % status)
        self._station.sound("refused", now_ms)
        for bay in self._station.bays:
            bay.refuse(now_ms)

    def _go_along(self, now_ms):
        """A vehicle plugged in beside the connector at which its driver's card waits."""
        for bay, tag in list(self._anywhere):
            waiting = bay.transaction
            if waiting.state != transactions.AUTHORISED or waiting.tag != tag:
                self._anywhere.remove((bay, tag))
                continue
            parent = waiting.parent
            other = self.choose(tag, parent, bay.number)
            # One that waited before the card was shown is another driver's: this one is reserved.
            if _waits(other) and (other.transaction.due_ms or 0) >= waiting.due_ms:
                waiting.withdraw(now_ms, 0)
                self.grant(other, tag, parent, now_ms)

    def _stop_by_parent(self, tag, parent, now_ms):
        if self._free_plug("kept_parent", parent, now_ms):
            return True
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


def _waits(bay):
    """A vehicle is plugged in at ``bay``, and no one has shown a card for it yet."""
    return bay is not None and bay.transaction.state == transactions.PLUGGED


def _rank(transaction, tag):
    """How well ``tag`` fits an unclaimed ``transaction``; the lowest fits best."""
    if transaction.state == transactions.PLUGGED:
        return 0, transaction.due_ms or 0
    if transaction.state == transactions.FREE:
        return 2, 0
    ours = transaction.served is None or same_tag(transaction.served, tag)
    return (1 if ours else 3), 0
