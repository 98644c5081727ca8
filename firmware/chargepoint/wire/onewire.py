"""What goes over a 1-Wire bus: the ROM commands and the checksum."""

SKIP_ROM = b"\xcc"
MATCH_ROM = b"\x55"


def crc8(data: bytes) -> int:
    """x^8 + x^5 + x^4 + 1 from the low bit; 0 over data with its checksum behind it.

    A bus that is shorted reads as zeros, whose checksum is 0 as well: look at the data, too.
    """
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8C if crc & 1 else crc >> 1
    return crc
