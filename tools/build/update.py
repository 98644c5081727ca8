"""An update of a board: its image with the head that core/update_head.py describes."""

import hashlib
import struct
import sys
from pathlib import Path

from tools.paths import ROOT

sys.path.insert(0, str(ROOT / "firmware"))
sys.path.insert(0, str(ROOT / "host_tests" / "harness" / "emulated"))

from chargepoint.core.update_head import MAGIC, SHORTEST, covered  # noqa: E402

_FIELD = 32


def wrap(image: bytes, board: str, version: str, more: bytes = b"") -> bytes:
    """The file that UpdateFirmware fetches; ``more`` lengthens the head (a later signature)."""
    names = b"".join(_field(text) for text in (board, version))
    start = struct.pack("<8sHHI", MAGIC, SHORTEST + len(more), 0, len(image))
    head = start + bytes(32) + names + more
    digest = hashlib.sha256(covered(head) + image).digest()
    return start + digest + names + more + image


def _field(text: str) -> bytes:
    data = text.encode()
    if not 0 < len(data) <= _FIELD:
        raise ValueError(f"update: {text!r}: expected 1 to {_FIELD} bytes")
    return data.ljust(_FIELD, b"\0")


def main(words: list) -> int:
    """``python -m tools.build.update IMAGE BOARD VERSION UPDATE``: write UPDATE."""
    if len(words) != 4:
        print("update: expected IMAGE BOARD VERSION UPDATE", file=sys.stderr)
        return 2
    image, board, version, update = words
    Path(update).write_bytes(wrap(Path(image).read_bytes(), board, version))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
