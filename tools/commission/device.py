"""What stands in for a vehicle: an adapter with its switches, whoever turns them.

A device is told what to be; what the station makes of it is seen in the station's facts. What a
device can't measure or do, it answers with None, and the report says so.
"""


class Gone(Exception):
    """The person gave up, or the device does not answer."""


class Device:
    """The switches of an adapter, all off: nothing plugged in.

    ``cables`` are the ratings in A that it can show; ``name`` and ``serial`` are for the report.
    """

    name = "a device"
    serial = ""
    cables: tuple = (13, 20, 32, 63)
    # How long the station's answer to a switch is waited for, in s: a person needs some.
    patience_s = 20

    def plug(self, cable_a: int | None) -> None:
        """Plug in with a cable for ``cable_a`` (None: no resistor), in state B."""
        raise NotImplementedError

    def unplug(self) -> None:
        """Take everything away, and every fault with it."""
        raise NotImplementedError

    def state(self, letter: str) -> None:
        """Be in state B, C or D, while plugged in."""
        raise NotImplementedError

    def draw(self, amps: int, phases: int) -> int | None:
        """Draw a known load while charging; its power in W, None where there is no load."""
        raise NotImplementedError

    def card(self) -> str | None:
        """Hold the test card to the reader; its UID in hex where that is known."""
        raise NotImplementedError

    def short(self, on: bool) -> None:
        """Pilot to earth: state E."""
        raise NotImplementedError

    def bridge_diode(self, on: bool) -> None:
        """The diode bridged."""
        raise NotImplementedError

    def break_earth(self, on: bool) -> None:
        """The protective conductor interrupted."""
        raise NotImplementedError

    def leak(self, on: bool) -> bool:
        """A residual current, or the monitor's test button; False where neither can be had."""
        raise NotImplementedError

    # -- what it sees ---------------------------------------------------------------------------

    def duty_bp(self) -> int | None:
        """The duty of the pilot at the plug, in 1/100 %."""
        return None

    def live(self) -> list | None:
        """Which of L1, L2, L3 have mains at the outlet: True or False each."""
        return None

    def held(self) -> bool | None:
        """The plug can't be pulled."""
        return None

    def opening_ms(self) -> int | None:
        """From the last switch that it was told until the mains at the outlet was gone."""
        return None

    def doubts(self, what: str) -> bool:
        """The station did not show ``what`` in time: was the device really set? True: wait on."""
        return False
