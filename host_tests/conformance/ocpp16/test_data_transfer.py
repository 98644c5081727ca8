"""OCTT, Core: DataTransfer."""


def test_tc_062_datatransfer_to_the_station(case, stage):
    """OCPP 1.6 §5.6: a vendor that it does not know."""
    wanted = {"vendorId": "com.example.bench", "messageId": "hello", "data": "words"}
    case.ask("DataTransfer", wanted, status="UnknownVendorId")
