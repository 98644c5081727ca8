"""The wires between a world and the emulated ``machine`` of one station.

Each step of the harness: advance the world, ``before_step`` gives the inputs for ``Bench.load``,
the firmware steps, ``after_step`` takes what ``Bench.take`` gave. Only changes are carried.
A part that the station lacks (World) has no wires.
"""

from .faults import FAULTS
from .proximity import divided

# A name of pins.py, the parts that it takes, and what is read of an outlet.
_INPUTS = (
    ("FEEDBACK", "feedback", lambda outlet, pins: outlet.contactor.mirror_closed),
    (
        "SECOND_FEEDBACK",
        "second_relay feedback",
        lambda outlet, pins: outlet.second_contactor.mirror_closed,
    ),
    ("LOCK_SENSE", "lock", lambda outlet, pins: outlet.lock.sense),
    ("RESIDUAL", "residual", lambda outlet, pins: outlet.residual.tripped),
    ("INTERLOCK_SENSE", "interlock", lambda outlet, pins: not outlet.interlock.held),
    ("EARTH", "earth", lambda outlet, pins: outlet.earthed),
)
# The same in millivolts.
_STEADY = (
    ("PROXIMITY_ADC", "proximity", lambda outlet, pins: divided(outlet.proximity_ohm, pins)),
    ("THERMOMETER_ADC", "thermometer", lambda outlet, pins: outlet.thermometer.level_mv),
)
# A name of pins.py, the parts that it takes, and what it does to an outlet.
_OUTPUTS = (
    ("RELAY", "", lambda outlet, level: outlet.contactor.drive(level)),
    ("SECOND_RELAY", "second_relay", lambda outlet, level: outlet.second_contactor.drive(level)),
    ("LOCK_A", "lock", lambda outlet, level: outlet.lock.bridge(a=level)),
    ("LOCK_B", "lock", lambda outlet, level: outlet.lock.bridge(b=level)),
    ("RESIDUAL_TEST", "residual", lambda outlet, level: outlet.residual.drive_test(level)),
    ("PILOT_OFF", "", lambda outlet, level: outlet.connect_pilot(not level)),
)
_SWITCHES = ("RELAY", "SECOND_RELAY", "LOCK_A", "LOCK_B", "RESIDUAL_TEST", "PILOT_OFF")
_STEADY_NOISE_MV = 4


