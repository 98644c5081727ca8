"""Port Slots of a desk, and the boot loader that goes with it: images in the station's store.

An image lies in blocks of 4 KB, as in flash, under ``slot_a/0``, ``slot_a/1``, ...; which slot is
to be started stands in two records that alternate, each with a generation and a checksum, as in
the ESP32's otadata. The boot loader runs before the firmware (``boot``): what it starts for the
first time is on trial, and what was on trial and was not confirmed is not started again.

The store may be any ports.Store: its power can be cut in every operation.
"""

import json

from chargepoint.core.record import seal, unseal
from chargepoint.file_ports import Slots

BLOCK = 4096
_RECORDS = ("boot_a", "boot_b")
_CHOSEN = {"slot": "a", "state": "good"}


class DeskSlots(Slots):
    """The slots in ``store``, ``blocks`` of 4 KB each; ``board`` as images name it."""

    def __init__(self, store, board: str, blocks: int = 256):
        chosen = chosen_of(store)[1]
        self.running = chosen["slot"]
        self.other = "b" if self.running == "a" else "a"
        self.on_trial = chosen["state"] == "trial"
        self.board = board
        self._store = store
        self._blocks = blocks
        self._block = bytearray()
        self._number = 0

    def begin(self, size: int) -> bool:
        """Nothing is erased beforehand."""
        self._block = bytearray()
        self._number = 0
        return size <= self._blocks * BLOCK

    def write(self, data: bytes) -> bool:
        """Collects a block, then writes it."""
        room = BLOCK - len(self._block)
        self._block.extend(data[:room])
        if len(self._block) < BLOCK:
            return True
        block, self._block = self._block, bytearray(data[room:])
        return self._keep(block)

    def finish(self) -> bool:
        """The last block is as long as it is; of an image before, none may follow a whole one."""
        if self._block:
            return self._keep(self._block)
        return self._store.remove("slot_%s/%d" % (self.other, self._number))

    def read(self, at: int, count: int) -> bytes:
        """From one block, or from two that lie beside each other."""
        number, offset = at // BLOCK, at % BLOCK
        data = (self._stored(number) or b"")[offset : offset + count]
        if len(data) < count:
            data += (self._stored(number + 1) or b"")[: count - len(data)]
        return data

    def activate(self) -> bool:
        """The other slot is new."""
        return keep_choice(self._store, self.other, "new")

    def confirm(self) -> bool:
        """The running slot is good."""
        self.on_trial = not keep_choice(self._store, self.running, "good")
        return not self.on_trial

    def _keep(self, block):
        self._number += 1
        return self._store.write("slot_%s/%d" % (self.other, self._number - 1), bytes(block))

    def _stored(self, number):
        return self._store.read("slot_%s/%d" % (self.other, number))


def boot(store) -> str:
    """What the boot loader does at a start: the name of the slot that is started."""
    slot, state = chosen_of(store)[1].values()
    if state == "new":
        keep_choice(store, slot, "trial")
    elif state == "trial":
        slot = "b" if slot == "a" else "a"
        keep_choice(store, slot, "good")
    return slot


def image_in(store, slot: str) -> bytes:
    """The image in ``slot``, None when nothing was ever written there."""
    image, number = b"", 0
    block = store.read("slot_%s/0" % slot)
    while block:
        image += block
        number += 1
        block = store.read("slot_%s/%d" % (slot, number)) if len(block) == BLOCK else None
    return image or None


def chosen_of(store) -> tuple:
    """(generation, {"slot", "state"}, place of the newest record)."""
    newest = (0, _CHOSEN, 1)
    for place, name in enumerate(_RECORDS):
        content = unseal(store.read(name))
        if content is not None:
            record = json.loads(content)
            if record["generation"] > newest[0]:
                chosen = {"slot": record["slot"], "state": record["state"]}
                newest = (record["generation"], chosen, place)
    return newest


def keep_choice(store, slot: str, state: str) -> bool:
    """Write the record that is the older one."""
    generation, _, place = chosen_of(store)
    record = {"generation": generation + 1, "slot": slot, "state": state}
    return store.write(_RECORDS[1 - place], seal(json.dumps(record).encode()))
