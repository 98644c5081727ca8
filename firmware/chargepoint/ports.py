"""What a station needs of the world: one small class for each thing, no behaviour.

A driver subclasses a port and translates units; the core and the station see ports only.
No method blocks for longer than about a millisecond, and none raises for a fault of the world:
a fault becomes a value (``None``, ``False``, a word), because a step must always be completed.
"""

# What Link.state may say.
CLOSED = "closed"
OPENING = "opening"
OPEN = "open"
# How Link.reason begins when no one was dialled: no network yet, or a name is being looked up.
NO_ADDRESS_YET = "no address yet"


class Clock:
    """Time. ``now_ms`` starts anywhere, only grows, and never wraps."""

    def now_ms(self) -> int:
        """Milliseconds since some moment before the start of the program."""
        raise NotImplementedError

    def utc_s(self) -> int:
        """Seconds since 1970-01-01 UTC, or None when no one has set the clock yet."""
        return None

    def set_utc_s(self, utc_s: int) -> None:
        """Keep ``utc_s`` in the hardware clock, where there is one."""

    def set_floor_s(self, utc_s: int) -> None:
        """No one knows the time, but it is not before ``utc_s``: a hardware clock by which
        certificates are judged shows that or later, and ``utc_s()`` tells None."""

    def wait_until_ms(self, due_ms: int) -> None:
        """Give the processor away until ``due_ms`` at the latest."""


class Pilot:
    """One connector's control pilot (IEC 61851-1 annex A), in volts at the vehicle's inlet.

    ``high_mv`` and ``low_mv`` are the trimmed extremes of the last ``read``, in millivolts,
    and mean nothing after a ``read`` that returned False.
    """

    high_mv = 0
    low_mv = 0
    # The board can take the pilot off the vehicle (a relay or analogue switch in the line).
    can_disconnect = False

    def connect(self, connected: bool) -> None:
        """Put the pilot on the vehicle or take it off, where ``can_disconnect``."""

    def set_duty(self, duty_bp: int) -> None:
        """Set the duty in 1/100 percent: 10000 steady +12 V (x1), 0 steady -12 V (state F)."""
        raise NotImplementedError

    def read(self) -> bool:
        """Sample at least one whole PWM period; False when no usable reading was had."""
        raise NotImplementedError


class Relay:
    """The coil driver of one connector's contactor, and what watches the contactor."""

    def set_closed(self, closed: bool) -> None:
        """Energise the coil or not; takes effect before it returns."""
        raise NotImplementedError

    def feedback(self) -> bool:
        """True: the mains contacts are closed; False: open; None: this board can't tell."""
        return None


class Proximity:
    """The resistor between PP and PE that tells what the cable carries (sockets only)."""

    def read_ohm(self) -> int:
        """What is measured now, in ohm; an open line reads as 100000; None: no usable reading."""
        raise NotImplementedError


class Lock:
    """The bolt that holds the plug in a socket."""

    def drive(self, direction: int) -> None:
        """1 drives the bolt in, -1 out, 0 takes the current away. The caller limits the time."""
        raise NotImplementedError

    def locked(self) -> bool:
        """True: the bolt is in; False: out; None: the board can't tell."""
        return None


class ResidualCurrent:
    """A residual-current monitor (6 mA DC, 30 mA AC; IEC 62955), and its test input.

    The trip must open the contactor in hardware as well; this port is how the station knows.
    """

    # The monitor has a test input that makes it trip by itself.
    can_test = False

    def tripped(self) -> bool:
        """True: it trips (or is not there: the input fails safe); False: it does not."""
        raise NotImplementedError

    def test(self, on: bool) -> None:
        """Drive the test input, where ``can_test``."""


class Earth:
    """What watches the protective earth."""

    def connected(self) -> bool:
        """True: there is earth; False: it is lost; None: no usable reading."""
        raise NotImplementedError


class Thermometer:
    """The temperature inside the charge point. ``poll`` is called in every step.

    ``celsius_mc`` is the last reading in 1/1000 degree Celsius, or None when there was none or
    when the sensor went silent, shorted or open.
    """

    celsius_mc = None

    def poll(self, now_ms: int) -> None:
        """Read what is due, without waiting."""


