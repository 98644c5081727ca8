"""A flash chip in RAM that writes down every operation, for MicroPython's VfsLfs2.

Power cuts are replayed afterwards from the log: raising from a block device only teaches littlefs
about bad blocks (micropython.md §4).
"""

# The ESP32's flash: 4096-byte sectors, erased to ones.
BLOCK = 4096


class Flash:
    """``blocks`` blocks. ``log`` holds (block, offset, data) of each prog, data None of an erase.

    ``image`` None starts erased.
    """

    def __init__(self, blocks, image=None):
        self.image = image or bytearray(b"\xff" * (BLOCK * blocks))
        self.blocks = blocks
        self.log = []

    def readblocks(self, block, buffer, offset=0):
        """Read into ``buffer``."""
        at = block * BLOCK + offset
        buffer[:] = memoryview(self.image)[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        """Program ``buffer``; an erase was asked for before (extended interface)."""
        self.log.append((block, offset or 0, bytes(buffer)))
        apply(self.image, self.log[-1])

    def ioctl(self, operation, argument):
        """4: number of blocks, 5: block size, 6: erase block ``argument``."""
        if operation == 4:
            return self.blocks
        if operation == 5:
            return BLOCK
        if operation == 6:
            self.log.append((argument, 0, None))
            apply(self.image, self.log[-1])
        return 0


def apply(image, operation, part=None):
    """Do ``operation`` on ``image``, only its first ``part`` bytes when given."""
    block, offset, data = operation
    if data is None:
        data = b"\xff" * BLOCK
    if part is not None:
        data = data[:part]
    at = block * BLOCK + offset
    image[at : at + len(data)] = data
