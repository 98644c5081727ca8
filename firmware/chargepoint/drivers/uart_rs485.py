"""A UART behind an RS-485 transceiver whose direction a pin gives (driver enable and inverted
receiver enable on one pad: high sends).

MicroPython's UART can't drive that pin by itself, and a step may not wait for a request to leave
(8 bytes at 9600 baud take 8.3 ms). So ``write`` turns the transceiver and returns. It is turned
back by a one-shot timer once the frame must have left, or else by the first ``any`` or ``read``
after that, a step of 10 ms later.

A Modbus device answers after 3.5 characters at the earliest, 3.6 ms at 9600 baud: the timer leaves
about 3 ms of that, a step of 10 ms leaves 2; those we know take 5 ms and more. The timer's
callback is soft: a garbage collection or a TLS handshake just then makes it late, and so is a
step without a timer. That costs the answer, and the driver asks again. Above 9600 baud no margin
is left: take a transceiver that turns by itself. None of this was measured on hardware yet.
"""

_ONE_SHOT = 0  # machine.Timer.ONE_SHOT
_AGAIN_MS = 1


class Rs485Uart:
    """``uart`` has any(), read(n), write(data) and txdone(); ``pin`` is low to listen.

    ``timer`` (or None) is a machine.Timer, ``char_us`` what a character takes on the line.
    """

    def __init__(self, uart, pin, timer=None, char_us: int = 1042):
        self._uart = uart
        self._pin = pin
        self._timer = timer
        self._char_us = char_us
        self._sending = False
        self._turn = self._fired
        pin.value(0)

    def any(self) -> int:
        """How many bytes wait; none while ours are on the line."""
        return 0 if self._busy() else self._uart.any()

    def read(self, count: int) -> bytes:
        """Up to ``count`` bytes; None when there are none, or while ours are on the line."""
        return None if self._busy() else self._uart.read(count)

    def write(self, data: bytes) -> int:
        """Turn to sending and hand ``data`` over. It must fit the UART's buffer (256 bytes)."""
        self._pin.value(1)
        self._sending = True
        count = self._uart.write(data)
        self._arm((len(data) * self._char_us + 999) // 1000)
        return count

    def txdone(self) -> bool:
        """All of ours has left, and the transceiver listens."""
        return not self._busy()

    def _arm(self, after_ms):
        if self._timer is not None:
            self._timer.init(mode=_ONE_SHOT, period=after_ms, callback=self._turn)

    def _fired(self, timer):
        if self._busy():
            self._arm(_AGAIN_MS)

    def _busy(self):
        if self._sending and self._uart.txdone():
            # The receiver was off: what came meanwhile is the noise of an open input.
            waiting = self._uart.any()
            if waiting:
                self._uart.read(waiting)
            self._pin.value(0)
            self._sending = False
        return self._sending
