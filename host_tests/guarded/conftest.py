"""A station whose contactor the coprocessor's guard holds, in place of the interlock.

Not on qemu, whose guard is its front end.
"""

from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Without the items of targets that have no such guard."""
    items[:] = [
        item for item in items
        if _HERE not in item.path.parents
        or getattr(item, "callspec", None) is None
        or item.callspec.params.get("target_name") != "qemu"
    ]  # fmt: skip


@pytest.fixture
def make_stage(make_stage):
    """As everywhere, with ``guard="ulp"`` unless a test says otherwise."""

    def make(name="stage", start=True, **options):
        return make_stage(name, start, **{"guard": "ulp", **options})

    return make
