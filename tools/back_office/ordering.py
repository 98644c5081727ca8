"""What is ordered: from the form to an order file, and to what a station should have when.

The fields, and what may stand in them, are those of the order file (tools/provision), whose checks
are the firmware's own.
"""

import json
import re
import secrets
import tempfile
from pathlib import Path

from tools.provision import fields as known
from tools.provision import order as files

from . import forms, life
from .card_pages import id_tag
from .charge_point_pages import identity_text

# Of the order file, what the form asks for; the rest is made here or not needed.
ASKED = (
    "order.serial",
    "back_end.identity",
    "back_end.url",
    "back_end.security_profile",
    "network.wifi_ssid",
    "network.wifi_password",
    "installation.max_current_a",
    "installation.load_limit_a",
    "installation.phases",
    "installation.phase_rotation",
    "installation.earthing",
    "installation.time_zone",
    "charging.mode",
    "charging.tariff_text",
)
CA_FILE = "ca.pem"
_WITH_PASSWORD = (1, 2)
# Where the page has a field of another name.
_FIELDS = {"back_end.ca": "ca"}
# How a station comes here is not changed from here: a mistake would lose it.
_ITS_WAY_HERE = (
    "Identity CentralSystemUrl CentralSystemUrl2 SecurityProfile AuthorizationKey TimeServer"
    " WifiSsid WifiPassword"
).split()
# Until the installation is active, so that nobody charges whom the back end did not admit.
_HELD = {"charging.mode": "card", "charging.offline": "RefuseAll"}


def read(form) -> dict:
    """The order in a form: what is kept as JSON. Raises forms.Wrong with a text for each field."""
    given = {name: value for name, value in form.items() if isinstance(value, str)}
    errors = {}
    values = _values(given, errors)
    own = _own(given, errors)
    if not errors:
        _complete(values, own, errors)
    if not errors:
        errors = _judge(values, own["ca"])
    if errors:
        shown = {name: value for name, value in given.items() if "password" not in name}
        raise forms.Wrong(errors, shown)
    return {
        "identity": values["back_end.identity"],
        "serial": values.get("order.serial", ""),
        "values": values,
        **own,
    }


def _values(given: dict, errors: dict) -> dict:
    values = {}
    for place in ASKED:
        typed = given.get(place, "").strip()
        field = known.BY_PLACE[place]
        if not typed and not field.required:
            continue
        try:
            values[place] = forms.whole(0, 999)(typed) if field.kind is int else typed
            if place == "back_end.identity":
                identity_text(typed)
        except ValueError as error:
            errors[place] = str(error)
    return values


def _own(given: dict, errors: dict) -> dict:
    """What only the back office wants to know."""
    try:
        own = forms.read(
            given,
            ca=_pem,
            client=forms.text(1, 100),
            place=forms.text(0, 200),
            cards=_cards,
            activation=forms.choice("first_card", "office"),
        )
    except forms.Wrong as wrong:
        errors.update(wrong.errors)
        return {}
    return own


def _cards(typed: str) -> list[str]:
    return [id_tag(each) for each in re.split(r"[\s,;]+", typed) if each]


def _pem(typed: str) -> str:
    text = forms.lines(8000)(typed)
    if text and not (text.isascii() and text.startswith("-----BEGIN CERTIFICATE-----")):
        raise ValueError("expected a certificate in PEM")
    return f"{text}\n" if text else ""


def _complete(values: dict, own: dict, errors: dict) -> None:
    """What is made here: credentials, the technician's code, the idTag of free charging."""
    if values["back_end.security_profile"] in _WITH_PASSWORD:
        values["back_end.password"] = secrets.token_hex(20)
    if own["ca"]:
        values["back_end.ca"] = CA_FILE
    values["technician.code"] = f"{secrets.randbelow(10**8):08d}"
    if values["charging.mode"] == "free":
        values["charging.free_id_tag"] = f"F-{values['back_end.identity']}"[:20]
        if own["activation"] == "first_card":
            errors["activation"] = "free charging has no first card: the office activates it"
    elif own["activation"] == "first_card" and not own["cards"]:
        errors["cards"] = "expected at least one card, for its driver activates it"


def _judge(values: dict, ca: str) -> dict:
    try:
        _parse(values, ca)
    except files.OrderError as error:
        return {_FIELDS.get(place, place): why for _, place, why in error.errors}
    return {}


def _parse(values: dict, ca: str) -> files.Order:
    """The order file as whoever has it reads it, the certificate beside it."""
    with tempfile.TemporaryDirectory(prefix="pilotlight-") as folder:
        (Path(folder) / CA_FILE).write_text(ca)
        return files.parse(files.text_of(values), Path(folder))


def key_of(order: dict) -> bytes | None:
    """The password of the station as bytes, None where none is asked for."""
    password = order["values"].get("back_end.password")
    return bytes.fromhex(password) if password else None


def text_of(order: dict) -> str:
    """The order file for the installer: as ordered, but closed until it is active."""
    head = (
        f"# The order of {order['identity']}. It holds a password and the technician's code.\n"
        "# Until the installation is active, nobody charges whom the back end does not admit:\n"
        "# the back end opens it then as it was ordered.\n"
    )
    return head + files.text_of({**order["values"], **_HELD})


def wanted(installation) -> dict:
    """setting -> text that the station should have in this state."""
    order = json.loads(installation["ordered"])
    state = installation["state"]
    open_ = life.serves_driver(state)
    # The code is no setting, and the credentials are the station's way here.
    ordered = _parse({**order["values"], **({} if open_ else _HELD)}, order.get("ca", "")).settings
    ordered.setdefault("OfflinePolicy", "Keys")
    if life.is_over(state) or life.place_on_way(state) < life.WAY.index(life.APPROVED):
        return {name: ordered[name] for name in ("FreeCharging", "OfflinePolicy")}
    return {name: text for name, text in ordered.items() if name not in _ITS_WAY_HERE}
