"""What the back end may ask: the station's side of the calls in ocpp/v16/inbound."""

from chargepoint.core import timing, transactions

ACCEPTED = "Accepted"
REJECTED = "Rejected"
NOT_IMPLEMENTED = "NotImplemented"
NOT_SUPPORTED = "NotSupported"
UNLOCKED = "Unlocked"
UNLOCK_FAILED = "UnlockFailed"


class Remote:
    """Acts on ``station``; connectors are 1.. unless said otherwise, and checked by the caller."""

    def __init__(self, station):
        self._station = station
        self.now_ms = 0

    @property
    def connector_count(self) -> int:
        """How many connectors there are."""
        return len(self._station.bays)

    def remote_start(self, id_tag: str, connector: int, profile: tuple = None) -> bool:
        """Begin for ``id_tag`` at ``connector`` (None: the station chooses), with the charging
        ``profile`` (head, periods) if one is given; OCPP 1.6 §5.11."""
        station = self._station
        bay = station.cards.choose(id_tag) if connector is None else station.bay(connector)
        if bay is None or not bay.usable():
            return False
        asks = station.settings.get("AuthorizeRemoteTxRequests")
        if not station.cards.may_begin(bay, id_tag, None):
            # Reserved: only the back end knows whether the parent is the right one (§5.13).
            if not station.reservations.asks_parent(bay.number):
                return False
            asks = True
        if asks and not station.cards.authorise_remote(id_tag, bay, self.now_ms):
            return False
        if profile is not None:
            station.supply.expect(bay, id_tag, profile, self.now_ms)
        if not asks:
            station.cards.grant(bay, id_tag, None, self.now_ms)
        return True

    def remote_stop(self, transaction_id: int) -> bool:
        """Stop the transaction that the back end knows by ``transaction_id``; OCPP 1.6 §5.12."""
        for bay in self._station.bays:
            number = bay.transaction.number
            if bay.transaction.state not in (transactions.BEGINNING, transactions.ACTIVE):
                continue
            if self._station.journal.transaction_id(number) == transaction_id:
                bay.transaction.stop("remote", self.now_ms)
                return True
        return False

    def change_availability(self, connector: int, operative: bool) -> str:
        """Connector 0 is the whole station; "Accepted" or "Scheduled"; OCPP 1.6 §5.2."""
        station = self._station
        status = station.availability.change(connector, operative, station.busy())
        station.admit()
        return status

    def reset(self, hard: bool) -> bool:
        """Start anew once the answer has left and transactions have ended; OCPP 1.6 §5.14."""
        self._station.start_reset("hard" if hard else "soft", self.now_ms)
        return True

    def unlock(self, connector: int):
        """End a transaction, then drive the bolt out; OCPP 1.6 §5.18.

        "NotSupported" without a lock, else a function that tells "Unlocked" or "UnlockFailed"
        once it is known, and None until then.
        """
        bay = self._station.bay(connector)
        lock = bay.connector.protection.lock
        if lock is None:
            return NOT_SUPPORTED
        if bay.transaction.running:
            bay.transaction.stop("unlock", self.now_ms)
        elif bay.transaction.state == transactions.STARTING:
            # Not yet a transaction, but it holds the plug as well.
            bay.withdraw(self.now_ms)
        bay.transaction.release()
        lock.retry(self.now_ms)
        until_ms = self.now_ms + timing.UNLOCK_MS

        def told(now_ms):
            if lock.is_out:
                return UNLOCKED
            return UNLOCK_FAILED if lock.is_jammed or now_ms >= until_ms else None

        return told

    def trigger(self, message: str, connector: int) -> str:
        """Queue ``message`` to be sent after the answer; OCPP 1.6 §5.17."""
        return self._station.exchange.trigger(message, connector, self.now_ms)

    def clear_cache(self) -> bool:
        """Forget what is remembered of idTags; OCPP 1.6 §5.4."""
        return self._station.known.clear_cache()

    def once_saved(self, payload: dict):
        """A function now_ms -> ``payload`` once all that was said is on the medium, None before.

        A medium that refuses is no reason not to answer: the change counts until the next start.
        """
        journal = self._station.journal

        def answer(now_ms):
            return payload if journal.pending == 0 or journal.trouble is not None else None

        return answer

    def setting_changed(self, name: str) -> None:
        """Address or credentials of the back end take effect at the next connection."""
        self._station.exchange.setting_changed(name)
