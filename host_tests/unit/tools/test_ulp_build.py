"""tools/ulp/build and budget: the guard's program of each board, and that a stale one fails."""

import runpy
from types import SimpleNamespace

import pytest

from host_tests.conformance.guard.rig import BOARD, NOMINAL_HZ, Rig, program_for
from host_tests.harness import paths
from tools.boards import description
from tools.build import frozen, image
from tools.paths import BUILD, TOOLS
from tools.ulp import build, pads
from tools.ulp.assembler import assemble
from tools.ulp.budget import Window, window
from tools.ulp.listing import SOURCE

# Every board of an ESP32, guarded or not: of all of them the program can be made.
ESP32 = [
    name
    for name in description.names(paths.BOARDS)
    if description.is_described(paths.BOARDS / name.partition("@")[0])
    and description.revision(name, paths.BOARDS)[0]["mcu"] in pads.CHIPS
]
GUARDED = [
    name for name in description.names(paths.BOARDS) if build.is_guarded(name, paths.BOARDS)
]


def module_of(board, folder):
    return SimpleNamespace(**runpy.run_path(str(build.write(board, paths.BOARDS, folder))))


@pytest.mark.parametrize("board", ESP32)
def test_the_program_of_each_board_fits_the_room(board, tmp_path):
    """esp32.ULP.RESERVE_MEM is 2040 bytes; load_binary takes whole words."""
    module = module_of(board, tmp_path)
    assert len(module.BLOB) % 4 == 0 and 400 < len(module.BLOB) <= 2040 // 2
    assert module.ENTRY == 4 * len(module.MAIL.split())
    size = len(module.BLOB)
    # esp-idf's ulp_load_binary refuses anything else: "ulp", where text begins, text, data, bss.
    assert module.HEADER == b"ulp\0\x0c\0" + size.to_bytes(2, "little") + bytes(4)
    assert module.MAIL.split()[:3] == ["request", "request_second", "beat"]


def test_a_program_without_room_is_refused(monkeypatch):
    monkeypatch.setattr(build, "ROOM_BYTES", 600)
    with pytest.raises(ValueError, match=r"guard.S: \d{3} bytes, at most 600 fit"):
        build.program("smartevse_v3@v3.0", paths.BOARDS)


def test_the_desk_has_the_coprocessor_of_the_suite(tmp_path):
    """What the guard's suite proves is byte for byte what a SmartEVSE and the desk load."""
    suite = program_for()
    for board in ("unix", "smartevse_v3@v3.0"):
        module = module_of(board, tmp_path)
        assert module.HEADER + module.BLOB == suite.image
        told = {name: getattr(module, name) for name in BOARD if name != "RESIDUAL_TRIPS"}
        assert told | {"RESIDUAL_TRIPS": 1} == BOARD
        assert module.CAUSES == (
            (2, "beat"), (3, "high"), (4, "low"), (5, "diode"), (7, "residual"),
        )  # fmt: skip
        assert (module.REQUEST, module.PROGRAM, module.SAMPLES) == (0xC105, 0x9101, 200)


def test_each_revision_reads_its_own_monitor(tmp_path):
    told = [module_of(f"smartevse_v3@{name}", tmp_path).RESIDUAL for name in ("v3.0", "v3.1")]
    assert told == [14 + 14, 14 + 2]


def test_a_monitor_that_trips_low_is_built_in():
    described, pins, _ = description.revision("smartevse_v3@v3.0", paths.BOARDS)
    residual = described["parts"]["residual"] | {"tripped_level": 0}
    parts = {**described["parts"], "residual": residual}
    assert build.given(described, pins)["RESIDUAL_TRIPS"] == 1
    assert build.given(described | {"parts": parts}, pins)["RESIDUAL_TRIPS"] == 0


def test_every_constant_is_one_of_micropython(tmp_path):
    """Small integers, texts and bytes, and tuples of them: nothing that costs heap when frozen."""

    def is_small(value):
        if type(value) is tuple:
            return all(map(is_small, value))
        return type(value) in (str, bytes) or type(value) is int and -1 <= value < 1 << 30

    for name, value in vars(module_of("unix", tmp_path)).items():
        assert name.startswith("__") or is_small(value), name


# -- never stale ----------------------------------------------------------------------------------


@pytest.mark.parametrize("board", GUARDED)
def test_an_image_has_the_program_of_the_source_in_the_tree(board, tmp_path, monkeypatch):
    """What lay there before, of whatever age, is written anew."""
    # Not where other tests build at the same time.
    monkeypatch.setattr(image, "BUILD", tmp_path)
    path = tmp_path / board / build.MODULE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("BLOB = b'old'\n")
    found = image.source_files(board)[build.MODULE]
    assert found == path
    assert runpy.run_path(str(found))["BLOB"] == build.program(board, paths.BOARDS).blob


