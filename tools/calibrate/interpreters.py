"""Where the snippet runs without a board: the emulated circuit of the desk."""

import contextlib
import io
import sys

from tools.calibrate.setup import Setup
from tools.paths import ROOT

_NOISE_MV = 40
# What a vehicle hangs on the pilot for each level: None nothing, else (asks for energy, for air).
_LOADS = {12000: None, 9000: (False, False), 6000: (True, False), 3000: (True, True)}


class Emulated:
    """The emulated circuit and its ADC. ``divider``: (zero_mv, ratio_bp) that it really has."""

    def __init__(self, setup: Setup, divider: tuple):
        self._setup = setup
        self._divider = divider
        self._names: dict = {}
        self._machine, circuit = _emulation()
        self._circuit = circuit.Circuit()
        self._load = circuit.VehicleLoad
        self._bench = self._machine.Bench()
        self._machine.use(self._bench)

    def connect(self, nominal_mv: int) -> int:
        """Put the level on the pilot; what a voltmeter shows then, in mV."""
        self._circuit.short_ohm = 0.0 if nominal_mv == 0 else None
        wanted = _LOADS.get(nominal_mv)
        self._circuit.load = None if wanted is None else self._load()
        if wanted is not None:
            self._circuit.load.s2, self._circuit.load.ventilation = wanted
        source_mv = self._circuit.minus_mv if nominal_mv < 0 else self._circuit.plus_mv
        pilot_mv = self._circuit.level_mv(source_mv)
        zero_mv, ratio_bp = self._divider
        pad_mv = round(zero_mv + pilot_mv * ratio_bp / 10000)
        noise_mv = _NOISE_MV * ratio_bp // 10000
        wave = [self._setup.adc_pad, pad_mv, pad_mv, 10000, noise_mv]
        self._bench.load({"a": [wave]})
        return pilot_mv

    def run(self, text: str) -> str:
        """What ``text`` prints."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(text, self._names)
        return said.getvalue()

    def close(self, restart: bool) -> None:
        """Nothing is open."""


def _emulation() -> tuple:
    emulated = str(ROOT / "host_tests/harness/emulated")
    if emulated not in sys.path:
        sys.path.append(emulated)
    import machine

    from host_tests.harness.world import circuit

    return machine, circuit
