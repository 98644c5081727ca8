"""Makes a part: the objects of the hardware that it hangs on, then its driver.

Only the drivers that a description names are imported.
"""

import machine
from machine import Pin

_DRIVERS = "chargepoint.drivers."
_PULLS = (None, Pin.PULL_DOWN, Pin.PULL_UP)


class Makers:
    """``clock`` and ``store`` are the station's, for the parts that want them."""

    def __init__(self, clock, store):
        self._clock = clock
        self._store = store

    def part(self, driver: str, name: str, wires: tuple, options):
        """The driver's class ``name`` on ``wires``: each the name of a maker and what it wants.

        An option whose value begins with a name is such a wire, too.
        """
        made = [self._made(wire) for wire in wires]
        options = dict(options)
        for option, value in options.items():
            if type(value) is tuple and type(value[0]) is str:
                options[option] = self._made(value)
        return _found(driver, name)(*made, **options)

    def _made(self, wire):
        return getattr(self, wire[0])(*wire[1:])

    def none(self):
        """A pin that the board does not have."""
        return None

    def clock(self):
        return self._clock

    def store(self):
        return self._store

    def out(self, pad, level):
        """An output at ``level``."""
        return Pin(pad, Pin.OUT, value=level)

    def inp(self, pad, pull):
        """An input; ``pull`` 0 none inside, 1 down, 2 up. Pads that have none inside ignore it."""
        return Pin(pad, Pin.IN, _PULLS[pull])

    def pwm(self, pad):
        """The pilot's wave, steady +12 V at first."""
        return machine.PWM(Pin(pad, Pin.OUT), freq=1000, duty_u16=65535)

    def adc(self, pad, attenuation):
        return machine.ADC(Pin(pad), atten=attenuation)

    def uart(self, number, tx, rx, baud, parity, stop, turn=None):
        """A serial line; ``turn`` is the pad of its transceiver's direction."""
        if parity > 1:
            parity = None
        line = machine.UART(
            number, baud, parity=parity, stop=stop, tx=Pin(tx), rx=Pin(rx), timeout=0
        )
        if turn is None:
            return line
        bits = 9 + stop + (parity is not None)
        timer = machine.Timer(0) if hasattr(machine, "Timer") else None
        turned = _found("uart_rs485", "Rs485Uart")
        return turned(line, self.out(turn, 0), timer, bits * 1000000 // baud)

    def i2c(self, number, data, clock, baud):
        # A clock that is held down must not hold a step up: 2 ms, twice what a PN532 stretches.
        return machine.I2C(number, sda=Pin(data), scl=Pin(clock), freq=baud, timeout=2000)

    def spi(self, number, clock, out, into, baud):
        return machine.SPI(number, baud, sck=Pin(clock), mosi=Pin(out), miso=Pin(into))

    def one_wire(self, pad):
        import _onewire

        pin = Pin(pad, Pin.OPEN_DRAIN, Pin.PULL_UP, value=1)
        return _found("onewire_pin", "OneWirePin")(_onewire, pin)

    def pixels(self, pad, count):
        return _found("pixels_pin", "PixelsPin")(machine, self.out(pad, 0), count)

    def tone(self, pad, pitch_hz):
        """A wave for a buzzer that has none of its own, silent at first."""
        return machine.PWM(Pin(pad, Pin.OUT, value=0), freq=pitch_hz, duty_u16=0)

    def counter(self, pad, pull):
        """Counts pulses in hardware, where this interpreter can (1.26 and later)."""
        pin = self.inp(pad, pull)
        if hasattr(machine, "Counter"):
            return machine.Counter(0, pin)
        return _found("meter_s0", "PinCounter")(pin)

    def model(self, model):
        """What a Modbus meter's registers mean: a name, or an installer's own map."""
        return _found("meter_models", "find")(model)


def _found(driver, name):
    return getattr(__import__(_DRIVERS + driver, None, None, (name,)), name)
