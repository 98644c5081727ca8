"""`make build BOARD=name`: what a machine without the vendor's tool chain can build of a board."""

import sys

from tools.build import frozen, sizes
from tools.build.image import BOARDS, build_image
from tools.paths import ROOT


def main(words: list) -> int:
    if len(words) != 1:
        print("build: expected one board, as in `make build BOARD=qemu_mps2`", file=sys.stderr)
        return 2
    (board,) = words
    try:
        image = build_image(board)
        manifest = BOARDS / board / "manifest.py"
        content = frozen.build_frozen(board, manifest) if manifest.exists() else None
    except ValueError as trouble:
        print(f"build: {trouble}", file=sys.stderr)
        return 1
    sizes.show(board)
    print(f"build: {image.relative_to(ROOT)}, {image.stat().st_size} bytes")
    if content:
        print(f"build: {content.relative_to(ROOT)} (what manifest.py freezes)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
