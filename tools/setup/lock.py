"""`make lock`: requirements*.in to requirements*.lock, by pip-tools in a folder of its own."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tools.setup import oracle
from tools.setup.environment import LOCK, STUBS_LOCK

_WITHOUT_HOSTS = ("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host")
_PIP_TOOLS = "pip-tools==7.6.2"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([f"{folder}/bin/pip", "install", "-q", _PIP_TOOLS], check=True)
        for lock in (LOCK, STUBS_LOCK, oracle.LOCK):
            options = ["--generate-hashes", "--strip-extras", "--no-header", "-q", "--upgrade"]
            pip_compile = Path(folder) / "bin/pip-compile"
            source = lock.with_suffix(".in")
            command = [pip_compile, *options, *_WITHOUT_HOSTS, "-o", lock, source]
            subprocess.run(command, check=True, cwd=lock.parent)
            print(f"lock: wrote {lock.name}")


if __name__ == "__main__":
    main()
