"""Every case that OCTT has for a charge point of OCPP 1.6: suite, number, title.

A case that is ``LATER`` belongs to what this firmware does not do yet (certificates at run time,
signed updates, security events); every other one is one test, `test_tc_<number>_<title>`, in
`test_<suite>.py` or `test_<suite>_<more>.py`.
"""

from typing import NamedTuple

TOTAL = 107


class Listed(NamedTuple):
    """One case; ``number`` as in `TC_<number>_CS`."""

    suite: str
    number: str
    title: str
    later: bool


_CASES = """
provisioning
    001 Cold boot
    002 Cold boot, Pending
    013 Hard reset without a transaction
    014 Soft reset without a transaction
    015 Hard reset with a transaction
    016 Soft reset with a transaction
    019 Retrieve configuration
    021 Change configuration
    032_1 Power failure, stopped before going down
    032_2 Power failure, stopped after the boot
    034 Power failure with a connector Unavailable
    040_1 Configuration key NotSupported
    040_2 Configuration value invalid
    041 Fault behaviour
transactions
    003 Plug-in first
    004_1 Identification first
    004_2 Identification first, ConnectionTimeOut
    005_1 EV-side disconnect: stop, unlock
    005_2 EV-side disconnect: stop, no unlock
    005_3 EV-side disconnect: no stop, no unlock
    007_1 Start of a cached id
    007_2 Remote start of a cached id
    036 Connection lost in a transaction
    037_1 Offline start, valid id
    037_2 Offline start, invalid id, StopTransactionOnInvalidId=false
    037_3 Offline start, invalid id, StopTransactionOnInvalidId=true
    038 Offline stop
    039 Offline transaction
    068 Stop: idTag matches
    069 Stop: parentIdTag matches
authorization
    023_4 Local start, Authorize invalid
    023_5 Remote start, Authorize invalid
    024 Lock failure
    061_1 Clear cache, seen by a local start
    061_2 Clear cache, seen by a remote start
remote_control
    010 Remote start, cable first
    011_1 Remote start, remote start first
    011_2 Remote start, time-out
    012 Remote stop
    017_1 Unlock without a session, detachable cable
    017_2 Unlock without a session, fixed cable
    018_1 Unlock with a session, detachable cable
    018_2 Unlock with a session, fixed cable
    026 Remote start rejected
    027 Remote start: connectorId shall not be 0
    028 Remote stop rejected
    030 Unlock failure
    031 Unlock of an unknown connector
metering
    070 Sampled meter values
    071 Clock-aligned meter values
data_transfer
    062 DataTransfer to the station
local_list
    008_1 Start of an id in the local list
    008_2 Remote start of an id in the local list
    042_1 GetLocalListVersion not supported
    042_2 GetLocalListVersion, empty
    043 SendLocalList
    043_1 SendLocalList NotSupported
    043_2 SendLocalList VersionMismatch
    043_3 SendLocalList Failed
firmware
    044_1 Download and install
    044_2 Download failed
    044_3 Installation failed
    045_1 GetDiagnostics
    045_2 Upload failed
remote_trigger
    054 TriggerMessage
    055 TriggerMessage rejected
reservation
    046_1 Reserve a connector, local start
    046_2 Reserve a connector, remote start
    047 Reservation expires
    048_1 Reserve a connector: Faulted
    048_2 Reserve a connector: Occupied
    048_3 Reserve a connector: Unavailable
    048_4 Reserve a connector: Rejected
    049 Reserve the station, transaction
    050_1 Reserve the station: Faulted
    050_2 Reserve the station: Occupied
    050_3 Reserve the station: Unavailable
    050_4 Reserve the station: Rejected
    051 Cancel a reservation
    052 Cancel rejected
    053_1 Reservation with parentIdTag, local
    053_2 Reservation with parentIdTag, remote
smart_charging
    056 TxDefaultProfile
    057 TxProfile
    058_1 TxProfile without a transaction
    058_2 TxProfile with a wrong transactionId
    059 Remote start with a profile
    060 Remote start with a profile, rejected
    066 GetCompositeSchedule
    067 Clear a profile
    072 Stacking
    082 TxDefaultProfile in a transaction
security
    073 Update the password
    074 Update the station's certificate (later)
    075_1 Install ManufacturerRootCertificate (later)
    075_2 Install CentralSystemRootCertificate (later)
    076 Delete a certificate (later)
    077 Invalid certificate of the station, event (later)
    078 Invalid certificate of the back end, event (later)
    079 Get the security log (later)
    080 Secure firmware update (later)
    081 Secure firmware update, invalid signature (later)
    083 Upgrade the security profile
    084 Downgrade of the security profile rejected
    085 Basic authentication, valid
    086 TLS with the server's certificate
    087 TLS with the station's certificate
"""


def _read(text):
    cases, suite = [], ""
    for line in text.strip().splitlines():
        if not line.startswith(" "):
            suite = line
            continue
        number, _, title = line.strip().partition(" ")
        later = title.endswith(" (later)")
        cases.append(Listed(suite, number, title.removesuffix(" (later)"), later))
    return tuple(cases)


CASES = _read(_CASES)
