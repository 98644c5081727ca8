"""How makers lay out their meters' registers: what each instrument shows of a world.

Written from the makers' tables (standards.md §6, boards/METERS.md), not from the firmware's: each
layout is (function, first register) -> the bytes that stand there.
"""

import struct
from collections.abc import Callable

_ABSENT_U32 = b"\xff\xff\xff\xff"


def f32(value: float) -> bytes:
    """A single in two registers, the high word first."""
    return struct.pack(">f", value)


def u32_low(value: int) -> bytes:
    """An integer in two registers, the low word first; two's complement when negative."""
    return struct.pack(">HH", value & 0xFFFF, value >> 16 & 0xFFFF)


def _export_wh(world) -> int:
    return getattr(world, "export_wh", 0)


def _phase_w(world, phase: int) -> float:
    """Of the phase ``phase`` (from 0), in W."""
    return world.voltage_mv[phase] * world.current_ma[phase] / 1_000_000


def _factor(world) -> float:
    """The power factor: 1 unless the world says otherwise."""
    return getattr(world, "factor_milli", 1000) / 1000


def _eastron(code: int, phases: int) -> Callable:
    """SDM: function 4, singles in V, A, W, Hz, kWh; the identity is held (function 3)."""

    def show(world, serial: int) -> dict:
        shown = {
            (4, 0x0048): f32(world.import_wh / 1000),
            (4, 0x004A): f32(_export_wh(world) / 1000),
            (4, 0x0156): f32(world.import_wh / 1000),
            (3, 0xFC00): struct.pack(">I", serial),
            (3, 0xFC02): struct.pack(">H", code),
        }
        if phases:
            shown[4, 0x0046] = f32(world.frequency_mhz / 1000)
        if phases != 1:
            shown[4, 0x0034] = f32(world.power_w)
        for phase in range(phases):
            shown[4, 2 * phase] = f32(world.voltage_mv[phase] / 1000)
            shown[4, 6 + 2 * phase] = f32(world.current_ma[phase] / 1000)
            watts = world.power_w if phases == 1 else _phase_w(world, phase)
            shown[4, 0x000C + 2 * phase] = f32(watts)
        if phases == 1:
            shown[4, 0x0018] = f32(getattr(world, "reactive_var", 0))
            shown[4, 0x001E] = f32(_factor(world))
        return shown

    return show


