"""Our own events, in OCPP 1.6's words: (action, payload) for what the station has to say."""

from chargepoint.core.metering import words_of
from chargepoint.ocpp import times

# OCPP 1.6 §4.8: what a transaction is called whose StartTransaction was never answered.
UNKNOWN_TRANSACTION = -1

_REASONS = {
    "local": "Local",
    "remote": "Remote",
    "deauthorised": "DeAuthorized",
    "unplugged": "EVDisconnected",
    "power_loss": "PowerLoss",
    "soft_reset": "SoftReset",
    "hard_reset": "HardReset",
    "unlock": "UnlockCommand",
    "emergency": "EmergencyStop",
    "reboot": "Reboot",
    "other": "Other",
}

_CONTEXTS = {
    "periodic": "Sample.Periodic",
    "clock": "Sample.Clock",
    "begin": "Transaction.Begin",
    "end": "Transaction.End",
    "trigger": "Trigger",
    "interruption_begin": "Interruption.Begin",
    "interruption_end": "Interruption.End",
    "other": "Other",
}

# Kinds of the readings in a stop (core/transaction_data.py).
_KINDS = ("begin", "periodic", "clock")

# key of BootNotification, setting
_BOOT = (
    ("chargePointVendor", "ChargePointVendor"),
    ("chargePointModel", "ChargePointModel"),
    ("chargePointSerialNumber", "ChargePointSerialNumber"),
    ("chargeBoxSerialNumber", "ChargeBoxSerialNumber"),
    ("firmwareVersion", "FirmwareVersion"),
    ("iccid", "Iccid"),
    ("imsi", "Imsi"),
    ("meterType", "MeterType"),
    ("meterSerialNumber", "MeterSerialNumber"),
)


def render(event, transaction_id: int, utc_s: int) -> tuple:
    """(action, payload) for a journal event.

    ``transaction_id`` is the back end's id, None when it never gave one. ``utc_s`` is the time of
    the event; None, when no clock ever ran, shows as 1970: honest, and to be seen at once.
    """
    return _EVENTS[event.kind](event, transaction_id, utc_s or 0)


def boot(settings) -> dict:
    """The payload of BootNotification; what is not known is left away."""
    payload = {}
    for key, name in _BOOT:
        text = settings.get(name)
        if text:
            payload[key] = text
    return payload


def authorize(tag: str) -> dict:
    """The payload of Authorize."""
    return {"idTag": tag}


def meter_values(
    connector: int, transaction_id: int, context: str, values: list, utc_s: int
) -> dict:
    """The payload of MeterValues; ``transaction_id`` None outside a transaction."""
    readings = [meter_value(context, values, utc_s or 0)]
    payload = {"connectorId": connector, "meterValue": readings}
    if transaction_id is not None:
        payload["transactionId"] = transaction_id
    return payload


def meter_value(context: str, values: list, utc_s: int) -> dict:
    """One MeterValue; ``values`` is a list of (quantity, phase, value)."""
    sampled = [_sampled(context, quantity, phase, value) for quantity, phase, value in values]
    return {"timestamp": times.text_of(utc_s), "sampledValue": sampled}


def _sampled(context, quantity, phase, value):
    measurand, unit, decimals = words_of(quantity)
    sample = {
        "value": thousandths_text(value) if decimals else str(value),
        "context": _CONTEXTS.get(context, "Other"),
        "measurand": measurand,
    }
    if unit:
        sample["unit"] = unit
    if quantity == "celsius_mc":
        # Inside the charge point; all else is measured at the outlet, the default.
        sample["location"] = "Body"
    if phase:
        sample["phase"] = "L%d-N" % phase if quantity == "voltage_mv" else "L%d" % phase
    return sample


def thousandths_text(value: int) -> str:
    """16.5 for 16500; exact, without a float."""
    whole, rest = divmod(abs(value), 1000)
    text = "%d.%03d" % (whole, rest)
    while text.endswith("0") and not text.endswith(".0"):
        text = text[:-1]
    return "-" + text if value < 0 else text


def _start(event, transaction_id, utc_s):
    payload = {
        "connectorId": event.connector,
        "idTag": event.body["tag"],
        "meterStart": event.body["meter_wh"],
        "timestamp": times.text_of(utc_s),
    }
    if "reservation" in event.body:
        payload["reservationId"] = event.body["reservation"]
    return "StartTransaction", payload


def _sample(event, transaction_id, utc_s):
    body = event.body
    value = meter_value(body.get("context"), body.get("values", ()), utc_s)
    payload = {"connectorId": event.connector, "meterValue": [value]}
    if event.transaction is not None:
        payload["transactionId"] = _known(transaction_id)
    return "MeterValues", payload


def _stop(event, transaction_id, utc_s):
    body = event.body
    payload = {
        "transactionId": _known(transaction_id),
        "meterStop": body["meter_wh"],
        "timestamp": times.text_of(utc_s),
        "reason": _REASONS.get(body["reason"], "Other"),
    }
    if body.get("tag"):
        payload["idTag"] = body["tag"]
    data = _transaction_data(body, utc_s)
    if data:
        payload["transactionData"] = data
    return "StopTransaction", payload


def _transaction_data(body, utc_s):
    """The readings of a stop, the earliest first: values before the first "at" are the end's."""
    signed = body.get("signed") or {}
    found = [("end", utc_s, [])]
    for value in body.get("values", ()):
        if value[0] == "at":
            moment = value[2] if value[2] > 0 else utc_s + value[2]
            found.append((_KINDS[value[1]], moment, []))
        else:
            found[-1][2].append(value)
    told = []
    for context, moment, values in found[1:] + found[:1]:
        reading = meter_value(context, values, moment)
        if signed.get(context):
            reading["sampledValue"].append(_signed(context, signed[context]))
        if reading["sampledValue"]:
            told.append(reading)
    return told


def _signed(context, text):
    """What a meter signed, as it came: the signature covers each byte."""
    return {
        "value": text,
        "context": _CONTEXTS[context],
        "format": "SignedData",
        "measurand": "Energy.Active.Import.Register",
    }


def _known(transaction_id):
    return UNKNOWN_TRANSACTION if transaction_id is None else transaction_id


_EVENTS = {"STARTED": _start, "SAMPLED": _sample, "STOPPED": _stop}
