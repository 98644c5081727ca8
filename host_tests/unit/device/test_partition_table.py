"""The binary partition table, against what ESP-IDF documents of it."""

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.build import image
from tools.device import partition_table

_KNOWN = """\
# Name,   Type, SubType, Offset,   Size,     Flags
nvs,      data, nvs,     0x9000,   0x6000,
factory,  app,  factory, 0x10000,  0x200000,
romfs,    data, 0x8f,    0x210000, 0x60000,
"""
# Written down by hand: magic AA 50, type, subtype, offset, size, name of 16 bytes, flags.
_NVS = "aa50 01 02 00900000 00600000 6e767300000000000000000000000000 00000000"
_FACTORY = "aa50 00 00 00000100 00002000 666163746f7279000000000000000000 00000000"
_ROMFS = "aa50 01 8f 00002100 00000600 726f6d66730000000000000000000000 00000000"


def table_of(name="nvs", kind="data", subtype="nvs"):
    return partition_table.binary(f"{name}, {kind}, {subtype}, 0x9000, 0x6000\n")


def test_table_is_entries_then_their_digest_then_ones():
    """[ESP-IDF, partition tables]: 32 bytes an entry; MD5 after EB EB and fourteen FF; 0xC00."""
    table = partition_table.binary(_KNOWN)
    entries = bytes.fromhex(_NVS + _FACTORY + _ROMFS)
    assert table[:96] == entries
    assert table[96:128] == b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(entries).digest()
    assert table[128:] == b"\xff" * (0xC00 - 128)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "a" * 16}, "at most 15 characters"),
        ({"kind": "code"}, "expected one of app, data"),
        ({"subtype": "ota_0"}, "expected one of ota, phy"),
        ({"subtype": "0xff"}, "expected 0 to 0xFE"),
        ({"kind": "-1"}, "expected 0 to 0xFE"),
    ],
)
def test_table_names_what_can_not_be(wrong, said):
    with pytest.raises(ValueError, match=said):
        table_of(**wrong)


def test_table_that_is_too_long_is_refused():
    """95 entries and the digest fill 0xC00 bytes."""
    line = "p{0}, data, nvs, {1:#x}, 0x1000\n"
    lines = [line.format(number, 0x9000 + 0x1000 * number) for number in range(96)]
    assert len(partition_table.binary("".join(lines[:95]))) == 0xC00
    with pytest.raises(ValueError, match="at most 95 fit"):
        partition_table.binary("".join(lines))


@given(st.integers(0, 0xFE), st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF))
def test_table_keeps_every_number(subtype, offset, size):
    table = partition_table.binary(f"x, data, {subtype}, {offset}, {size}\n")
    assert struct.unpack_from("<BBII", table, 2) == (1, subtype, offset, size)


def test_table_of_each_board_can_be_made():
    found = sorted(image.BOARDS.glob("*/partitions.csv"))
    assert found
    for path in found:
        assert partition_table.binary(path.read_text())[:2] == b"\xaa\x50", path
