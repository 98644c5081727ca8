"""Whether what was measured is about what is published: in ranges, for figures drift a little."""

TOLERANCE = 0.2
# Below this a difference is noise: bytes, instructions.
_SLACK = 2000


def differences(published: dict, measured: dict) -> list:
    """A line for each figure that is off, or that only one of them has."""
    lines = [f"{_name(key)}: not in the README" for key in measured.keys() - published.keys()]
    lines += [f"{_name(key)}: not measured" for key in published.keys() - measured.keys()]
    for key in measured.keys() & published.keys():
        if not close(published[key], measured[key]):
            lines.append(f"{_name(key)}: {measured[key]:,}, the README says {published[key]:,}")
    return sorted(lines)


def close(published: int, measured: int) -> bool:
    """Within the tolerance of each other."""
    return abs(published - measured) <= max(_SLACK, TOLERANCE * max(published, measured))


def _name(key) -> str:
    return " / ".join(key)
