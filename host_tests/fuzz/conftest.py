"""pytest: fuzzing runs where there is time for it, on in_process and unix."""

from pathlib import Path

_HERE = Path(__file__).parent
_TARGETS = ("in_process", "unix")


def pytest_collection_modifyitems(config, items):
    dropped = [item for item in items if _HERE in item.path.parents and not _runs_here(item)]
    if dropped:
        items[:] = [item for item in items if item not in dropped]
        config.hook.pytest_deselected(items=dropped)


def _runs_here(item):
    chosen = getattr(item, "callspec", None)
    target = chosen.params.get("target_name") if chosen else None
    return target is None or target in _TARGETS
