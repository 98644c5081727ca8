"""core/settings_own and ocpp/v16/settings: the tables themselves."""

from chargepoint.core.settings import Settings, rows_of
from chargepoint.core.settings_own import TABLE as OWN
from chargepoint.ocpp.v16.settings import CORE, PROFILES, SECURITY

# standards.md §2.11: the Core profile's keys, required or optional.
CORE_KEYS = """
AllowOfflineTxForUnknownId AuthorizationCacheEnabled AuthorizeRemoteTxRequests BlinkRepeat
ClockAlignedDataInterval ConnectionTimeOut ConnectorPhaseRotation ConnectorPhaseRotationMaxLength
GetConfigurationMaxKeys HeartbeatInterval LightIntensity LocalAuthorizeOffline LocalPreAuthorize
MaxEnergyOnInvalidId MeterValuesAlignedData MeterValuesAlignedDataMaxLength MeterValuesSampledData
MeterValuesSampledDataMaxLength MeterValueSampleInterval MinimumStatusDuration NumberOfConnectors
ResetRetries StopTransactionOnEVSideDisconnect StopTransactionOnInvalidId StopTxnAlignedData
StopTxnAlignedDataMaxLength StopTxnSampledData StopTxnSampledDataMaxLength
SupportedFeatureProfiles SupportedFeatureProfilesMaxLength TransactionMessageAttempts
TransactionMessageRetryInterval
UnlockConnectorOnEVSideDisconnect WebSocketPingInterval""".split()
READ_ONLY = """
GetConfigurationMaxKeys NumberOfConnectors SupportedFeatureProfiles
UnlockConnectorOnEVSideDisconnect""".split()


def test_every_core_key_is_there_with_a_value_that_can_be_read():
    settings = Settings((OWN, CORE, PROFILES, SECURITY), {}.get, None)
    for name in CORE_KEYS:
        assert settings.row(name)[0] == name and settings.text(name) is not None


def test_keys_that_the_standard_makes_read_only_are():
    access = {row[0]: row[5] for row in rows_of((CORE,))}
    for name in CORE_KEYS:
        read_only = name in READ_ONLY or name.endswith("MaxLength")
        assert access[name] == "R" if read_only else access[name] in ("R", "RW")


def test_own_names_do_not_shadow_standard_ones():
    ours = {row[0].lower() for row in rows_of((OWN,))}
    assert not ours & {row[0].lower() for row in rows_of((CORE, PROFILES, SECURITY))}


def test_values_that_bootnotification_carries_fit_its_fields():
    """OCPP 1.6 §6.3: vendor and model 20, serial numbers and meter 25, firmware version 50."""
    longest = {row[0]: row[4] for row in rows_of((OWN,))}
    assert longest["ChargePointVendor"] == longest["ChargePointModel"] == 20
    assert longest["Iccid"] == longest["Imsi"] == 20
    for name in ("ChargePointSerialNumber", "ChargeBoxSerialNumber", "MeterType"):
        assert longest[name] == longest["MeterSerialNumber"] == 25
    assert longest["FirmwareVersion"] == 50


def test_the_52_keys_of_the_standard_its_errata_and_its_security_extension_are_there():
    """standards.md §2.11: 43 in chapter 9, 3 of the errata, 6 of the security extension."""
    names = [row[0] for row in rows_of((CORE, PROFILES, SECURITY))]
    assert len(names) == len({name.lower() for name in names}) == 52
    settings = Settings((CORE, PROFILES, SECURITY), {}.get, None)
    for name in names:
        readable = settings.row(name)[5] != "W"
        assert (settings.text(name) is not None) == readable
