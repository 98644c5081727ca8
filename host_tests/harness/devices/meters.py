"""The instrument that a stage's connector has, by its kind (emulated/desk_meters.py)."""

from .cse7766 import Cse7766
from .modbus_meter import ModbusInstrument
from .s0 import S0Output
from .sdm630 import Sdm630
from .signing_meter import SigningMeter

S0_PER_KWH = 1000


def make(kind: str, world):
    """ "SDM630", another name of instruments.INSTRUMENTS, "CSE7766", "S0" or "SIGNING"."""
    if kind == "SDM630":
        return Sdm630(world)
    if kind == "CSE7766":
        return Cse7766(world)
    if kind == "SIGNING":
        return SigningMeter(world)
    if kind == "S0":
        return S0Output(world, S0_PER_KWH)
    return ModbusInstrument(world, kind)