class Wiring:
    """``pins`` is a board's pins.py; ``meters`` maps a connector to its emulated instrument.

    An instrument (harness/devices) has ``receive(data, now_ms)``, ``take(now_ms) -> bytes``,
    ``due_ms()`` (when it will have sent what it is sending, or None) and ``fault``; a reader on a
    bus has ``rows()``, and a meter on a pulse counter ``count()``, which go along with a step's
    inputs.
    ``switches`` are the output pins that move something; ``console`` is whoever is at the
    station's console (devices/console.py), or None.
    ``guard`` is the coprocessor that holds the relays of connector 1 (guard.py), or None.
    """

    guard = None

    def __init__(self, world, pins, meters: dict, reader=None, console=None):
        self._world = world
        self._pins = pins
        self.meters = meters
        self._reader = reader
        self._lines = {pins.METER_UART[number - 1]: meter for number, meter in meters.items()}
        if reader is not None:
            self._lines[pins.READER_UART] = reader
        self.console = console
        if console is not None:
            self._lines[pins.CONSOLE_UART] = console
        self._seen: dict[int, int | tuple] = {}
        self._levels = self._wires(_INPUTS)
        self._steady = self._wires(_STEADY)
        self._drives = self._wires(_OUTPUTS)
        self._pilots = {pins.PILOT_PWM[n - 1]: outlet for n, outlet in world.connectors.items()}
        self._hearts = {pins.INTERLOCK[n - 1]: outlet for n, outlet in world.connectors.items()}
        self._lamps = {}
        for number, outlet in world.connectors.items():
            for place, pin in enumerate(pins.LAMP[number - 1]):
                self._lamps[pin] = (outlet, place)
        numbers = world.connectors
        self.switches = {getattr(pins, name)[n - 1] for name in _SWITCHES for n in numbers}
        world.fault_hooks.append(self._on_fault)

    def guard_by(self, seed: int) -> None:
        """Put the coprocessor between relays and firmware."""
        from .guard import GuardChip

        number, outlet = next(iter(self._world.connectors.items()))
        self.guard = GuardChip(self._world, outlet, self.adc_mv, self._pins, seed)
        for name in ("RELAY", "SECOND_RELAY"):
            # These pads are not the firmware's.
            self._drives.pop(getattr(self._pins, name)[number - 1], None)

    def pass_to(self, to_ms: int) -> None:
        """The world moves on, and what guards in it."""
        (self._world.advance_to if self.guard is None else self.guard.pass_to)(to_ms)

    def restart(self, cause: str = "PWRON_RESET") -> None:
        """The processor starts anew: its pins are released, and it has seen nothing yet."""
        if self.guard is not None:
            self.guard.restart(cause)
        self._seen.clear()
        for outlet, drive in self._drives.values():
            drive(outlet, False)
        for outlet in self._world.connectors.values():
            outlet.drive_pilot(0)
            outlet.interlock.release()
            outlet.lamp = (0, 0, 0)
        self._world.buzzer = False
        self._tell_reader()

    def next_due_ms(self) -> int | None:
        """When an instrument will have said something, or None: the next step worth making."""
        due = [instrument.due_ms() for instrument in self._lines.values()]
        return min((due_ms for due_ms in due if due_ms is not None), default=None)

    def before_step(self, now_ms: int) -> dict:
        """The inputs that changed, for a step at ``now_ms``."""
        snapshot: dict = {"t": now_ms}
        levels = [[pin, level] for pin, level in self._read_levels() if self._is_new(pin, level)]
        waves = [[pin, *wave] for pin, wave in self._read_waves() if self._is_new(pin, wave)]
        if levels:
            snapshot["p"] = levels
        if waves:
            snapshot["a"] = waves
        sent = [[uart, data.hex()] for uart, data in self._take_lines(now_ms)]
        if sent:
            snapshot["u"] = sent
        if self.guard is not None and (told := self.guard.before_step()):
            snapshot["g"] = told
        counts = [[n - 1, m.count()] for n, m in self.meters.items() if hasattr(m, "count")]
        if counts and self._is_new("counts", counts):
            snapshot["k"] = counts
        rows = self._reader.rows() if hasattr(self._reader, "rows") else None
        if self._is_new("cards", rows):
            snapshot["c"] = rows
        return snapshot

    def after_step(self, outputs: dict) -> None:
        """Carry the outputs of a step into the world."""
        self.carry(outputs)
        moved = {pin for pin, _ in outputs.get("p", ())}
        for pin, outlet in self._hearts.items():
            outlet.interlock.stepped(pin in moved)

    def starve(self, for_ms: int) -> None:
        """Time passed in which the firmware was due and made no step."""
        for outlet in self._world.connectors.values():
            outlet.interlock.starved(for_ms)

    def carry(self, outputs: dict) -> None:
        """Carry outputs that the hardware made, with or without a step of the firmware."""
        if "g" in outputs:
            self.guard.after_step(outputs["g"])
        for pin, duty_u16, freq_hz in outputs.get("w", ()):
            self._pilots[pin].drive_pilot((duty_u16 * 10_000 + 32_767) // 65_535, freq_hz)
        for pin, level in outputs.get("p", ()):
            self._set_level(pin, bool(level))
        for uart, data in outputs.get("u", ()):
            if uart in self._lines:
                self._lines[uart].receive(bytes.fromhex(data), self._world.now_ms)

    def adc_mv(self, pilot_mv: int) -> int:
        """What the board's divider makes of a voltage on the pilot."""
        return self._pins.PILOT_ZERO_MV + pilot_mv * self._pins.PILOT_RATIO_BP // 10_000

    def _wires(self, table):
        """pin -> (outlet, function), for the parts that the station has."""
        return {
            getattr(self._pins, name)[number - 1]: (outlet, function)
            for name, parts, function in table
            if self._world.lacks.isdisjoint(parts.split())
            for number, outlet in self._world.connectors.items()
        }

    def _is_new(self, pin, seen):
        if self._seen.get(pin) == seen:
            return False
        self._seen[pin] = seen
        return True

    def _read_levels(self):
        for pin, (outlet, read) in self._levels.items():
            yield pin, int(read(outlet, self._pins))
        if "button" not in self._world.lacks:
            # Low while pressed.
            yield self._pins.BUTTON, int(not self._world.button)

    def _read_waves(self):
        for number, outlet in self._world.connectors.items():
            yield self._pins.PILOT_ADC[number - 1], self._wave(outlet)
        for pin, (outlet, read) in self._steady.items():
            level_mv = read(outlet, self._pins)
            yield pin, (level_mv, level_mv, 10_000, _STEADY_NOISE_MV)

    def _wave(self, outlet):
        if outlet.circuit.unreadable:
            return (None, None, outlet.duty_bp, 0)
        high_mv, low_mv = (self.adc_mv(level_mv) for level_mv in outlet.pilot_mv)
        noise_mv = outlet.circuit.noise_mv * self._pins.PILOT_RATIO_BP // 10_000
        spikes = (outlet.circuit.spikes,) if outlet.circuit.spikes else ()
        return (high_mv, low_mv, outlet.duty_bp, noise_mv, *spikes)

    def _take_lines(self, now_ms):
        for uart, instrument in self._lines.items():
            data = instrument.take(now_ms)
            if data:
                yield uart, data

    def _set_level(self, pin, level):
        if pin in self._drives:
            outlet, drive = self._drives[pin]
            drive(outlet, level)
        elif pin in self._lamps:
            outlet, place = self._lamps[pin]
            lamp = list(outlet.lamp)
            lamp[place] = int(level)
            outlet.lamp = tuple(lamp)
        elif pin == self._pins.BUZZER:
            self._world.buzzer = level

    def _on_fault(self, name, connector, present):
        if name.startswith("meter_") and connector in self.meters:
            self.meters[connector].fault = _word(self._world.outlet(connector).faults)
        elif name.startswith("reader_"):
            self._tell_reader()

    def _tell_reader(self):
        """The reader lives on the station's supply: without it, it is gone."""
        if self._reader is not None:
            powered = self._world.powered
            self._reader.fault = _word(self._world.faults if powered else {"reader_absent"})


def _word(names):
    """A device has one fault at a time: of several the first in the alphabet."""
    words = sorted(FAULTS[name].word for name in names if FAULTS[name].word)
    return words[0] if words else None
