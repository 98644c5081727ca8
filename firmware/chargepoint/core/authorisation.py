"""Who may charge: one question at a time, asked of the back end, with a rule for silence.

The back end is asked whenever it can be; when it can't be, or does not answer in time, the
offline rules decide (OCPP 1.6 §3.5, §4.1): an idTag that nothing is known of is taken only where
AllowOfflineTxForUnknownId says so.
"""

from chargepoint.core import timing

ACCEPTED = "Accepted"
REFUSED = "Invalid"


class Authorisation:
    """Asks for one idTag at a time.

    ``ask(tag, number)`` hands question ``number`` to the back end and returns False when it is
    not reachable; the answer comes back through ``answered`` or ``unanswered``. A word on an
    older question is dropped, also when it was about the same idTag.
    """

    def __init__(self, settings, ask):
        self._settings = settings
        self._ask = ask
        self.tag = None
        self._decided = None
        self._deadline_ms = 0
        self._number = 0

    def request(self, tag: str, decided, now_ms: int) -> bool:
        """Decide on ``tag``, then call ``decided(tag, status, parent, now_ms)``.

        False when another idTag is still being decided: nothing is changed then.
        """
        if self.tag is not None:
            return False
        self.tag, self._decided = tag, decided
        self._deadline_ms = now_ms + timing.AUTHORISE_MS
        self._number += 1
        if not self._ask(tag, self._number):
            self._decide_offline(now_ms)
        return True

    def answered(self, number: int, status: str, parent: str, now_ms: int) -> None:
        """The back end's word on question ``number``."""
        if self.tag is not None and number == self._number:
            self._decide(status, parent, now_ms)

    def unanswered(self, number: int, now_ms: int) -> None:
        """Question ``number`` was lost, refused or timed out."""
        if self.tag is not None and number == self._number:
            self._decide_offline(now_ms)

    def tick(self, now_ms: int) -> None:
        """Fall back on the offline rules when no answer came in time."""
        if self.tag is not None and now_ms >= self._deadline_ms:
            self._decide_offline(now_ms)

    def _decide_offline(self, now_ms):
        allowed = self._settings.get("AllowOfflineTxForUnknownId")
        self._decide(ACCEPTED if allowed else REFUSED, None, now_ms)

    def _decide(self, status, parent, now_ms):
        tag, decided = self.tag, self._decided
        self.tag = self._decided = None
        decided(tag, status, parent, now_ms)


def same_tag(one: str, other: str) -> bool:
    """idTags are compared without regard to case (CiString, OCPP 1.6 §7.28); None is no idTag."""
    return one is not None and other is not None and one.lower() == other.lower()
