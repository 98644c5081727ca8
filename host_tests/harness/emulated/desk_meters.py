"""The desk's energy meters: any Modbus model, a chip that talks by itself, or S0 pulses.

A driver is imported only where it is asked for: the interpreter's heap is small.
"""

import machine

import pins

S0_PER_KWH = 1000


def fit(kind: str, at: int, store):
    """The driver for the meter of connector ``at`` (from 0): CSE7766, S0, SIGNING, or a model."""
    if kind == "SIGNING":
        return _signing(at)
    if kind == "S0":
        return _s0(at, store)
    if kind == "CSE7766":
        return _cse7766(at, store)
    return _modbus(kind, at)


def _modbus(kind, at):
    from chargepoint.drivers.meter_modbus import ModbusMeter
    from chargepoint.drivers.meter_models import find

    model = find(kind)
    return ModbusMeter(_line(at, model.line), model)


def _signing(at):
    from chargepoint.drivers.meter_models import find
    from desk_signing import SigningMeter

    model = find("SDM630")
    return SigningMeter(_line(at, model.line), model)


def _cse7766(at, store):
    from chargepoint.drivers.meter_cse7766 import LINE, Cse7766Meter

    return Cse7766Meter(_line(at, LINE), _register(at, store))


def _s0(at, store):
    from chargepoint.drivers.meter_s0 import S0Meter

    return S0Meter(machine.Counter(at), _register(at, store), S0_PER_KWH)


def _line(at, line):
    baud, parity, stop = line
    return machine.UART(pins.METER_UART[at], baud, parity=parity, stop=stop)


def _register(at, store):
    from chargepoint.drivers.kept_register import KeptRegister

    return KeptRegister(store, "meter%d" % at)
