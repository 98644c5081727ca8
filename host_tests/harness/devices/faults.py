"""What can be wrong with a device on a serial line.

A device has one attribute ``fault``: None or one of these words.
"""

import random

SILENT = "silent"  # hears, does not answer
RUBBISH = "rubbish"  # answers with noise
FOREIGN = "foreign"  # another unit answers (bus devices only)
TRUNCATED = "truncated"  # the end of each answer is missing
DISAPPEARS = "disappears"  # without power: hears nothing, and starts anew afterwards

ALL = (SILENT, RUBBISH, FOREIGN, TRUNCATED, DISAPPEARS)


class Faulty:
    """A device with a ``fault``."""

    _fault: str | None = None

    @property
    def fault(self) -> str | None:
        """What is wrong with it, or None. ValueError for a word that is not in the list."""
        return self._fault

    @fault.setter
    def fault(self, fault: str | None) -> None:
        if fault is not None and fault not in ALL:
            raise ValueError(f"fault {fault!r}: one of {', '.join(ALL)} expected")
        before, self._fault = self._fault, fault
        self._changed(before)

    def _changed(self, before: str | None) -> None:
        """The fault was ``before`` and is now another."""


class Noise:
    """Bytes that look like nothing, the same in each run."""

    def __init__(self, seed: int = 0):
        self._random = random.Random(seed)

    def like(self, data: bytes) -> bytes:
        """As many bytes as ``data`` has, each different from the one in its place."""
        return bytes(byte ^ self._random.randrange(1, 256) for byte in data)
