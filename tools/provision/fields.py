"""The fields of an order file, and which setting of the firmware each one becomes.

What a value may be, and what is told of one that is wrong, is the firmware's own: the tables of
chargepoint/core/settings.py and the words of chargepoint/orders.py.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

REQUIRED, OPTIONAL = True, False


@dataclass(frozen=True)
class Field:
    """``place`` is "table.key"; ``kind`` the TOML type; ``setting`` "" where it becomes none."""

    place: str
    kind: type
    setting: str
    required: bool
    example: object
    meaning: str

    def text(self, value) -> str:
        """``value`` as the setting's text. Raises ValueError that says what was expected."""
        if type(value) is not self.kind:
            raise ValueError(f"{value!r}, expected {_KINDS[self.kind]}")
        special = _SPECIAL.get(self.place)
        if special:
            return special(value)
        return str(value).lower() if self.kind is bool else str(value)


def _mode(value):
    if value not in ("card", "free"):
        raise ValueError(f"{value!r}, expected one of: card, free")
    return "true" if value == "free" else "false"


def _zone(value):
    """Minutes from UTC in winter: the lamps know no summer time."""
    try:
        zone = ZoneInfo(value)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"{value!r}, expected a name such as Europe/Brussels") from None
    january = datetime(2026, 1, 15, tzinfo=zone)
    offset = january.utcoffset() - january.dst()
    return str(int(offset.total_seconds()) // 60)


def _rotation(value):
    known = ("RST", "RTS", "SRT", "STR", "TRS", "TSR", "NotApplicable", "Unknown")
    if value not in known:
        raise ValueError(f"{value!r}, expected one of: {', '.join(known)}")
    return f"0.{value},1.{value}"


_KINDS = {str: "a text in quotes", int: "a whole number", bool: "true or false"}
_SPECIAL = {
    "charging.mode": _mode,
    "installation.time_zone": _zone,
    "installation.phase_rotation": _rotation,
}

# fmt: off
FIELDS = (
    Field("order.format", int, "", REQUIRED, 1, "The form of this file: 1."),
    Field("order.reference", str, "", OPTIONAL, "2026-0815", "The order's number, for people."),
    Field(
        "order.serial", str, "", OPTIONAL, "PL-4F44066C",
        "Serial number of the unit that it is for, from its label: no other takes this order.",
    ),
    Field(
        "back_end.identity", str, "Identity", REQUIRED, "BE-ABC-0001",
        "The station's name at the back end.",
    ),
    Field(
        "back_end.url", str, "CentralSystemUrl", REQUIRED, "ws://csms.example.org/ocpp",
        "Address of the back end, without the identity.",
    ),
    Field(
        "back_end.second_url", str, "CentralSystemUrl2", OPTIONAL, "",
        "Tried while the first can't be reached.",
    ),
    Field(
        "back_end.security_profile", int, "SecurityProfile", REQUIRED, 1,
        "0: nothing, 1: password, 2: TLS and password, 3: TLS and a certificate of the station.",
    ),
    Field(
        "back_end.password", str, "AuthorizationKey", OPTIONAL, "choose-a-long-one",
        "Of Basic auth, for profiles 1 and 2; 32 to 40 hex digits stand for raw bytes.",
    ),
    Field(
        "back_end.ca", str, "tls_ca", OPTIONAL, "ca.pem",
        "File with the root certificate of the back end (PEM), beside this one.",
    ),
    Field(
        "back_end.certificate", str, "tls_certificate", OPTIONAL, "",
        "File with the station's certificate (PEM), for profile 3.",
    ),
    Field(
        "back_end.key", str, "tls_key", OPTIONAL, "", "File with its key (PEM), for profile 3.",
    ),
    Field(
        "back_end.time_server", str, "TimeServer", OPTIONAL, "",
        "An SNTP server, where the back end alone shall not tell the time.",
    ),
    Field(
        "network.wifi_ssid", str, "WifiSsid", OPTIONAL, "", "Name of the Wi-Fi network.",
    ),
    Field("network.wifi_password", str, "WifiPassword", OPTIONAL, "", "Its passphrase."),
    Field(
        "installation.max_current_a", int, "MaxCurrent", REQUIRED, 32,
        "What the circuit of the station carries (breaker, cable), in A per phase.",
    ),
    Field(
        "installation.load_limit_a", int, "SupplyLimit", REQUIRED, 25,
        "What the station may draw of the supply, in A per phase; at most max_current_a.",
    ),
    Field(
        "installation.phases", int, "Phases", REQUIRED, 3, "Phases of the supply.",
    ),
    Field(
        "installation.phase_rotation", str, "ConnectorPhaseRotation", OPTIONAL, "RST",
        "Which phase of the supply is on L1, L2, L3 of the station (OCPP 1.6 §9.1.7).",
    ),
    Field(
        "installation.earthing", str, "Earthing", REQUIRED, "TN",
        "TN, TT or IT. In IT no monitor on the supply can tell a lost earth: the station then "
        "asks none, and says that the earth is not monitored.",
    ),
    Field(
        "installation.time_zone", str, "LampTimeZone", OPTIONAL, "Europe/Brussels",
        "For the hours in which lamps are dimmed (winter time all year).",
    ),
    Field(
        "installation.ventilated", bool, "Ventilation", OPTIONAL, False,
        "Vehicles that ask for ventilation (state D) are served.",
    ),
    Field(
        "charging.mode", str, "FreeCharging", REQUIRED, "card",
        "card: who charges shows a card. free: whoever plugs in charges.",
    ),
    Field(
        "charging.free_id_tag", str, "FreeChargingIdTag", OPTIONAL, "FREE",
        "With mode free: the idTag under which it is recorded.",
    ),
    Field(
        "charging.offline", str, "OfflinePolicy", OPTIONAL, "Keys",
        "Who may begin off line: Keys (as the standard keys say), AcceptAll, RefuseAll.",
    ),
    Field(
        "charging.tariff_text", str, "TariffText", OPTIONAL, "",
        "What a kWh costs here, in words for the driver.",
    ),
    Field(
        "technician.code", str, "", REQUIRED, "",
        "4 to 32 characters: from then on load limit, current and earthing change with it only; "
        "empty: no code is set by this order. It is never shown again.",
    ),
)
# fmt: on
FILES = ("tls_ca", "tls_certificate", "tls_key")
# Any other setting by its name in the firmware.
OTHERS = "settings"
BY_PLACE = {field.place: field for field in FIELDS}
TABLES = tuple(dict.fromkeys(field.place.partition(".")[0] for field in FIELDS)) + (OTHERS,)
