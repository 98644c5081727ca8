"""Port Guard: an output whose edges hold the contactor, and an input that sees whether they do."""

from chargepoint.ports import Guard


class InterlockGuard(Guard):
    """``pin`` changes once a beat and stays low until the first; nothing else moves it.

    It feeds a circuit that gives the contactor's coil its supply, or its driver its enable, only
    while edges come; a pin that is stuck at either level, a hung interpreter, a reset and a pad
    that floats at boot (pull it down) all open the contactor:

    - A retriggerable one-shot. A 74HCT123 holds for about 0.45 * R * C at 5 V (K is 0.45 to 0.55
      by supply and maker): 150 kohm and 1 uF give 68 ms. It takes one of the two edges, so one in
      two beats.
    - A charge pump: a series capacitor, two diodes, a reservoir and a bleeder that discharge the
      reservoir below the switch's threshold in the hold time.

    The hold time must be at least two steps of the worst length that shall not open (two beats of
    10 ms, and what a flash erase or a garbage collection adds) and at most 100 ms, which is how
    soon IEC 61851-1 wants it open. A step that takes longer, such as a TLS handshake, opens it:
    that is what a guard is for.

    ``sense_pin`` (or None) reads ``open_level`` while the circuit holds the contactor open.
    """

    kind = "interlock"

    def __init__(self, pin, sense_pin=None, open_level: int = 1):
        self._pin = pin
        self._sense_pin = sense_pin
        self._open_level = open_level
        self._level = 0
        pin.value(0)

    def beat(self, now_ms: int) -> None:
        """One edge."""
        self._level ^= 1
        self._pin.value(self._level)

    def tripped(self) -> str:
        """ "heartbeat" while the interlock is open; None: it is held, or can't be seen."""
        if self._sense_pin is None or self._sense_pin.value() != self._open_level:
            return None
        return "heartbeat"
