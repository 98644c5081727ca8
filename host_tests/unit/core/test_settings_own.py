"""core/settings_own and ocpp/v16/settings: the tables themselves."""

from chargepoint.core.settings import Settings
from chargepoint.core.settings_own import ROWS as OWN_ROWS
from chargepoint.ocpp.v16.settings import ROWS

# standards.md §2.11: the Core profile's keys, required or optional.
CORE = """
AllowOfflineTxForUnknownId AuthorizationCacheEnabled AuthorizeRemoteTxRequests BlinkRepeat
ClockAlignedDataInterval ConnectionTimeOut ConnectorPhaseRotation ConnectorPhaseRotationMaxLength
GetConfigurationMaxKeys HeartbeatInterval LightIntensity LocalAuthorizeOffline LocalPreAuthorize
MaxEnergyOnInvalidId MeterValuesAlignedData MeterValuesAlignedDataMaxLength MeterValuesSampledData
MeterValuesSampledDataMaxLength MeterValueSampleInterval MinimumStatusDuration NumberOfConnectors
ResetRetries StopTransactionOnEVSideDisconnect StopTransactionOnInvalidId StopTxnAlignedData
StopTxnAlignedDataMaxLength StopTxnSampledData StopTxnSampledDataMaxLength
SupportedFeatureProfiles TransactionMessageAttempts TransactionMessageRetryInterval
UnlockConnectorOnEVSideDisconnect WebSocketPingInterval""".split()
READ_ONLY = """
GetConfigurationMaxKeys NumberOfConnectors SupportedFeatureProfiles
UnlockConnectorOnEVSideDisconnect""".split()


def test_every_core_key_is_there_with_a_value_that_can_be_read():
    settings = Settings(OWN_ROWS + ROWS, {}.get, None)
    for name in CORE:
        assert settings.row(name)[0] == name and settings.text(name) is not None


def test_keys_that_the_standard_makes_read_only_are():
    access = {row[0]: row[5] for row in ROWS}
    for name in CORE:
        read_only = name in READ_ONLY or name.endswith("MaxLength")
        assert access[name] == "R" if read_only else access[name] in ("R", "RW")


def test_own_names_do_not_shadow_standard_ones():
    ours = {row[0].lower() for row in OWN_ROWS}
    assert not ours & {row[0].lower() for row in ROWS}


def test_values_that_bootnotification_carries_fit_its_fields():
    """OCPP 1.6 §6.3: vendor and model 20, serial numbers and meter 25, firmware version 50."""
    longest = {row[0]: row[4] for row in OWN_ROWS}
    assert longest["ChargePointVendor"] == longest["ChargePointModel"] == 20
    assert longest["Iccid"] == longest["Imsi"] == 20
    for name in ("ChargePointSerialNumber", "ChargeBoxSerialNumber", "MeterType"):
        assert longest[name] == longest["MeterSerialNumber"] == 25
    assert longest["FirmwareVersion"] == 50
