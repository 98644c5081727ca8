"""The second validator of frames: npm's ocpp-rpc as its lock file names it, and node to run it."""

from tools.paths import NODE, ORACLE, ROOT
from tools.setup import node
from tools.setup.steps import digest, step, wrapper

LOCK = node.LOCK
_SOURCE = ROOT / "tools/oracle"
_FILES = (_SOURCE / "package.json", _SOURCE / "package-lock.json")


def prepare() -> None:
    program, _ = node.commands()
    product = ORACLE / "node_modules/ocpp-rpc"
    title = "second validator of frames (ocpp-rpc)"
    step(title, digest(*_FILES, str(program)), product, lambda: _install(program))


def _install(program) -> None:
    node.install(_SOURCE, ORACLE)
    wrapper(NODE.name, f'exec {program} "$@"')
