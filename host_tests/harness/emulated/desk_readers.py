"""The desk's card readers on a bus: the driver, and the emulated part beside the firmware.

A part is imported only where it is asked for: the interpreter's heap is small.
"""

import machine

SPI = 1
I2C = 1
SELECT_PIN = 100
WIRE_PIN = 101


def fit(kind: str):
    """The reader of that kind on the present bench; None: it is not one of a bus.

    Kinds are mfrc522, pn532_i2c, pn532_spi and onewire.
    """
    make = {
        "mfrc522": _mfrc522,
        "pn532_i2c": _pn532_i2c,
        "pn532_spi": _pn532_spi,
        "onewire": _onewire,
    }.get(kind)
    return make and make()


def _spi(part):
    machine.current.attach("spi", SPI, part, SELECT_PIN)
    return machine.SPI(SPI), machine.Pin(SELECT_PIN, machine.Pin.OUT, value=1)


def _mfrc522():
    from chargepoint.drivers.reader_mfrc522 import Mfrc522Reader
    from host_tests.harness.devices.mfrc522 import Mfrc522

    spi, select = _spi(Mfrc522())
    return Mfrc522Reader(spi, select)


def _pn532_spi():
    from chargepoint.drivers.pn532_spi import Pn532Spi
    from chargepoint.drivers.reader_pn532 import Pn532Reader
    from host_tests.harness.devices.pn532_bus import Pn532OnSpi

    spi, select = _spi(Pn532OnSpi())
    return Pn532Reader(Pn532Spi(spi, select))


def _pn532_i2c():
    from chargepoint.drivers.pn532_i2c import Pn532I2c
    from chargepoint.drivers.reader_pn532 import Pn532Reader
    from host_tests.harness.devices.pn532_bus import Pn532OnI2c

    machine.current.attach("i2c", I2C, Pn532OnI2c())
    return Pn532Reader(Pn532I2c(machine.I2C(I2C)))


def _onewire():
    import onewire

    from chargepoint.drivers.reader_onewire import OneWireReader
    from host_tests.harness.devices.onewire_key import OneWireKey

    machine.current.attach("onewire", WIRE_PIN, OneWireKey())
    return OneWireReader(onewire.OneWire(machine.Pin(WIRE_PIN)))
