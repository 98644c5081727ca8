"""Images of boards: what is in them, and that an interpreter runs what is in them."""

import json
import subprocess

import pytest

from tools.build import image, sizes
from tools.paths import MICROPYTHON

MOUNT = """
import sys, vfs
with open(sys.argv[1], "rb") as f:
    vfs.mount(vfs.VfsRom(f.read()), "/rom")
sys.path.insert(0, "/rom")
import main
"""


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A small application and a board, in place of ours."""
    files = {
        "firmware/main.py": "import pins\nfrom chargepoint.core import limits\n"
        'print("limit", limits.least_ma(pins.MAX_MA))\n'
        'print(open("/rom/lib/word.txt").read())\n',
        "firmware/chargepoint/core/limits.py": "def least_ma(a):\n    return min(a, 6000)\n",
        "boards/bench/pins.py": "MAX_MA = 16000\n",
        "boards/bench/manifest.py": 'freeze("x")\n',
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(image, "FIRMWARE", tmp_path / "firmware")
    monkeypatch.setattr(image, "BOARDS", tmp_path / "boards")
    monkeypatch.setattr(image, "BUILD", tmp_path / "build")
    return tmp_path


def test_image_runs_on_the_interpreter_with_the_files_that_were_added(tree):
    if not MICROPYTHON.exists():
        pytest.skip("unix interpreter is unavailable: see `make setup`")
    built = image.build_image("bench", {"lib/word.txt": b"hello"})
    (tree / "mount.py").write_text(MOUNT)
    command = [str(MICROPYTHON), str(tree / "mount.py"), str(built)]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.stdout == "limit 6000\nhello\n", said.stderr


def test_image_holds_the_board_and_leaves_its_manifest_out(tree):
    assert sorted(image.compiled_files("bench")) == [
        "chargepoint/core/limits.mpy",
        "main.mpy",
        "pins.mpy",
    ]


def test_image_of_a_board_that_is_not_there_names_those_that_are(tree):
    with pytest.raises(ValueError, match="no board 'bnech'; there are: bench"):
        image.build_image("bnech")


def test_module_that_does_not_compile_is_named_with_its_line(tree):
    (tree / "boards/bench/pins.py").write_text("MAX_MA = 1\nx = = 2\n")
    with pytest.raises(ValueError, match=r"(?s)pins.py: mpy-cross refuses.*line 2"):
        image.build_image("bench")


def test_native_code_is_compiled_for_the_board_s_processor(tree):
    """board.json's mcu; without it, native code is refused and not shipped for a wrong one."""
    (tree / "boards/bench/pins.py").write_text(
        "@micropython.viper\ndef twice(a: int) -> int:\n    return a + a\n"
    )
    with pytest.raises(ValueError, match="invalid arch"):
        image.compiled_files("bench")
    (tree / "boards/bench/board.json").write_text(json.dumps({"mcu": "esp32"}))
    assert image.compiled_files("bench")["pins.mpy"]


def test_two_builds_are_the_same_to_the_byte(tree):
    first = image.build_image("bench").read_bytes()
    assert image.build_image("bench").read_bytes() == first


def test_rooms_are_summed_by_folder():
    files = {"main.mpy": 1, "chargepoint/station.mpy": 2, "chargepoint/core/a.mpy": 3}
    files |= {"chargepoint/core/b.mpy": 4, "chargepoint/ocpp/v16/c.mpy": 5}
    assert sizes.rooms(files, int) == {"board": 1, "chargepoint": 2, "core": 7, "ocpp": 5}
