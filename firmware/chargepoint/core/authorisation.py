"""Who may charge: one question at a time, and who answers it (OCPP 1.6 §3.4, §3.5, §4.1).

Rules:
- On line the back end is asked. With LocalPreAuthorize an idTag that is known here as Accepted
  (local list, cache) begins at once and unasked; StartTransaction asks all the same. One that is
  known as anything else is always asked about: the back end may have thought better of it.
- Off line, and when no answer comes in time, OfflinePolicy decides: everyone, no one, or by the
  keys. By these an idTag that is known here as Accepted may begin where LocalAuthorizeOffline
  says so; one that is known as anything else (blocked, expired) may not; any other may where
  AllowOfflineTxForUnknownId says so.
"""

from chargepoint.core import timing
from chargepoint.core.tags import ACCEPTED

REFUSED = "Invalid"


class Authorisation:
    """Asks for one idTag at a time.

    ``ask(tag, number)`` hands question ``number`` to the back end and returns False when it is
    not reachable, which ``reachable()`` tells without asking; the answer comes back through
    ``answered`` or ``unanswered``. A word on an older question is dropped, also when it was about
    the same idTag. ``find(tag)`` gives (status, parent) of an idTag that is known here, or None.
    """

    def __init__(self, settings, ask, reachable, find):
        self._settings = settings
        self._ask = ask
        self._reachable = reachable
        self._find = find
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
        if self._settings.get("LocalPreAuthorize") and self._reachable():
            word = self._find(tag)
            if word is not None and word[0] == ACCEPTED:
                self._decide(ACCEPTED, word[1], now_ms)
                return True
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
        settings, word = self._settings, self._find(self.tag)
        policy = settings.get("OfflinePolicy")
        status, parent = (ACCEPTED, None) if word is None else word
        if policy == "AcceptAll":
            status = ACCEPTED
        elif policy == "RefuseAll":
            status = REFUSED
        elif status == ACCEPTED and (word is None or not settings.get("LocalAuthorizeOffline")):
            # Nothing that may be used is known of it.
            status = ACCEPTED if settings.get("AllowOfflineTxForUnknownId") else REFUSED
        self._decide(status, parent, now_ms)

    def _decide(self, status, parent, now_ms):
        tag, decided = self.tag, self._decided
        self.tag = self._decided = None
        decided(tag, status, parent, now_ms)


def same_tag(one: str, other: str) -> bool:
    """idTags are compared without regard to case (CiString, OCPP 1.6 §7.28); None is no idTag."""
    return one is not None and other is not None and one.lower() == other.lower()
