"""tools/whole: who reads while another process writes finds all of it."""

import subprocess
import sys

from tools import whole
from tools.paths import ROOT

_TURNS = """
import sys
from pathlib import Path
from tools import whole
while True:
    for letter in b"ab":
        whole.write(Path(sys.argv[1]), bytes((letter,)) * 100_000)
"""


def test_reader_finds_what_was_there_or_all_of_what_is(tmp_path):
    path = tmp_path / "made" / "file"
    whole.write(path, b"a" * 100_000)
    words = [sys.executable, "-c", _TURNS, str(path)]
    writer = subprocess.Popen(words, cwd=ROOT)
    try:
        seen = {path.read_bytes()}
        while len(seen) < 2:
            assert writer.poll() is None
            seen.add(path.read_bytes())
        for _ in range(3000):
            seen.add(path.read_bytes())
    finally:
        writer.kill()
        writer.wait()
    assert seen == {b"a" * 100_000, b"b" * 100_000}


def test_file_that_is_so_already_is_left_alone(tmp_path):
    """What is built of it would be built anew."""
    path = tmp_path / "file"
    whole.write(path, b"a")
    before = path.stat()
    whole.write(path, b"a")
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    whole.write(path, b"b")
    assert path.read_bytes() == b"b" and list(tmp_path.iterdir()) == [path]
