"""An Eastron SDM630 on Modbus RTU, with the whole range of its input registers.

As in the instrument, the registers are IEEE 754 singles: a kWh register has 24 bits.
"""

import struct

from .modbus_meter import ILLEGAL_ADDRESS, ILLEGAL_VALUE, SERIAL, ModbusInstrument, crc

__all__ = ["METER_CODE", "SERIAL", "Sdm630", "crc"]

METER_CODE = 0x0070

_LAST_REGISTER = 0x0181
_MOST_REGISTERS = 80


class Sdm630(ModbusInstrument):
    """A register without a meaning reads as 0; odd registers and counts are refused."""

    def __init__(self, world, unit: int = 1, serial: int = SERIAL):
        super().__init__(world, "SDM630", unit, serial)
        self.patches[3, 0x0014] = struct.pack(">f", unit)

    def registers(self, function: int, register: int, count: int) -> bytes | int:
        """The data of ``count`` registers, or the code of an exception."""
        if function == 3:
            return super().registers(function, register, count)
        if count % 2 or not 0 < count <= _MOST_REGISTERS:
            return ILLEGAL_VALUE
        if register % 2 or register + count - 1 > _LAST_REGISTER:
            return ILLEGAL_ADDRESS
        words = self._words(function)
        places = range(register, register + count)
        return b"".join(words.get(place, b"\0\0") for place in places)
