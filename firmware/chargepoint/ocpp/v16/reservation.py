"""The profile Reservation: ReserveNow and CancelReservation (OCPP 1.6 §5.13, §5.1)."""

from chargepoint.core.reservations import REJECTED
from chargepoint.ocpp import times
from chargepoint.ocpp.dialogue import status_of
from chargepoint.ocpp.errors import PROPERTY_CONSTRAINT_VIOLATION, OcppError


class Reservation:
    """``reservations`` is the station's (core/reservations.py), ``count`` its connectors."""

    def __init__(self, reservations, settings, count: int):
        self._reservations = reservations
        self._settings = settings
        self._count = count

    def actions(self) -> dict:
        """For ``Inbound.add``."""
        return {"ReserveNow": self._reserve_now, "CancelReservation": self._cancel}

    def _reserve_now(self, payload, now_ms):
        connector = payload["connectorId"]
        if not 0 <= connector <= self._count:
            raise OcppError(
                PROPERTY_CONSTRAINT_VIOLATION, "connectorId: expected 0 to %d" % self._count
            )
        get = self._settings.get
        supported = connector or get("ReserveConnectorZeroSupported")
        if not supported or not get("ReservationEnabled"):
            return status_of(REJECTED)
        expires_s = times.parse(payload["expiryDate"])
        number, tag = payload["reservationId"], payload["idTag"]
        parent = payload.get("parentIdTag")
        return status_of(self._reservations.reserve(connector, number, tag, parent, expires_s))

    def _cancel(self, payload, now_ms):
        return status_of(self._reservations.cancel(payload["reservationId"]))
