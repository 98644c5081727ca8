"""`make build BOARD=name`: what a machine without the vendor's tool chain can build of a board.

`name` may be board@revision; `all` (or --all) builds every board in each of its revisions.
"""

import sys

from tools.boards import description
from tools.build import frozen, sizes
from tools.build.image import BOARDS, build_image, folder_of
from tools.paths import ROOT

_ALL = ("all", "--all")


def main(words: list) -> int:
    if len(words) != 1:
        print("build: expected one board, as in `make build BOARD=qemu_mps2`", file=sys.stderr)
        return 2
    if words[0] in _ALL:
        return 1 if [board for board in description.names(BOARDS) if not build(board)] else 0
    return 0 if build(words[0], rooms=True) else 1


def build(board: str, rooms: bool = False) -> bool:
    """Make what can be made of ``board`` and print its sizes, of each room too when ``rooms``."""
    try:
        image = build_image(board)
        manifest = folder_of(board) / "manifest.py"
        content = frozen.build_frozen(board, manifest) if manifest.exists() else None
    except ValueError as trouble:
        print(f"build: {board}: {trouble}", file=sys.stderr)
        return False
    if rooms:
        sizes.show(board)
    print(f"build: {image.relative_to(ROOT)}, {image.stat().st_size:,} bytes")
    if content:
        froze = frozen.frozen_bytes(content)
        print(f"build: {content.relative_to(ROOT)}, {froze:,} bytes more in the interpreter")
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
