"""The station's own settings: identity, address of the back end, what the site allows.

Rows as in settings.py. Most are given at provisioning (``Settings.factory``).
"""

VERSION = "0.3.0"

# fmt: off
ROWS = (
    # name, kind, default, low, high, access, reboot, meaning
    ("Identity", "text", "PILOTLIGHT", 1, 48, "R", True,
     "The station's name in the URL of the back end and in Basic auth."),
    ("CentralSystemUrl", "url", "", 0, 255, "RW", True,
     "Address of the back end without the identity; empty keeps the station off line."),
    ("AuthorizationKey", "key", "", 0, 40, "W", False,
     "Password of Basic auth: 32 to 40 hex digits stand for raw bytes; empty sends none."),
    ("WifiSsid", "text", "", 0, 32, "RW", True,
     "Name of the Wi-Fi network, on boards with Wi-Fi; empty leaves the radio off."),
    ("WifiPassword", "text", "", 0, 64, "W", True, "Its WPA passphrase; empty: an open network."),
    ("ChargePointVendor", "text", "Pilotlight", 1, 20, "R", False, "BootNotification."),
    ("ChargePointModel", "text", "Pilotlight AC", 1, 20, "R", False, "BootNotification."),
    ("ChargePointSerialNumber", "text", "", 0, 25, "R", False, "BootNotification."),
    ("ChargeBoxSerialNumber", "text", "", 0, 25, "R", False, "BootNotification."),
    ("FirmwareVersion", "text", VERSION, 1, 50, "R", False, "BootNotification."),
    ("Iccid", "text", "", 0, 20, "R", False, "The modem's card; BootNotification."),
    ("Imsi", "text", "", 0, 20, "R", False, "The modem's card; BootNotification."),
    ("MeterType", "text", "", 0, 25, "R", False, "BootNotification."),
    ("MeterSerialNumber", "text", "", 0, 25, "R", False, "BootNotification."),
    ("SupplyLimit", "int", "32", 6, 80, "RW", False,
     "Amperes per phase that the station may draw, shared by its connectors."),
    ("Phases", "int", "3", 1, 3, "R", True, "Phases of the supply."),
    ("SinglePhase", "bool", "false", None, None, "RW", False,
     "A vehicle gets one phase only, on a board with a second contactor."),
    ("CableLock", "bool", "false", None, None, "R", True,
     "The outlet is a socket with a lock; false: a fixed cable. The board tells."),
    ("Ventilation", "bool", "false", None, None, "RW", True,
     "The place is ventilated: a vehicle that asks for it (state D) is served."),
    ("SimplifiedPilot", "bool", "true", None, None, "RW", True,
     "A vehicle that never opens S2 (state A to C at once) is served, with 10 A."),
    ("WakeUpAfter", "int", "90", 0, 3600, "RW", False,
     "Seconds until a vehicle that does not answer an offer is woken once; 0: never."),
    ("TechnicianReset", "bool", "false", None, None, "RW", False,
     "true: a technician looked after latched faults; they may end. Falls back to false."),
    ("ReverseUid", "bool", "false", None, None, "RW", False,
     "A card's idTag is its UID from the last byte to the first, as some vendors have it."),
    ("RandomDelay", "int", "0", 0, 1800, "RW", False,
     "Longest random delay in seconds before energy starts or stops by itself."),
)
# fmt: on
