"""One step of set-up: what it depends on, a progress line, and the reasons why it may not go."""

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tools import whole
from tools.paths import ROOT, TOOLS


class Unavailable(Exception):
    """Something that set-up cannot get by itself: why, and the command that would fix it."""

    def __init__(self, why: str, fix: str):
        super().__init__(why)
        self.why = why
        self.fix = fix


def say(text: str, end: str = "\n") -> None:
    print(text, end=end, flush=True)


def run(command: list, why: str, fix: str, **options) -> str:
    """Run quietly; on failure show what it said and raise Unavailable."""
    result = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, **options
    )
    if result.returncode:
        said = (result.stdout + result.stderr).strip().splitlines()[-15:]
        print("\n" + "\n".join("    " + line for line in said), file=sys.stderr)
        raise Unavailable(f"{why} ({Path(str(command[0])).name} exited {result.returncode})", fix)
    return result.stdout


def digest(*inputs) -> str:
    """A hash of texts and of files (named and whole); the place of the tree counts too."""
    sha = hashlib.sha256(str(ROOT).encode())
    for item in inputs:
        if isinstance(item, Path):
            sha.update(str(item).encode() + item.read_bytes())
        else:
            sha.update(str(item).encode())
    return sha.hexdigest()


def step(title: str, key: str, product: Path, make: Callable[[], None]) -> None:
    """Do `make` unless it was done for the same `key` and its product is still there."""
    stamp = TOOLS / "stamps" / (product.name + ".sha256")
    if product.exists() and stamp.exists() and stamp.read_text() == key:
        return
    began_s = time.monotonic()
    say(f"setup: {title} ... ", end="")
    stamp.unlink(missing_ok=True)
    try:
        make()
    except Unavailable:
        say("failed")
        raise
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(key)
    say(f"done in {time.monotonic() - began_s:.0f} s")


def wrapper(name: str, body: str) -> Path:
    """A small shell command in .tools/bin."""
    path = TOOLS / "bin" / name
    whole.write(path, f"#!/bin/sh\n{body}\n".encode())
    path.chmod(0o755)
    return path
