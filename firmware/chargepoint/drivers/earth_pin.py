"""Port Earth on an input pin."""

from chargepoint.ports import Earth


class EarthPin(Earth):
    """``pin`` reads ``connected_level`` while the monitor sees the protective earth.

    The monitor's output must be steady (an optocoupler's pulses at the mains frequency need a
    filter), and the pin pulled to the other level: a monitor that is not there is earth lost.
    """

    def __init__(self, pin, connected_level: int = 1):
        self._pin = pin
        self._connected_level = connected_level

    def connected(self) -> bool:
        """True: there is earth; False: it is lost, or its monitor is."""
        return self._pin.value() == self._connected_level