class Button:
    """A push button for the technician."""

    def pressed(self) -> bool:
        """It is held down now."""
        raise NotImplementedError


class Buzzer:
    """A sounder: short signals for the driver."""

    def sound(self, signal: str, now_ms: int) -> None:
        """Begin "accepted", "refused" or "fault"; one that still sounds is cut short."""

    def poll(self, now_ms: int) -> None:
        """Go on with the signal. Called in every step."""


class Guard:
    """What opens the contactor without the interpreter.

    ``kind`` is "none", "interlock" (an output whose edges hold the contactor: when they stop,
    it opens), "front end" or "ulp" (a coprocessor that watches the pilot itself).

    A guard that holds the relay is three ports of one driver: Pilot (``read`` gives the extremes
    that the guard saw), Relay (``set_closed`` is a request, which the guard may refuse) and this
    one. After a trip it obeys no request before it has seen ``set_closed(False)``; the station
    writes that in every step in which it wants the contactor open. What ``tripped`` says holds
    at least until then, and the contactor's feedback shows what the guard did.

    A cause that the station's own readings show as well ("high", "low", "diode", "residual") is
    judged by them (core/safety.py): a vehicle that pauses is no fault. "restart": it was the guard
    that opened while the firmware did not run.
    """

    kind = "none"
    # D may be energised as well as C: the connector says so before the first step.
    ventilated = False

    def beat(self, now_ms: int) -> None:
        """Say that a step was completed; a guard that misses this opens the contactor."""

    def tripped(self) -> str:
        """The cause for which the guard holds the contactor open, or None."""
        return None

    def stand_down(self) -> None:
        """Hold nothing, reset nothing from here on: the firmware ends, or is in safe mode."""


class Reading:
    """What a meter said at one moment. A quantity that the meter does not give is None.

    ``taken_ms`` is a moment at or before which none of it was measured: when it was asked for.
    ``energy_wh`` is the import register in whole Wh: it only grows, it is never re-based.
    The per-phase lists have three places (L1, L2, L3); ``power_w`` is their total.
    """

    # What few meters give costs no place in each reading.
    export_wh = None
    phase_w = None
    reactive_var = None
    factor_milli = None
    frequency_mhz = None

    def __init__(self):
        self.taken_ms = 0
        self.energy_wh = None
        self.power_w = None
        self.voltage_mv = [None, None, None]
        self.current_ma = [None, None, None]


class Meter:
    """One connector's energy meter, asked in the background.

    ``reading`` is the last whole answer (its ``taken_ms`` says when) or None. ``trouble`` is None,
    or one word for what is wrong: "silent", "rubbish", "foreign", "backwards". ``gives`` names the
    quantities that this meter has, as fields of a Reading, separated by blanks.

    A meter that ``signs`` makes a signed reading when it is asked to (``sign``); ``signed`` is its
    text once it is there, None before. No one looks into the text or changes it.
    """

    reading = None
    trouble = None
    make = None
    serial = None
    gives = "energy_wh"
    signs = False
    signed = None

    def sign(self, context: str, tag: str) -> None:
        """Begin a signed reading for the driver ``tag``; ``context`` is "begin" or "end".

        ``signed`` is None from now on, until the meter has answered: up to some seconds. A second
        call before that begins anew.
        """

    def poll(self, now_ms: int) -> None:
        """Read what came, then send what is due. Called in every step."""


class Reader:
    """The card reader. ``trouble`` is None or one word: "silent", "rubbish"."""

    trouble = None

    def poll(self, now_ms: int) -> bytes:
        """The UID (4, 7 or 10 bytes) of a card newly presented, else None. Called every step."""
        return None


class Lamp:
    """The station's lamp of one connector."""

    def show(self, meaning: str) -> None:
        """Show a meaning: free, waiting, refused, ready, charging, paused, reserved, fault,
        offline, update. Called in every step."""

    def dim(self, percent: int) -> None:
        """Brightness, 0..100 (LightIntensity, OCPP 1.6 §9.1); a lamp that can't dim ignores it."""


