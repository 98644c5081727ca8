"""Debian's packages without root: fetched by apt with a state of its own, checked, unpacked."""

import functools
import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from tools.paths import TOOLS
from tools.setup.mirror import find_mirror
from tools.setup.steps import Unavailable, run, say

PINS = Path(__file__).with_name("packages.txt")
DOWNLOADS = TOOLS / "downloads"
_DOWNLOADER = Path("/usr/lib/apt/apt-helper")
_TRIXIE = ("unix", "source")  # the groups of trixie; the others are bookworm's
EXACT = ("micropython",)  # never taken at another version than the pinned one


class Package(NamedTuple):
    group: str
    sha256: str
    path: str  # below the mirror

    @property
    def file(self) -> Path:
        return DOWNLOADS / Path(self.path).name

    @property
    def name(self) -> str:
        return self.file.name.split("_")[0]

    @property
    def architecture(self) -> str:
        return self.file.stem.split("_")[-1]

    @property
    def suite(self) -> str:
        return "trixie" if self.group in _TRIXIE else "bookworm"


def pinned(group: str) -> list:
    rows = [line.split() for line in PINS.read_text().splitlines() if line[:1] not in ("#", "")]
    return [Package(*row) for row in rows if row[0] == group]


def pins_text(group: str) -> str:
    return "\n".join(" ".join(package) for package in pinned(group))


def fetch(group: str) -> list:
    """The files of a group, each checked against its pin (or, for a library that Debian has
    replaced since, against Debian's signature)."""
    packages = pinned(group)
    missing = [package for package in packages if not is_good(package)]
    if missing:
        _require_apt()
        _download_pinned(missing)
    return [package.file if is_good(package) else _newer(package) for package in packages]


def is_good(package: Package) -> bool:
    if not package.file.exists():
        return False
    return hashlib.sha256(package.file.read_bytes()).hexdigest() == package.sha256


def unpack(files: list, folder: Path, leave_out: tuple = ()) -> None:
    """Unpack .deb files over each other; `leave_out` are patterns of tar."""
    folder.mkdir(parents=True, exist_ok=True)
    excludes = [f"--exclude={pattern}" for pattern in leave_out]
    for file in files:
        content = subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", str(file)], stdout=subprocess.PIPE
        )
        with content:
            run(
                ["tar", "-x", "--wildcards", "-C", folder, *excludes],
                f"cannot unpack {file.name}",
                f"rm {file}, then `make setup` again",
                stdin=content.stdout,
            )


def _require_apt() -> None:
    if not _DOWNLOADER.exists() or not shutil.which("dpkg-deb"):
        raise Unavailable(
            "this machine has no apt and dpkg-deb to fetch Debian's packages with",
            "use Debian 12 or later (a container will do)",
        )


def _download_pinned(packages: list) -> None:
    """By apt's own downloader: its proxies and certificates, and no index needed."""
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    mirror = find_mirror()
    wanted = []
    for package in packages:
        package.file.unlink(missing_ok=True)
        wanted += [f"{mirror}/{package.path}", package.file, f"SHA256:{package.sha256}"]
    command = [_DOWNLOADER, *_private_state("bookworm", "amd64"), "download-file", *wanted]
    # One file that is gone fails the whole call: what came is judged by its checksum.
    subprocess.run([str(word) for word in command], capture_output=True)


def _newer(package: Package) -> Path:
    """The version that Debian offers today, through a signed index in a private state."""
    fix = f"check the network and the mirror {find_mirror()}, then `make setup` again"
    if package.name in EXACT:
        raise Unavailable(f"cannot fetch {package.file.name} as pinned", fix)
    state = updated_state(package.suite, package.architecture)
    folder = DOWNLOADS / "newer"
    folder.mkdir(exist_ok=True)
    for old in folder.glob(package.name + "_*"):
        old.unlink()
    run(
        ["apt-get", *state, "download", package.name],
        f"cannot fetch {package.name}",
        fix,
        cwd=folder,
    )
    (file,) = folder.glob(package.name + "_*")
    say(f"({file.name} in place of {package.file.name}) ", end="")
    return file


@functools.cache
def updated_state(suite: str, architecture: str) -> list:
    """Options for apt with an index of today, whose signature apt has checked."""
    state = _private_state(suite, architecture.replace("all", "amd64"))
    fix = f"check the network and the mirror {find_mirror()}, then `make setup` again"
    run(["apt-get", *state, "update"], f"no index of Debian {suite}", fix)
    return state


def _private_state(suite: str, architecture: str) -> list:
    """Options that keep apt away from the machine's own state, so that root is not needed."""
    state = TOOLS / "apt" / f"{suite}-{architecture}"
    (state / "lists/partial").mkdir(parents=True, exist_ok=True)
    (state / "cache/archives/partial").mkdir(parents=True, exist_ok=True)
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    sources = state / "sources.list"
    sources.write_text(f"deb [signed-by={keyring}] {find_mirror()} {suite} main\n")
    settings = {
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Dir::State": state,
        "Dir::State::Lists": state / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": state / "cache",
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
    }
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