def test_a_board_without_a_guard_keeps_no_program_of_one(tmp_path, monkeypatch):
    monkeypatch.setattr(image, "BUILD", tmp_path)
    path = tmp_path / "esp32s3_devkit" / build.MODULE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("BLOB = b'old'\n")
    assert build.MODULE not in image.source_files("esp32s3_devkit")
    assert not path.exists()


def freeze(tmp_path, monkeypatch, program):
    """What the vendor's build would do: it knows nothing of how the modules were made."""
    if not (TOOLS / "micropython-source").exists():
        pytest.skip("MicroPython's sources are unavailable: see `make setup`")
    board = f"stale_{tmp_path.name}"
    made = BUILD / board
    made.mkdir(parents=True, exist_ok=True)
    try:
        (made / "described.py").write_text("PARTS = (('guard', 'guard_ulp'),)\n")
        if program is not None:
            (made / build.MODULE).write_text(program)
        # MicroPython's own tools are not what is asked here.
        monkeypatch.setattr(frozen, "compiler_options", lambda board: [])
        return frozen.build_frozen(board, paths.BOARDS / "esp32_devkit/manifest.py").read_text()
    finally:
        for path in sorted(made.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        made.rmdir()


def test_a_stale_program_fails_the_build(tmp_path, monkeypatch):
    """guard.S was changed, and somebody builds MicroPython without `make build`."""
    now = build.text("smartevse_v3@v3.0", paths.BOARDS)
    stale = now.replace(build.source_digest(), "0123456789abcdef")
    assert stale != now
    with pytest.raises(ValueError, match="guard_program.py is of another guard.S: make build"):
        freeze(tmp_path, monkeypatch, stale)


def test_a_missing_program_fails_the_build(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="guard_program.py"):
        freeze(tmp_path, monkeypatch, None)


def test_the_program_is_frozen(tmp_path, monkeypatch):
    content = freeze(tmp_path, monkeypatch, build.text("smartevse_v3@v3.0", paths.BOARDS))
    assert "guard_program" in content


# -- cycles ---------------------------------------------------------------------------------------

_LOOP = """
.set SAMPLES, 10
entry: move r1, 0
stage_rst
sample: adc r0, 0, 3
sub r3, r1, r0
jump higher, ov
next: stage_inc 1
jumps sample, SAMPLES, lt
jump entry
higher: move r1, r0
jump next
"""


def test_a_window_takes_what_its_instructions_take():
    """By hand: a round is 42 + 6 + 4 + 6 + 4 = 62, and 10 more for a new extreme."""
    assert window(assemble(_LOOP, {})) == Window(6 + 6 + 10 * 62 + 4, 6 + 6 + 10 * 72 + 4)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("entry: halt", "loops at \\[\\], expected one"),
        (_LOOP + "other: stage_inc 1\njumps other, 3, lt", "expected one"),
        (_LOOP.replace("jump next", "jump sample"), "a circle through word"),
    ],
)
def test_a_program_of_another_shape_is_refused(text, wrong):
    with pytest.raises(ValueError, match=wrong):
        window(assemble(text, {}))


@pytest.mark.parametrize("asked", [False, True])
def test_the_emulated_window_lies_within_the_budget(asked):
    least, most = window(program_for())
    rig = Rig().hold() if asked else Rig()
    cycles = rig.window_ms * NOMINAL_HZ / 1000
    assert least - 40 <= cycles <= most
    # The most that any real wave makes of it is near the least: that is what is published.
    assert cycles < 1.03 * least


def test_a_window_is_longer_than_a_period_at_the_fastest_clock():
    """Shorter ones beat with the wave, and no limit of bad windows masks that (guard.md)."""
    for board in ESP32:
        least_us = window(build.program(board, paths.BOARDS)).least / 11
        assert least_us > 1.05 * 1000, board


def test_the_most_cycles_still_open_in_time():
    """If every sample were a new extreme: the limits are reckoned from what the window takes."""
    most = window(program_for()).most
    for clock_hz, most_ms in ((8_500_000, 25), (6_000_000, 35)):
        window_ms = most / clock_hz * 1000
        limit = int(15 // window_ms) + 3
        assert (limit + 1) * window_ms + 1 < most_ms


def test_the_source_is_the_one_that_is_measured():
    assert SOURCE.read_text(encoding="utf-8").count(".set SAMPLES, 200") == 1
