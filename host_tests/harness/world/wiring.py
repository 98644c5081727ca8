"""The wires between a world and the emulated ``machine`` of one station.

Each step of the harness: advance the world, ``before_step`` gives the inputs for ``Bench.load``,
the firmware steps, ``after_step`` takes what ``Bench.take`` gave. Only changes are carried.
"""

from .faults import FAULTS


class Wiring:
    """``pins`` is a board's pins.py; ``meters`` maps a connector to its emulated instrument.

    An instrument (harness/devices) has ``receive(data, now_ms)``, ``take(now_ms) -> bytes``,
    ``due_ms()`` (when it will have sent what it is sending, or None) and ``fault``.
    """

    def __init__(self, world, pins, meters: dict, reader=None):
        self._world = world
        self._pins = pins
        self._meters = meters
        self._reader = reader
        self._lines = {pins.METER_UART[number - 1]: meter for number, meter in meters.items()}
        if reader is not None:
            self._lines[pins.READER_UART] = reader
        self._relays = {pins.RELAY[n - 1]: outlet for n, outlet in world.connectors.items()}
        self._pilots = {pins.PILOT_PWM[n - 1]: outlet for n, outlet in world.connectors.items()}
        self._lamps = {}
        for number, outlet in world.connectors.items():
            for place, pin in enumerate(pins.LAMP[number - 1]):
                self._lamps[pin] = (outlet, place)
        self._seen: dict[int, int | tuple[int, int, int]] = {}
        world.fault_hooks.append(self._on_fault)

    def restart(self) -> None:
        """The processor starts anew: its pins are released, and it has seen nothing yet."""
        self._seen.clear()
        for outlet in self._world.connectors.values():
            outlet.contactor.drive(False)
            outlet.drive_pilot(0)
            outlet.lamp = (0, 0, 0)
        self._tell_reader()

    def next_due_ms(self) -> int | None:
        """When an instrument will have said something, or None: the next step worth making."""
        due = [instrument.due_ms() for instrument in self._lines.values()]
        return min((due_ms for due_ms in due if due_ms is not None), default=None)

    def before_step(self, now_ms: int) -> dict:
        """The inputs that changed, for a step at ``now_ms``."""
        snapshot: dict = {"t": now_ms}
        levels: list[list[int]] = []
        waves: list[list[int]] = []
        for number, outlet in self._world.connectors.items():
            self._add_level(levels, self._pins.FEEDBACK[number - 1], outlet)
            self._add_wave(waves, self._pins.PILOT_ADC[number - 1], outlet)
        if levels:
            snapshot["p"] = levels
        if waves:
            snapshot["a"] = waves
        sent = [[uart, data.hex()] for uart, data in self._take_lines(now_ms)]
        if sent:
            snapshot["u"] = sent
        return snapshot

    def after_step(self, outputs: dict) -> None:
        """Carry the outputs of a step into the world."""
        for pin, duty_u16, freq_hz in outputs.get("w", ()):
            self._pilots[pin].drive_pilot((duty_u16 * 10_000 + 32_767) // 65_535, freq_hz)
        for pin, level in outputs.get("p", ()):
            self._set_level(pin, level)
        for uart, data in outputs.get("u", ()):
            if uart in self._lines:
                self._lines[uart].receive(bytes.fromhex(data), self._world.now_ms)

    def adc_mv(self, pilot_mv: int) -> int:
        """What the board's divider makes of a voltage on the pilot."""
        return self._pins.PILOT_ZERO_MV + pilot_mv * self._pins.PILOT_RATIO_BP // 10_000

    def _add_level(self, levels, pin, outlet):
        level = int(outlet.contactor.mirror_closed)
        if self._seen.get(pin) != level:
            self._seen[pin] = level
            levels.append([pin, level])

    def _add_wave(self, waves, pin, outlet):
        high_mv, low_mv = outlet.pilot_mv
        wave = (high_mv, low_mv, outlet.duty_bp)
        if self._seen.get(pin) != wave:
            self._seen[pin] = wave
            noise_mv = outlet.circuit.noise_mv * self._pins.PILOT_RATIO_BP // 10_000
            waves.append(
                [pin, self.adc_mv(high_mv), self.adc_mv(low_mv), outlet.duty_bp, noise_mv]
            )

    def _take_lines(self, now_ms):
        for uart, instrument in self._lines.items():
            data = instrument.take(now_ms)
            if data:
                yield uart, data

    def _set_level(self, pin, level):
        if pin in self._relays:
            self._relays[pin].contactor.drive(bool(level))
        elif pin in self._lamps:
            outlet, place = self._lamps[pin]
            lamp = list(outlet.lamp)
            lamp[place] = level
            outlet.lamp = tuple(lamp)

    def _on_fault(self, name, connector, present):
        if name.startswith("meter_") and connector in self._meters:
            self._meters[connector].fault = _word(self._world.outlet(connector).faults)
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
