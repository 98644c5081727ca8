"""The standard configuration keys of OCPP 1.6 (§9.1 and errata), as rows of core/settings.py.

Here are those of the Core profile; each other profile brings its own.
"""

from chargepoint.core.metering import MEASURANDS

# A list with anything else is refused (OCPP 1.6 §5.3).
_MEASURANDS = ",".join(MEASURANDS)
_REGISTER = "Energy.Active.Import.Register"
_DAY_S = 86400

# fmt: off
ROWS = (
    # name, kind, default, low, high, access, reboot, meaning
    ("AllowOfflineTxForUnknownId", "bool", "false", None, None, "RW", False,
     "Off line, an idTag that nothing is known of may charge."),
    ("AuthorizationCacheEnabled", "bool", "false", None, None, "R", False,
     "Remember authorisations."),
    ("AuthorizeRemoteTxRequests", "bool", "false", None, None, "RW", False,
     "Ask the back end for the idTag of a RemoteStartTransaction too."),
    ("BlinkRepeat", "int", "3", 0, 100, "RW", False, "How often the lamp blinks to a signal."),
    ("ClockAlignedDataInterval", "int", "0", 0, _DAY_S, "RW", False,
     "Seconds between readings aligned to midnight; 0: none."),
    ("ConnectionTimeOut", "int", "60", 1, 3600, "RW", False,
     "Seconds that a vehicle or an authorisation is waited for."),
    ("ConnectorPhaseRotation", "rotation", "0.Unknown,1.Unknown", None, 5, "RW", False,
     "How the phases are wired, per connector."),
    ("ConnectorPhaseRotationMaxLength", "int", "5", 0, 99, "R", False, "Items of that list."),
    ("GetConfigurationMaxKeys", "int", "50", 1, 99, "R", False,
     "Keys that one GetConfiguration may ask for."),
    ("HeartbeatInterval", "int", "3600", 0, _DAY_S, "RW", False,
     "Seconds of silence before a Heartbeat; 0: one a day."),
    ("LightIntensity", "int", "100", 0, 100, "RW", False, "The lamp, in percent."),
    ("LocalAuthorizeOffline", "bool", "true", None, None, "RW", False,
     "Off line, idTags that are known locally may charge."),
    ("LocalPreAuthorize", "bool", "false", None, None, "RW", False,
     "Begin for an idTag that is known locally before the back end answers."),
    ("MaxEnergyOnInvalidId", "int", "0", 0, 100000, "RW", False,
     "Wh that an idTag found invalid may still take."),
    ("MeterValuesAlignedData", "csl", _REGISTER, _MEASURANDS, 7, "RW", False,
     "Measurands of the clock-aligned readings."),
    ("MeterValuesAlignedDataMaxLength", "int", "7", 0, 99, "R", False, "Items of that list."),
    ("MeterValuesSampledData", "csl", _REGISTER, _MEASURANDS, 7, "RW", False,
     "Measurands of the periodic readings in a transaction."),
    ("MeterValuesSampledDataMaxLength", "int", "7", 0, 99, "R", False, "Items of that list."),
    ("MeterValueSampleInterval", "int", "60", 0, _DAY_S, "RW", False,
     "Seconds between readings in a transaction; 0: none."),
    ("MinimumStatusDuration", "int", "0", 0, 3600, "RW", False,
     "Seconds that a status must last before it is reported."),
    ("NumberOfConnectors", "int", "1", 1, 4, "R", False, "Connectors of this station."),
    ("ResetRetries", "int", "0", 0, 10, "RW", False, "Tries of a reset that did not succeed."),
    ("StopTransactionOnEVSideDisconnect", "bool", "true", None, None, "RW", False,
     "Unplugging at the vehicle ends the transaction."),
    ("StopTransactionOnInvalidId", "bool", "true", None, None, "RW", False,
     "An idTag that the back end does not accept ends the transaction."),
    ("StopTxnAlignedData", "csl", "", _MEASURANDS, 7, "RW", False,
     "Measurands of the clock-aligned readings in StopTransaction."),
    ("StopTxnAlignedDataMaxLength", "int", "7", 0, 99, "R", False, "Items of that list."),
    ("StopTxnSampledData", "csl", "", _MEASURANDS, 7, "RW", False,
     "Measurands of the readings in StopTransaction."),
    ("StopTxnSampledDataMaxLength", "int", "7", 0, 99, "R", False, "Items of that list."),
    ("SupportedFeatureProfiles", "csl", "Core,RemoteTrigger", "Core,RemoteTrigger", 2, "R",
     False, "Profiles of OCPP 1.6 that this station has."),
    ("SupportedFeatureProfilesMaxLength", "int", "2", 0, 9, "R", False, "Items of that list."),
    ("TransactionMessageAttempts", "int", "3", 1, 100, "RW", False,
     "Refusals after which a transaction message is set aside."),
    ("TransactionMessageRetryInterval", "int", "60", 1, 3600, "RW", False,
     "Seconds before a transaction message is sent again, times the tries so far."),
    ("UnlockConnectorOnEVSideDisconnect", "bool", "false", None, None, "R", False,
     "Unplugging at the vehicle unlocks the socket; a fixed cable never is (errata 3.84)."),
    ("WebSocketPingInterval", "int", "30", 0, 3600, "RW", False,
     "Seconds of silence before a WebSocket ping; 0: none."),
    ("MessageTimeout", "int", "30", 1, 600, "RW", False,
     "Seconds that the answer to a call is waited for (errata 3.83)."),
    ("StopTransactionMaxMeterValues", "int", "1", 0, 999, "R", False,
     "Readings that one StopTransaction carries (errata 3.91)."),
)
# fmt: on
