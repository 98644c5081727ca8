"""MicroPython's ``uctypes`` for CPython: a structure of 16-bit words over a bytearray."""

UINT16 = 0x10000000
_buffers: dict = {}


def addressof(buffer: bytearray) -> int:
    """A number that ``struct`` knows ``buffer`` by."""
    _buffers[id(buffer)] = buffer
    return id(buffer)


class struct:
    """``layout``: name -> UINT16 | place in bytes; reads and writes of one are whole."""

    def __init__(self, address, layout):
        object.__setattr__(self, "_words", (_buffers.pop(address), layout))

    def __getattr__(self, name):
        buffer, layout = self._words
        if name not in layout:
            raise AttributeError(name)
        at = layout[name] & ~UINT16
        return buffer[at] | buffer[at + 1] << 8

    def __setattr__(self, name, value):
        buffer, layout = self._words
        at = layout[name] & ~UINT16
        buffer[at : at + 2] = (value & 0xFFFF).to_bytes(2, "little")
