"""A headless Chromium with two fonts, from npm: the same one on every machine, without root.

It needs nothing of the machine but its C library. PILOTLIGHT_BROWSER=<program> takes another one.
"""

import os
import shutil
from pathlib import Path

from tools.paths import BROWSER, ROOT, TOOLS
from tools.setup import node
from tools.setup.steps import Unavailable, digest, run, step, wrapper

_SOURCE = ROOT / "tools/browser"
_FILES = [_SOURCE / name for name in ("package.json", "package-lock.json", "unpack.mjs")]
_ROOT = TOOLS / "browser"
_PACKAGES = _ROOT / "packages"
_DEJAVU = ("DejaVuSans.ttf", "DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf")
_FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}/fonts</dir>
  <cachedir>{folder}/fonts-cache</cachedir>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
"""
_FIX = "delete .tools/browser, then `make setup` again; or give PILOTLIGHT_BROWSER=<a Chromium>"


def prepare() -> None:
    own = os.environ.get("PILOTLIGHT_BROWSER")
    if own:
        _use(own)
        return
    key = digest(*_FILES, Path(__file__))
    step("browser (headless Chromium) and its fonts", key, BROWSER, _install)


def _use(program: str) -> None:
    found = shutil.which(program)
    if not found:
        raise Unavailable(f"PILOTLIGHT_BROWSER={program} is no command", "name a Chromium's")
    (TOOLS / "stamps" / (BROWSER.name + ".sha256")).unlink(missing_ok=True)  # not npm's
    wrapper(BROWSER.name, f'exec {found} "$@"')


def _install() -> None:
    if os.uname().machine != "x86_64":
        raise Unavailable(f"the browser is for x86-64, this is {os.uname().machine}", _FIX)
    shutil.rmtree(_ROOT, ignore_errors=True)
    node.install(_SOURCE, _PACKAGES)
    program, _ = node.commands()
    packed = _PACKAGES / "node_modules/@sparticuz/chromium"
    run([program, _SOURCE / "unpack.mjs", packed, _ROOT], "cannot unpack the browser", _FIX)
    for archive in _ROOT.glob("*.tar"):
        run(["tar", "-xf", archive, "-C", _ROOT], f"cannot unpack {archive.name}", _FIX)
        archive.unlink()
    _add_fonts()
    shutil.rmtree(_PACKAGES)
    (_ROOT / "chromium").chmod(0o755)
    _wrap()
    run([BROWSER, "--version"], "the browser does not start on this machine", _FIX)


def _add_fonts() -> None:
    for name in _DEJAVU:
        shutil.copy(_PACKAGES / "node_modules/dejavu-fonts-ttf/ttf" / name, _ROOT / "fonts")
    (_ROOT / "fonts.conf").write_text(_FONTS.format(folder=_ROOT))


def _wrap() -> None:
    settings = f"FONTCONFIG_FILE={_ROOT}/fonts.conf LD_LIBRARY_PATH={_ROOT}/lib"
    wrapper(BROWSER.name, f'{settings} exec {_ROOT}/chromium "$@"')
