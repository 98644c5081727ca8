"""Slots on OTA partitions, against a flash as esp32.Partition shows it."""

import pytest

from chargepoint.drivers.slots_esp32 import OtaSlots

SECTOR = 4096


class Partition:
    """``esp32.Partition`` with two slots of four sectors; the methods that the driver calls."""

    RUNNING = 1
    flash = {}
    chosen = None
    valid = False
    broken = False
    single = False

    def __init__(self, label):
        self.label = "ota_0" if label == self.RUNNING else label
        self.data = self.flash.setdefault(self.label, bytearray(b"\0" * SECTOR * 4))

    def info(self):
        return (0, 16, 0x10000, len(self.data), self.label, False)

    def get_next_update(self):
        if self.single:
            raise OSError(261)
        return Partition("ota_1")

    def readblocks(self, number, buffer, offset):
        at = number * SECTOR + offset
        assert offset + len(buffer) <= SECTOR
        buffer[:] = self.data[at : at + len(buffer)]

    def writeblocks(self, number, buffer):
        if self.broken:
            raise OSError(5)
        assert len(buffer) == SECTOR
        self.data[number * SECTOR : (number + 1) * SECTOR] = buffer

    def set_boot(self):
        if self.broken:
            raise OSError(5)
        type(self).chosen = self.label

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        cls.valid = True


@pytest.fixture
def flash():
    class Fresh(Partition):
        flash = {}

        def get_next_update(self):
            if self.single:
                raise OSError(261)
            return type(self)("ota_1")

    return Fresh


@pytest.mark.parametrize("size", [1, 1000, SECTOR, SECTOR + 1, SECTOR * 3 + 17, SECTOR * 4])
def test_image_is_read_back_as_it_was_written(flash, size):
    """In pieces that do not divide a sector."""
    slots = OtaSlots(flash, "esp32_devkit")
    image = bytes(at * 7 % 251 for at in range(size))
    assert slots.begin(size)
    for at in range(0, size, 1000):
        assert slots.write(image[at : at + 1000])
    assert slots.finish()
    read = b"".join(bytes(slots.read(at, min(999, size - at))) for at in range(0, size, 999))
    assert read == image
    assert (slots.running, slots.other) == ("ota_0", "ota_1")


def test_image_is_chosen_and_confirmed(flash):
    """set_boot, and no rollback any more."""
    slots = OtaSlots(flash, "esp32_devkit")
    assert slots.on_trial
    assert slots.activate() and flash.chosen == "ota_1"
    assert slots.confirm() and flash.valid and not slots.on_trial


def test_flash_that_fails_is_a_value(flash):
    """No fault of the world raises."""
    slots = OtaSlots(flash, "esp32_devkit")
    assert not slots.begin(SECTOR * 5)
    slots.begin(100)
    slots.write(b"x" * 100)
    flash.broken = True
    assert not slots.finish() and not slots.activate()


def test_board_without_a_second_partition_has_no_slots(flash):
    """The assembly then gives the station none."""
    flash.single = True
    with pytest.raises(OSError):
        OtaSlots(flash, "esp32_devkit")
