"""Images of boards: what is in them, and that an interpreter runs what is in them."""

import json
import subprocess

import pytest

from tools.build import __main__ as builder
from tools.build import frozen, image, sizes
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
        'print("limit", limits.least_ma(pins.MAX_MA))\n',
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


def test_image_runs_on_the_interpreter(tree):
    if not MICROPYTHON.exists():
        pytest.skip("unix interpreter is unavailable: see `make setup`")
    built = image.build_image("bench")
    (tree / "mount.py").write_text(MOUNT)
    command = [str(MICROPYTHON), str(tree / "mount.py"), str(built)]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.stdout == "limit 6000\n", said.stderr


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


# -- the boards of the project --------------------------------------------------------------------


def test_a_described_board_has_the_shared_assembly_and_its_description():
    files = image.source_files("esp32_devkit")
    assert {"assembly.py", "board.py", "described.py", "parts.py"} <= set(files)
    assert "pins.py" not in files and "manifest.py" not in files


def test_each_revision_has_its_own_pads():
    texts = [
        image.source_files(f"smartevse_v3@{name}")["described.py"].read_text()
        for name in ("v3.0", "v3.1")
    ]
    assert "('out', 18, 1), ('out', 17, 1)" in texts[0]
    assert "('out', 9, 1), ('out', 10, 1)" in texts[1]


def test_without_a_revision_the_first_is_meant():
    first = image.source_files("smartevse_v3@v3.0")["described.py"].read_text()
    assert image.source_files("smartevse_v3")["described.py"].read_text() == first


def test_a_revision_that_is_not_there_names_those_that_are():
    with pytest.raises(ValueError, match="no revision 'v9'; there are: v3.0, v3.1"):
        image.source_files("smartevse_v3@v9")
    with pytest.raises(ValueError, match="no revision 'v9'; there are: none"):
        image.source_files("esp32_devkit@v9")


def test_every_board_is_built_in_every_revision(monkeypatch, capsys):
    """`make build BOARD=all`; one that fails does not keep the others from being built."""
    built = []

    def build(board):
        built.append(board)
        return board != "unix"

    monkeypatch.setattr(builder, "build", build)
    assert builder.main(["all"]) == 1
    assert {"esp32_devkit", "smartevse_v3@v3.0", "smartevse_v3@v3.1", "unix"} <= set(built)
    assert "smartevse_v3" not in built
    assert builder.main(["--all"]) == 1


@pytest.mark.parametrize("words", [[], ["unix", "qemu_mps2"]])
def test_anything_but_one_board_is_refused(words, capsys):
    assert builder.main(words) == 2
    assert "expected one board" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["bnech", "esp32"])
def test_a_board_that_is_not_there_is_told(name, capsys):
    """boards/esp32 is what the boards of that family share."""
    assert builder.main([name]) == 1
    told = capsys.readouterr().err
    assert f"there is no board {name!r}" in told
    assert "unix" in told and " esp32," not in told


def test_the_frozen_content_tells_what_it_adds(tmp_path):
    content = tmp_path / "frozen_content.c"
    content.write_text("/*\nbyte sizes:\nqstr content: 4\ntotal: 167474\n*/\n")
    assert frozen.frozen_bytes(content) == 167474
    content.write_text("")
    with pytest.raises(ValueError, match="told no total"):
        frozen.frozen_bytes(content)
