"""The 32-bit unix interpreter: Debian trixie's MicroPython 1.25.0, i386, on its own libraries."""

import os
import shutil
import subprocess

from tools.paths import MICROPYTHON, TOOLS
from tools.setup import packages
from tools.setup.steps import Unavailable, digest, run, step, wrapper

_ROOT = TOOLS / "unix"
_VERSION = "1.25.0"
_PROBE = "import sys; print(sys.implementation[1][:3], sys.maxsize)"


def prepare() -> None:
    own = os.environ.get("MICROPYTHON")
    if own:
        _use(own)
        return
    key = digest(packages.pins_text("unix"))
    step(f"MicroPython {_VERSION}, 32-bit unix", key, MICROPYTHON, _install)


def _use(path: str) -> None:
    found = shutil.which(path)
    if not found:
        raise Unavailable(f"MICROPYTHON={path} is no command", "name an interpreter that exists")
    (TOOLS / "stamps" / (MICROPYTHON.name + ".sha256")).unlink(missing_ok=True)  # not Debian's
    if not MICROPYTHON.exists() or f"exec {found} " not in MICROPYTHON.read_text():
        wrapper(MICROPYTHON.name, f'exec {found} "$@"')


def _install() -> None:
    files = packages.fetch("unix")
    shutil.rmtree(_ROOT, ignore_errors=True)
    packages.unpack(files, _ROOT, leave_out=("./usr/share",))
    libraries = _ROOT / "usr/lib/i386-linux-gnu"
    program = _ROOT / "usr/bin/micropython"
    wrapper(
        MICROPYTHON.name,
        f'exec {libraries}/ld-linux.so.2 --library-path {libraries} {program} "$@"',
    )
    try:
        said = run([MICROPYTHON, "-c", _PROBE], "the 32-bit interpreter does not start", _fix())
    except (Unavailable, OSError):
        MICROPYTHON.unlink()
        raise
    if said.split() != ["(1,", "25,", "0)", str(2**31 - 1)]:
        raise Unavailable(f"the interpreter is not 32-bit {_VERSION} but {said!r}", _fix())


def _fix() -> str:
    machine = subprocess.run(["uname", "-m"], capture_output=True, text=True).stdout.strip()
    if machine != "x86_64":
        return f"use an x86-64 machine (this is {machine}), or give MICROPYTHON=<interpreter>"
    return "use a kernel that runs 32-bit programs (CONFIG_IA32_EMULATION), or give MICROPYTHON="
