"""What a person may ask a charge point to do: the form's fields to a call."""

from . import forms

_MESSAGES = (
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
)
_CONNECTOR = forms.whole(0, 99)
_ID_TAG = forms.text(1, 20)


def _reset(form):
    return forms.read(form, type=forms.choice("Soft", "Hard"))


def _unlock(form):
    return {"connectorId": forms.read(form, connector=forms.whole(1, 99))["connector"]}


def _availability(form):
    given = forms.read(form, connector=_CONNECTOR, type=forms.choice("Operative", "Inoperative"))
    return {"connectorId": given["connector"], "type": given["type"]}


def _trigger(form):
    given = forms.read(
        form, message=forms.choice(*_MESSAGES), connector=forms.optional(forms.whole(1, 99))
    )
    where = {} if given["connector"] is None else {"connectorId": given["connector"]}
    return {"requestedMessage": given["message"], **where}


def _start(form):
    given = forms.read(form, id_tag=_ID_TAG, connector=forms.whole(1, 99))
    return {"idTag": given["id_tag"], "connectorId": given["connector"]}


def _stop(form):
    return {
        "transactionId": forms.read(form, transaction=forms.whole(0, 2**31 - 1))["transaction"]
    }


def _change(form):
    return forms.read(form, key=forms.text(1, 50), value=forms.text(0, 500))


def _nothing(form):
    return {}


MESSAGES = _MESSAGES
# deed: action, and what makes its payload; raises forms.Wrong.
DEEDS = {
    "reset": ("Reset", _reset),
    "unlock": ("UnlockConnector", _unlock),
    "availability": ("ChangeAvailability", _availability),
    "trigger": ("TriggerMessage", _trigger),
    "start": ("RemoteStartTransaction", _start),
    "stop": ("RemoteStopTransaction", _stop),
    "change": ("ChangeConfiguration", _change),
    "clear_cache": ("ClearCache", _nothing),
}