class Store:
    """Bytes under short names that survive a power cut.

    ``write`` is atomic where the medium allows: after a cut the name holds the old or the new
    bytes. The caller protects its records with a checksum all the same. When ``write`` returns
    True the bytes are on the medium. Names are lower-case ASCII with at most one ``/``.
    """

    def read(self, name: str, at: int = 0, size: int = None) -> bytes:
        """``size`` bytes under ``name`` from ``at`` on, all that there are when None; None when
        there is no such name."""
        raise NotImplementedError

    def room(self) -> tuple:
        """(bytes that are free, bytes in all), or None where no one can tell. May take a walk
        through the whole medium."""
        return None

    def write(self, name: str, data: bytes) -> bool:
        """Put ``data`` under ``name``; False when the medium refused (full, broken)."""
        raise NotImplementedError

    def remove(self, name: str) -> bool:
        """Take ``name`` away; True when it is gone."""
        raise NotImplementedError

    def names(self, folder: str) -> list:
        """The names (without the folder) under ``folder``, in any order."""
        raise NotImplementedError


class Link:
    """Text messages to and from the back end over one WebSocket connection.

    ``state`` is CLOSED, OPENING or OPEN. ``reason`` tells why it was closed last: a short text
    such as "refused", "http 401", "close 1002", "no pong", and ``http_status`` / ``close_code``
    the number behind it (0 where none), ``retry_after_s`` what the back end asked for with an
    HTTP status, or None. ``heard_ms`` is when a byte was last received.
    """

    state = CLOSED
    reason = ""
    http_status = 0
    close_code = 0
    retry_after_s = None
    heard_ms = 0

    def open(self, url: str, user: str, password: bytes, certified: bool) -> None:
        """Start to connect to ``ws[s]://host[:port]/path``; ``password`` None sends no Basic auth,
        ``certified`` shows our certificate over TLS.

        Raises ValueError for a URL that is not of this form.
        """
        raise NotImplementedError

    def poll(self, now_ms: int) -> None:
        """Move bytes both ways, a bounded number. Called in every step."""

    def send(self, text: str) -> bool:
        """Hand a message over; False when the link is not open or its buffer is full."""
        raise NotImplementedError

    def receive(self) -> str:
        """The next whole message, or None.

        One that there is no memory for comes as its first characters, a NUL (which no JSON text
        holds), and a few words on why.
        """
        return None

    def ping(self) -> None:
        """Send a WebSocket ping; the answer shows in ``heard_ms``."""

    def close(self, reason: str) -> None:
        """Close, orderly where the peer lets us; the state is CLOSED at once."""


class TimeSource:
    """A time server, asked over the network."""

    def ask(self, server: str) -> bool:
        """Ask ``host[:port]``; False when that can't be done now (no network, no address yet)."""
        raise NotImplementedError

    def poll(self) -> int:
        """Seconds since 1970 of a sound answer to the last question, or None."""
        return None

    def close(self) -> None:
        """The answer is no longer waited for."""


class Console:
    """A serial line on which a technician's computer asks, and is answered (service.py)."""

    def poll(self, now_ms: int) -> bytes:
        """Move bytes both ways, a bounded number; a whole request, else None. In every step."""
        return None

    def say(self, answer: bytes) -> None:
        """Answer the last request."""


class Random:
    """Unpredictable bytes, for message ids, masks and jitter."""

    def take(self, count: int) -> bytes:
        """``count`` random bytes."""
        raise NotImplementedError


class Watchdog:
    """Resets the processor when it is not fed."""

    def feed(self) -> None:
        """Only called after a completed step."""


class Reset:
    """How the processor starts anew, and why it did."""

    cause = "power"

    def now(self, hard: bool) -> None:
        """Start anew; does not return on real hardware."""
        raise NotImplementedError


class Log:
    """Where lines for people go."""

    def write(self, level: str, text: str) -> None:
        """``level`` is debug, info, warning or error."""
