"""`python3 -m tools.setup.repin`: today's versions of Debian's libraries into packages.txt.

The interpreter and its source keep their pins: another version of them is a decision.
"""

import urllib.parse

from tools.setup import packages
from tools.setup.packages import Package
from tools.setup.steps import run

_FIX = "check the network, then run it again"


def main() -> None:
    lines = []
    for line in packages.PINS.read_text().splitlines():
        package = Package(*line.split()) if line[:1] not in ("#", "") else None
        fixed = package is None or package.name in packages.EXACT
        lines.append(line if fixed else _today(package))
    packages.PINS.write_text("\n".join(lines) + "\n")


def _today(package: Package) -> str:
    """The line of the version that the signed index names today."""
    state = packages.updated_state(package.suite, package.architecture)
    command = ["apt-get", *state, "download", "--print-uris", package.name]
    said = run(command, f"Debian has no {package.name}", _FIX)
    address, _, _, checksum = said.split()
    path = urllib.parse.unquote(address.strip("'")).partition("/pool/")[2]
    if f"pool/{path}" != package.path:
        print(f"repin: {package.path.rpartition('/')[2]} -> {path.rpartition('/')[2]}")
    return f"{package.group:9}{checksum.removeprefix('SHA256:')} pool/{path}"


if __name__ == "__main__":
    main()
