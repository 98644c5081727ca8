"""What the back end does with each call of a charge point, on the ``ocpp`` library."""

import ocpp.messages
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.enums import Action, DataTransferStatus

from .book import Book
from .sessions import Conflict
from .times import utc_text

# Else each payload is validated in a thread, and virtual time would not wait for it.
ocpp.messages.ASYNC_VALIDATION = False


class Rules:
    """What a person sets for all charge points, and what a test asks afterwards."""

    def __init__(self, clock):
        self.clock = clock
        self.heartbeat_interval_s = 300
        self.violations = []
        # (identity, idTag, idTagInfo of the book) -> the idTagInfo that is answered.
        self.judge = lambda identity, id_tag, info: info


class ServedChargePoint(ChargePoint):
    """One connected charge point; ``connection`` is what answers are sent through."""

    def __init__(self, identity: str, connection, book: Book, rules: Rules):
        super().__init__(identity, connection)
        self._book = book
        self._rules = rules

    def _now(self) -> str:
        return utc_text(self._rules.clock.utc_ms())

    def _card(self, id_tag: str) -> dict:
        info = self._book.card_info(id_tag, self._rules.clock.utc_ms())
        return self._rules.judge(self.id, id_tag, info)

    def _keep(self, keep, *told) -> None:
        # A billing system takes what it is told; that it does not fit is for the test to see.
        try:
            keep(self.id, *told)
        except Conflict as conflict:
            self._rules.violations.append((self.id, str(conflict)))

    @on(Action.boot_notification)
    def on_boot_notification(self, **told):
        known = self._book.charge_point(self.id)
        self._book.register(self.id, known["policy"])
        interval = known["interval_s"]
        if interval is None:
            interval = self._rules.heartbeat_interval_s
        return call_result.BootNotification(self._now(), interval, known["policy"])

    @on(Action.heartbeat)
    def on_heartbeat(self):
        return call_result.Heartbeat(self._now())

    @on(Action.status_notification)
    def on_status_notification(self, **told):
        return call_result.StatusNotification()

    @on(Action.authorize)
    def on_authorize(self, id_tag):
        return call_result.Authorize(self._card(id_tag))

    @on(Action.start_transaction)
    def on_start_transaction(
        self, connector_id, id_tag, meter_start, timestamp, call_unique_id, **told
    ):
        start = {
            "connector": connector_id,
            "id_tag": id_tag,
            "meter_start": meter_start,
            "start_time": timestamp,
            "reservation": told.get("reservation_id"),
        }
        transaction_id = self._book.sessions.start(self.id, call_unique_id, start)
        return call_result.StartTransaction(transaction_id, self._card(id_tag))

    @on(Action.stop_transaction)
    def on_stop_transaction(self, transaction_id, meter_stop, timestamp, call_unique_id, **told):
        stop = {
            "meter_stop": meter_stop,
            "stop_time": timestamp,
            "stop_id_tag": told.get("id_tag"),
            "reason": told.get("reason"),
        }
        self._keep(self._book.sessions.stop, transaction_id, stop)
        data = told.get("transaction_data", [])
        self._keep_readings(call_unique_id, None, transaction_id, "StopTransaction", data)
        known = "id_tag" in told
        return call_result.StopTransaction(self._card(told["id_tag"]) if known else None)

    @on(Action.meter_values)
    def on_meter_values(self, connector_id, meter_value, call_unique_id, transaction_id=None):
        self._keep_readings(
            call_unique_id, connector_id, transaction_id, "MeterValues", meter_value
        )
        return call_result.MeterValues()

    def _keep_readings(self, message, connector, transaction_id, source, meter_value):
        told = {
            "connector": connector,
            "transaction_id": transaction_id,
            "source": source,
            "meter_value": meter_value,
        }
        self._keep(self._book.sessions.add_readings, message, told)

    @on(Action.data_transfer)
    def on_data_transfer(self, **told):
        return call_result.DataTransfer(DataTransferStatus.unknown_vendor_id)

    @on(Action.firmware_status_notification)
    def on_firmware_status_notification(self, status):
        return call_result.FirmwareStatusNotification()

    @on(Action.diagnostics_status_notification)
    def on_diagnostics_status_notification(self, status):
        return call_result.DiagnosticsStatusNotification()
