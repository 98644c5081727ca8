"""Files that are made again and again, by several processes at once: each is whole at any time."""

import os
from pathlib import Path


def write(path: Path, content: bytes) -> None:
    """Put ``content`` there, with its folder, where something else or nothing is.

    Who reads meanwhile finds what was there before, or all of it.
    """
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partly = path.with_name(f"{path.name}.{os.getpid()}.part")
    partly.write_bytes(content)
    os.replace(partly, path)
