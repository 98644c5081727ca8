"""The codes of a CALLERROR (OCPP-J 1.6 §4.2.3), and the exception that becomes one."""

NOT_IMPLEMENTED = "NotImplemented"
NOT_SUPPORTED = "NotSupported"
INTERNAL_ERROR = "InternalError"
PROTOCOL_ERROR = "ProtocolError"
SECURITY_ERROR = "SecurityError"
FORMATION_VIOLATION = "FormationViolation"
PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
# One "r": the misspelling is the standard's and stays (OCPP-J 1.6 errata 5.1).
OCCURENCE_CONSTRAINT_VIOLATION = "OccurenceConstraintViolation"
TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"
GENERIC_ERROR = "GenericError"

# What peers write instead, seen in the field (back-ends.md §1).
_OTHER_SPELLINGS = (
    ("FormatViolation", FORMATION_VIOLATION),
    ("OccurrenceConstraintViolation", OCCURENCE_CONSTRAINT_VIOLATION),
)


class OcppError(Exception):
    """The peer's fault: answered with CALLERROR ``code``; never leaves the room ocpp."""

    def __init__(self, code: str, description: str):
        super().__init__(code + ": " + description)
        self.code = code
        self.description = description


def usual_spelling(code: str) -> str:
    """``code`` as OCPP 1.6 spells it; a code that no one knows stays as it is."""
    for other, usual in _OTHER_SPELLINGS:
        if code == other:
            return usual
    return code
