"""A UART behind an RS-485 transceiver whose direction a pin gives (driver enable and inverted
receiver enable on one pad: high sends).

MicroPython's UART can't drive that pin by itself, and a step may not wait for a request to leave
(8 bytes at 9600 baud take 8.3 ms). So ``write`` turns the transceiver and returns, and the first
``any`` or ``read`` after the last bit left turns it back: a step of 10 ms later. A Modbus device
answers after 3.5 characters at the earliest, 3.6 ms at 9600 baud, which leaves 2 ms; those we know
take 5 ms and more. A step that comes later than that costs the answer, and the driver asks again.
At 2400 baud the request takes 33 ms and the margin is 4 ms longer; above 9600 there is no margin
by the standard any more: take a transceiver that turns by itself.
"""


class Rs485Uart:
    """``uart`` has any(), read(n), write(data) and txdone(); ``pin`` is low to listen."""

    def __init__(self, uart, pin):
        self._uart = uart
        self._pin = pin
        self._sending = False
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
        return self._uart.write(data)

    def txdone(self) -> bool:
        """All of ours has left, and the transceiver listens."""
        return not self._busy()

    def _busy(self):
        if self._sending and self._uart.txdone():
            # The receiver was off: what came meanwhile is the noise of an open input.
            waiting = self._uart.any()
            if waiting:
                self._uart.read(waiting)
            self._pin.value(0)
            self._sending = False
        return self._sending
