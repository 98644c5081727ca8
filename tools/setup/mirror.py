"""The Debian mirror that this machine is configured with, read from apt's own sources."""

import os
from pathlib import Path

from tools.setup.steps import Unavailable

APT = Path("/etc/apt")
_RELEASES = set("bullseye bookworm trixie forky stable testing unstable sid".split())
_SCHEMES = ("http:", "https:", "file:", "mirror+")


def find_mirror(apt: Path = APT) -> str:
    """The address below which `pool/` and `dists/` lie, without a final slash.

    PILOTLIGHT_MIRROR in the environment goes first. An archive that serves no release (security
    updates, other people's packages) has not the whole pool and is passed over.
    """
    if os.environ.get("PILOTLIGHT_MIRROR"):
        return os.environ["PILOTLIGHT_MIRROR"].rstrip("/")
    for address, suites, components in _sources(apt):
        if "main" in components and _RELEASES.intersection(suites):
            return _resolved(address).rstrip("/")
    raise Unavailable(
        f"no Debian mirror is configured in {apt}",
        "run again with PILOTLIGHT_MIRROR=<address of a Debian mirror>",
    )


def _sources(apt: Path):
    files = [apt / "sources.list", *sorted((apt / "sources.list.d").glob("*"))]
    for path in files:
        if path.suffix == ".sources":
            yield from _stanzas(path.read_text())
        elif path.suffix == ".list" and path.exists():
            yield from _lines(path.read_text())


def _stanzas(text: str):
    """deb822: paragraphs of `Field: words`; `Enabled: no` switches one off."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for stanza in "\n".join(lines).split("\n\n"):
        fields, name = {}, None
        for line in stanza.splitlines():
            if line[:1] not in (" ", "\t") and ":" in line:
                name, _, line = line.partition(":")
                name = name.strip().lower()
            if name:
                fields[name] = fields.get(name, []) + line.split()
        if "deb" in fields.get("types", []) and fields.get("enabled", ["yes"]) != ["no"]:
            for address in fields.get("uris", []):
                yield address, fields.get("suites", []), fields.get("components", [])


def _lines(text: str):
    """One line: `deb [options] address suite component...`."""
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if words[:1] != ["deb"]:
            continue
        while words and not words[0].startswith(_SCHEMES):
            words.pop(0)
        if len(words) > 2:
            yield words[0], [words[1]], words[2:]


def _resolved(address: str) -> str:
    """`mirror+file:/path` names a file whose lines are mirrors (Debian's cloud images)."""
    if not address.startswith("mirror+file:"):
        return address
    path = Path(address.removeprefix("mirror+file:"))
    lines = [line.split()[0] for line in path.read_text().splitlines() if line.strip()]
    return next(line for line in lines if not line.startswith("#"))
