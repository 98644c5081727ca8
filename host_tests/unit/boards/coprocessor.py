"""The coprocessor of a guarded board, beside the bench of its interpreter: emulated, and live.

It stands for the modules ``esp32`` and ``uctypes`` and for machine.mem32, which ``attach`` gives
to the firmware, and sees what the pads of ADC1 see.
"""

import sys
from types import SimpleNamespace

from host_tests.harness.devices.adc_esp32 import END_MV, counts_of
from host_tests.harness.devices.ulp import Ulp
from tools.ulp import build, pads

_UINT16 = 1 << 28


class Coprocessor:
    """``described``, ``pins``: of the board. Times are those of the bench."""

    def __init__(self, described, pins):
        self.ulp = Ulp()
        self.names = build.given(described, pins)
        self._pins, self._waves = pins, {}

    def attach(self, monkeypatch, machine, esp32, board, root, folder) -> None:
        """The firmware finds it; ADC1 belongs to whom it belongs on a chip."""
        chip = self

        class Adc(machine.ADC):
            def read(self):
                chip.ulp.cpu_reads_adc()
                return counts_of(super().read_uv() / 1000)

            def read_uv(self):
                chip.ulp.cpu_reads_adc()
                return min(super().read_uv(), round(END_MV * 1000))

        monkeypatch.setattr(machine, "ADC", Adc)
        monkeypatch.setattr(machine, "mem32", self, raising=False)
        monkeypatch.setattr(esp32, "ULP", lambda: chip.ulp, raising=False)
        words = SimpleNamespace(UINT16=_UINT16, struct=lambda at, layout: Mail(chip, at, layout))
        monkeypatch.setitem(sys.modules, "uctypes", words)
        build.write(board, root, folder)

    def __getitem__(self, address):
        return self.ulp.read32(address)

    def __setitem__(self, address, value):
        self.ulp.write32(address, value & 0xFFFFFFFF)

    def sees(self, pad, high_mv, low_mv, duty_bp) -> None:
        """A wave at a pad of ADC1; a steady level has a duty of 0 or 10000."""
        wave = (high_mv, low_mv, duty_bp)
        if self._waves.get(pad) == wave:
            return
        self._waves[pad] = wave
        high, low = map(counts_of, wave[:2])
        if not 0 < duty_bp < 10000:
            high = low = high if duty_bp else low
        self.ulp.pilot(pads.CHANNELS[pad], high, low, duty_bp or 10000)

    @property
    def relays(self) -> list:
        """Drives, as RELAY and SECOND_RELAY."""
        bits = [self.names[name] for name in ("RELAY", "SECOND") if self.names[name] >= 0]
        return [int(self.ulp.pad(bit)) for bit in bits]


class Mail:
    """uctypes.struct over the coprocessor's memory: whole words of 16 bits."""

    def __init__(self, chip, address, layout):
        object.__setattr__(self, "_at", (chip.ulp, address, layout))

    def __getattr__(self, name):
        ulp, address, layout = self._at
        if name not in layout:
            raise AttributeError(name)
        return ulp.read32(address + (layout[name] & ~_UINT16)) & 0xFFFF

    def __setattr__(self, name, value):
        ulp, address, layout = self._at
        ulp.write32(address + (layout[name] & ~_UINT16), value & 0xFFFF)
