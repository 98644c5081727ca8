"""Two contactors as one: the first for L1 (and N), the second for L2 and L3.

Both must be plainly open before either closes; what is wrong with one is wrong with the pair.
"""

from chargepoint.core.contactor import OPEN, WELDED


class ContactorPair:
    """``first`` and ``second`` (contactor.Contactor), with the face of one. ``phases`` is 1 or 3:
    with 1 the second one stays open."""

    def __init__(self, first, second):
        self.phases = 3
        self._first = first
        self._second = second

    @property
    def state(self) -> str:
        """The worse of both."""
        first, second = self._first.state, self._second.state
        if first == WELDED or second == WELDED:
            return WELDED
        return second if first == OPEN else first

    @property
    def commanded(self) -> bool:
        """Either coil is energised."""
        return self._first.commanded or self._second.commanded

    @property
    def monitored(self) -> bool:
        """The contacts of both can be seen."""
        return self._first.monitored and self._second.monitored

    @property
    def failed(self) -> bool:
        """A closing was not followed."""
        return self._first.failed or self._second.failed

    @property
    def cycles(self) -> int:
        """Closings of the one that closes most."""
        return max(self._first.cycles, self._second.cycles)

    @property
    def took_ms(self) -> list:
        """As of one contactor; of the slower one, where both are known."""
        pairs = zip(self._first.took_ms, self._second.took_ms)
        return [first if second is None else max(first or 0, second) for first, second in pairs]

    @property
    def energised(self) -> bool:
        """There is power at the vehicle, on the phases that were wanted."""
        return self._first.energised and (self._second.energised or not self._second.commanded)

    def watch(self, now_ms: int) -> None:
        """Read and judge both; call it in every step."""
        self._first.watch(now_ms)
        self._second.watch(now_ms)

    def may_close(self, now_ms: int) -> bool:
        """Both rested and plainly open."""
        return self._first.may_close(now_ms) and self._second.may_close(now_ms)

    def close(self, now_ms: int) -> None:
        """Command closed what ``phases`` asks for."""
        if self.phases == 3:
            self._second.close(now_ms)
        self._first.close(now_ms)

    def open(self, now_ms: int) -> None:
        """Command both open, in any state."""
        self._first.open(now_ms)
        self._second.open(now_ms)
