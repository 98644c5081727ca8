"""The codes of a CALLERROR as OCPP-J 1.6 spells them (§4.2.3, errata 5.1 and 5.2)."""

CODES = frozenset(
    "NotImplemented NotSupported InternalError ProtocolError SecurityError FormationViolation"
    " PropertyConstraintViolation OccurenceConstraintViolation TypeConstraintViolation"
    " GenericError".split()
)
