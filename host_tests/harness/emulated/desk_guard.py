"""The ESP32's coprocessor as the firmware of the desk sees it, and the ports that hang on it.

A passive copy of its memory and registers: what the program does there comes with a step's inputs,
what the firmware writes leaves with its outputs (world/guard.py carries both).

    inputs   "g": {"m": "hex", the memory as a start finds it    "r": [[address, value]], registers
                   "w": [[word, value]], the mailbox where it changed}
    outputs  "g": {"b": [place in words, "hex"], a program    "w": as above    "r": as above, in
                   their order; places in the memory too    "e": entry, in bytes}
             to be carried out in this order
"""

from binascii import hexlify, unhexlify

import guard_program
import machine
import uctypes

import pins
from chargepoint.drivers.guard_ulp import MEMORY, UlpGuard, mailbox
from chargepoint.drivers.guard_ulp_ports import UlpInput, UlpLevel, UlpPilot, UlpRelay
from chargepoint.drivers.proximity_adc import ProximityAdc
from chargepoint.drivers.residual_pin import ResidualPin
from chargepoint.drivers.thermometer_adc import AdcThermometer, Mcp9700

_BYTES = 2048
_MAIL_BYTES = 4 * len(guard_program.MAIL.split())
_HEADER_BYTES = 12
_MEAS_START1 = 0x3FF48854
# What a read of machine.ADC leaves in the converter's registers (devices/ulp_analogue.py).
_AFTER_A_READ = (
    (0x3FF48800, 1 << 28 | 3 << 16 | 9 << 8 | 2),
    (0x3FF48808, 1 << 16 | 1),
    (0x3FF4880C, 1),
    (0x3FF4882C, 3),
    (_MEAS_START1, 1 << 31 | 1 << 18),
)
_CAUSES = {machine.PWRON_RESET: "power", machine.WDT_RESET: "watchdog", machine.SOFT_RESET: "soft"}


class Rtc:
    """machine.mem32, where it reaches memory and registers of RTC, and esp32.ULP in one."""

    def __init__(self):
        self.memory = bytearray(_BYTES)
        self._registers = {}
        # The mailbox as the far end knows it.
        self._known = bytearray(_MAIL_BYTES)
        self._told = {}

    def load(self, told: dict) -> None:
        """Inputs of a step."""
        if "m" in told:
            memory = unhexlify(told["m"])
            self.memory[: len(memory)] = memory
            self._known[:] = memory[:_MAIL_BYTES]
        for address, value in told.get("r", ()):
            self._registers[address] = value
        for word, value in told.get("w", ()):
            self._put(4 * word, value)
            self._known[4 * word : 4 * word + 4] = value.to_bytes(4, "little")

    def take(self) -> dict:
        """Outputs of a step; empty when there are none."""
        told, self._told = self._told, {}
        mail = bytes(self.memory[:_MAIL_BYTES])
        if mail != self._known:
            told["w"] = [
                [at // 4, mail[at] | mail[at + 1] << 8]
                for at in range(0, _MAIL_BYTES, 4)
                if mail[at : at + 4] != self._known[at : at + 4]
            ]
            self._known[:] = mail
        return told

    def __getitem__(self, address):
        at = address - MEMORY
        if 0 <= at < _BYTES:
            return int.from_bytes(bytes(self.memory[at : at + 4]), "little")
        return self._registers.get(address, 0)

    def __setitem__(self, address, value):
        if 0 <= address - MEMORY < _BYTES:
            self._put(address - MEMORY, value)
        self._registers[address] = value
        writes = self._told.setdefault("r", [])
        if [address, value] not in writes[-3:]:
            writes.append([address, value])

    def load_binary(self, at_words, image) -> None:
        blob = image[_HEADER_BYTES:]
        self.memory[4 * at_words : 4 * at_words + len(blob)] = blob
        self._known[:] = blob[:_MAIL_BYTES]
        self._told["b"] = [at_words, hexlify(image).decode()]

    def run(self, entry_bytes) -> None:
        self._told["e"] = entry_bytes

    def set_wakeup_period(self, index, us) -> None:
        """Nothing sleeps here."""

    def adc_is_read(self) -> None:
        """By machine.ADC, which takes the converter: once, until it is handed over again."""
        if self._registers.get(_MEAS_START1) != _AFTER_A_READ[-1][1]:
            for address, value in _AFTER_A_READ:
                self[address] = value

    def _put(self, at, value):
        self.memory[at : at + 4] = value.to_bytes(4, "little")


class GuardedParts:
    """The drivers of connector 1 behind a guard; ``clock`` is the station's."""

    def __init__(self, clock):
        rtc = machine.current.rtc
        mail = mailbox(uctypes, uctypes.addressof(rtc.memory), guard_program.MAIL)
        cause = _CAUSES.get(machine.reset_cause(), "reset")
        self.guard = UlpGuard(guard_program, rtc, rtc, mail, clock, cause)

    def relay(self, mirror, second):
        return UlpRelay(self.guard, mirror, second=second)

    def pilot(self, pwm, switch_pin):
        adc = machine.ADC(machine.Pin(pins.PILOT_ADC[0]))
        return UlpPilot(
            self.guard, pwm, adc, pins.PILOT_ZERO_MV, pins.PILOT_RATIO_BP, switch_pin=switch_pin
        )

    def proximity(self):
        level = self._level(pins.PROXIMITY_ADC[0], "proximity")
        return ProximityAdc(level, pins.PROXIMITY_SERIES_OHM, pins.PROXIMITY_SUPPLY_MV)

    def thermometer(self):
        level = self._level(pins.THERMOMETER_ADC[0], "temperature")
        return AdcThermometer(level, Mcp9700())

    def residual(self, test_pin):
        return ResidualPin(UlpInput(self.guard), test_pin)

    def _level(self, pin, name):
        return UlpLevel(self.guard, machine.ADC(machine.Pin(pin)), name)
