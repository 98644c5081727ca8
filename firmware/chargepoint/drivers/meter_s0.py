"""Port Meter on S0 pulses (IEC 62053-31): each pulse is a piece of energy, nothing else is told.

Rules:
- Energy is what was counted since ever, in a KeptRegister; power comes from the time between
  pulses, in a window of some seconds, and falls to what is still possible when none comes.
  Voltage, current and frequency are None: over-current and mains voltage are not monitored.
- A pulse and its pause take 30 ms each at least: more pulses than that are noise on the line. They
  are not counted, and are trouble ("rubbish") until a second passes without.
- A register that was lost (see kept_register) is "rubbish" and no reading.
- A wire that is cut can't be told from a car that takes nothing.

``counter`` is machine.Counter (MicroPython 1.26 and later on the ESP32: hardware, nothing is
missed) or PinCounter below. What it counted before a restart of the interpreter alone is lost.
"""

from micropython import const

from chargepoint.ports import Meter, Reading

CYCLE_MS = const(1000)
WINDOW_MS = const(5000)
# IEC 62053-31: pulse and pause of 30 ms at least.
PULSE_MS = const(60)

_UWS_PER_KWH = 3_600_000_000_000
_MWS_PER_KWH = 3_600_000_000


class S0Meter(Meter):
    """``counter`` has value(), rising; ``register`` is a KeptRegister.

    ValueError unless ``pulses_per_kwh`` is 1 to 100000 (on the meter's front; often 1000).
    """

    gives = "energy_wh power_w"

    def __init__(self, counter, register, pulses_per_kwh: int):
        if type(pulses_per_kwh) is not int or not 1 <= pulses_per_kwh <= 100000:
            raise ValueError("pulses_per_kwh %r: expected 1 to 100000" % (pulses_per_kwh,))
        self.make = "S0"
        self._counter = counter
        self._register = register
        self._per_kwh = pulses_per_kwh
        self._seen = counter.value()
        self._rest = 0  # of a microwatt-second, in 1/pulses_per_kwh
        self._looked_ms = None
        self._fresh = 0  # pulses since the last look
        self._pulse_ms = 0  # when the last one came
        self._window_ms = None  # when the pulse came that begins the window
        self._in_window = 0
        self._power_w = 0

    def poll(self, now_ms: int) -> None:
        """Count; once a second judge and publish; save what is due."""
        seen = self._counter.value()
        if seen > self._seen:
            self._fresh += seen - self._seen
            self._pulse_ms = now_ms
        # A counter that was set back begins a new count.
        self._seen = seen
        if self._looked_ms is None:
            self._looked_ms = now_ms - CYCLE_MS
        if now_ms - self._looked_ms >= CYCLE_MS:
            self._look(now_ms)
        self._register.poll(now_ms)

    def _look(self, now_ms: int) -> None:
        """Judge the pulses of the last second or more."""
        elapsed_ms, self._looked_ms = now_ms - self._looked_ms, now_ms
        pulses, self._fresh = self._fresh, 0
        noisy = pulses > elapsed_ms // PULSE_MS + 1
        if noisy:
            self._window_ms = None
        else:
            self._count(pulses, now_ms)
        lost = self._register.energy_wh is None
        self.trouble = "rubbish" if noisy or lost else None
        if self.trouble is None:
            self._publish(now_ms)

    def _count(self, pulses: int, now_ms: int) -> None:
        if pulses:
            energy, self._rest = divmod(pulses * _UWS_PER_KWH + self._rest, self._per_kwh)
            self._register.add(energy)
            self._measure(pulses)
        elif self._power_w:
            self._power_w = min(self._power_w, self._watts(1, now_ms - self._pulse_ms))

    def _measure(self, pulses: int) -> None:
        """Power, from a window that begins and ends with a pulse."""
        if self._window_ms is None:
            self._window_ms, self._in_window = self._pulse_ms, 0
            return
        self._in_window += pulses
        window_ms = self._pulse_ms - self._window_ms
        if window_ms >= WINDOW_MS:
            self._power_w = self._watts(self._in_window, window_ms)
            self._window_ms, self._in_window = self._pulse_ms, 0

    def _watts(self, pulses: int, duration_ms: int) -> int:
        return pulses * _MWS_PER_KWH // (self._per_kwh * duration_ms)

    def _publish(self, now_ms: int) -> None:
        reading = Reading()
        reading.taken_ms = now_ms
        reading.energy_wh = self._register.energy_wh
        reading.power_w = self._power_w
        self.reading = reading


class PinCounter:
    """Counts falling edges of ``pin`` by interrupt, where the interpreter has no machine.Counter.

    HAZARD for the bill: interrupts are soft and eight can wait. A step that is held up (a TLS
    handshake takes 2.3 s) loses pulses when they come faster than 3 a second (11 kW at 1000
    pulses/kWh). It never counts too many.
    """

    def __init__(self, pin):
        self._count = 0
        pin.irq(self._edge, pin.IRQ_FALLING)

    def value(self) -> int:
        """Edges since the start."""
        return self._count

    def _edge(self, pin) -> None:
        self._count += 1