def _abb(name: bytes, phases: int) -> Callable:
    """B series: function 3, integers of 0.1 V, 0.01 A, 0.01 W, 0.01 Hz, 0.01 kWh; absent: ones."""

    def show(world, serial: int) -> dict:
        shown = {
            (3, 0x5000): struct.pack(">Q", world.import_wh // 10),
            (3, 0x5004): struct.pack(">Q", _export_wh(world) // 10),
            (3, 0x5B14): struct.pack(">i", world.power_w * 100),
            (3, 0x5B2C): struct.pack(">H", round(world.frequency_mhz / 10)),
            (3, 0x5B3A): struct.pack(">h", round(_factor(world) * 1000)),
            (3, 0x8900): struct.pack(">I", serial),
            (3, 0x8960): name,
        }
        for phase in range(3):
            here = phase < phases
            volts = struct.pack(">I", round(world.voltage_mv[phase] / 100))
            amps = struct.pack(">I", round(world.current_ma[phase] / 10))
            shown[3, 0x5B00 + 2 * phase] = volts if here else _ABSENT_U32
            shown[3, 0x5B0C + 2 * phase] = amps if here else _ABSENT_U32
            watts = struct.pack(">i", round(_phase_w(world, phase) * 100))
            shown[3, 0x5B16 + 2 * phase] = watts if here else b"\x7f\xff\xff\xff"
        return shown

    return show


def _gavazzi(code: int) -> Callable:
    """EM330/EM340: functions 3 and 4, the low word first; 0.1 V, mA, 0.1 W, 0.1 Hz, 0.1 kWh.

    Register 000B alone is the code; the serial number is a character in each of seven registers.
    """

    def show(world, serial: int) -> dict:
        one = {
            0x000B: struct.pack(">H", code),
            0x0028: u32_low(world.power_w * 10),
            0x0031: struct.pack(">h", round(_factor(world) * 1000)),
            0x0033: struct.pack(">H", round(world.frequency_mhz / 100)),
            0x0034: u32_low(world.import_wh // 100),
            0x004E: u32_low(_export_wh(world) // 100),
            0x5000: b"".join(struct.pack(">H", ord(digit)) for digit in f"{serial % 10**7:07}"),
        }
        for phase in range(3):
            one[2 * phase] = u32_low(round(world.voltage_mv[phase] / 100))
            one[0x000C + 2 * phase] = u32_low(world.current_ma[phase])
            one[0x0012 + 2 * phase] = u32_low(round(_phase_w(world, phase) * 10))
        return {(function, at): data for function in (3, 4) for at, data in one.items()}

    return show


def _schneider(world, serial: int) -> dict:
    """iEM3155: function 3, singles in V, A, kW, Hz; energy as 64-bit Wh."""
    shown = {
        (3, 0x0BF3): f32(world.power_w / 1000),
        (3, 0x0C25): f32(world.frequency_mhz / 1000),
        (3, 0x0C83): struct.pack(">q", world.import_wh),
        (3, 0x0C87): struct.pack(">q", _export_wh(world)),
    }
    for phase in range(3):
        shown[3, 0x0BD3 + 2 * phase] = f32(world.voltage_mv[phase] / 1000)
        shown[3, 0x0BB7 + 2 * phase] = f32(world.current_ma[phase] / 1000)
        shown[3, 0x0BED + 2 * phase] = f32(_phase_w(world, phase) / 1000)
    return shown


def _orno_one_phase(world, serial: int) -> dict:
    """WE-514/515: function 3, integers of 0.01 Hz, 0.01 V, mA, W, 0.01 kWh."""
    return {
        (3, 0x0130): struct.pack(">H", round(world.frequency_mhz / 10)),
        (3, 0x0131): struct.pack(">H", round(world.voltage_mv[0] / 10)),
        (3, 0x0139): struct.pack(">I", world.current_ma[0]),
        (3, 0x0140): struct.pack(">I", world.power_w & 0xFFFFFFFF),
        (3, 0x0158): struct.pack(">H", round(_factor(world) * 1000)),
        (3, 0xA000): struct.pack(">I", world.import_wh // 10),
    }


def _orno_three_phases(world, serial: int) -> dict:
    """WE-516/517: function 3, singles in V, Hz, A, kW, kWh."""
    shown = {
        (3, 0x0014): f32(world.frequency_mhz / 1000),
        (3, 0x001C): f32(world.power_w / 1000),
        (3, 0x0100): f32((world.import_wh + _export_wh(world)) / 1000),
        (3, 0x0108): f32(world.import_wh / 1000),
        (3, 0x0110): f32(_export_wh(world) / 1000),
    }
    for phase in range(3):
        shown[3, 0x000E + 2 * phase] = f32(world.voltage_mv[phase] / 1000)
        shown[3, 0x0016 + 2 * phase] = f32(world.current_ma[phase] / 1000)
        shown[3, 0x001E + 2 * phase] = f32(_phase_w(world, phase) / 1000)
    return shown


def _chint(world, serial: int) -> dict:
    """DTSU666: function 3, singles in 0.1 V, mA, 0.1 W, 0.01 Hz, kWh; 2000-2005 are L1-L2, ..."""
    shown = {
        (3, 0x2012): f32(world.power_w * 10),
        (3, 0x2044): f32(world.frequency_mhz / 10),
        (3, 0x101E): f32(world.import_wh / 1000),
        (3, 0x1028): f32(_export_wh(world) / 1000),
    }
    for phase in range(3):
        shown[3, 0x2000 + 2 * phase] = f32(world.voltage_mv[phase] * 1.732 / 100)
        shown[3, 0x2006 + 2 * phase] = f32(world.voltage_mv[phase] / 100)
        shown[3, 0x200C + 2 * phase] = f32(world.current_ma[phase])
    return shown


def _inepro(world, serial: int) -> dict:
    """PRO380: function 3, singles in V, Hz, A, kW, kWh."""
    shown = {
        (3, 0x4000): struct.pack(">I", serial),
        (3, 0x5008): f32(world.frequency_mhz / 1000),
        (3, 0x500A): f32(sum(world.current_ma) / 1000),
        (3, 0x5012): f32(world.power_w / 1000),
        (3, 0x600C): f32(world.import_wh / 1000),
        (3, 0x6018): f32(_export_wh(world) / 1000),
    }
    for phase in range(3):
        shown[3, 0x5002 + 2 * phase] = f32(world.voltage_mv[phase] / 1000)
        shown[3, 0x500C + 2 * phase] = f32(world.current_ma[phase] / 1000)
    return shown


def _pzem(world, serial: int) -> dict:
    """PZEM-004T v3: function 4, the low word first; its register begins anew after 9999999 Wh."""
    block = (
        struct.pack(">H", round(world.voltage_mv[0] / 100))
        + u32_low(world.current_ma[0])
        + u32_low(world.power_w * 10)
        + u32_low(world.import_wh % 10_000_000)
        + struct.pack(">HHH", round(world.frequency_mhz / 100), round(_factor(world) * 100), 0)
    )
    return {(4, 0x0000): block}


# Name: baud (makers' default), layout.
INSTRUMENTS: dict[str, tuple[int, Callable]] = {
    "SDM120": (2400, _eastron(0x0020, 1)),
    "SDM230": (2400, _eastron(0x002B, 1)),
    "SDM630": (9600, _eastron(0x0070, 3)),
    "SDM72V2": (9600, _eastron(0x0089, 3)),
    "SDM72": (9600, _eastron(0x0084, 0)),
    "B21": (9600, _abb(b"B21 ", 1)),
    "B23": (9600, _abb(b"B23 ", 3)),
    "EM330": (9600, _gavazzi(331)),
    "EM340": (9600, _gavazzi(341)),
    "IEM3155": (19200, _schneider),
    "WE514": (9600, _orno_one_phase),
    "WE515": (9600, _orno_one_phase),
    "WE516": (9600, _orno_three_phases),
    "WE517": (9600, _orno_three_phases),
    "DTSU666": (9600, _chint),
    "PRO380": (9600, _inepro),
    "PZEM004T": (9600, _pzem),
}
