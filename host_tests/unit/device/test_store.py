"""tools/device/store: what of a board stays when a backup takes the place of its store."""

import pytest

from tools.device.store import kept_of

A, B = "commissioned.a", "commissioned.b"


@pytest.mark.parametrize(
    ("backup", "there", "with_unit", "kept"),
    [
        (("unit", "head.a"), ("unit", "head.a"), False, ["unit"]),
        (("unit", "head.a"), ("unit", "head.a"), True, []),
        (("unit",), (), False, []),
        (("unit",), ("unit", A, B), False, ["unit", A, B]),
        (("unit",), ("unit", B), True, [B]),
        (("unit", A), ("unit", A, B), False, ["unit"]),
    ],
    ids=["its unit", "asked for", "empty board", "accepted since", "one slot", "both know"],
)
def test_board_keeps_what_its_label_and_its_inspector_said(backup, there, with_unit, kept):
    """Of a fact in two places never one of each: the older generation might win."""
    records = dict.fromkeys(backup, b"x")
    assert kept_of(records, list(there), with_unit) == kept
    assert set(records) == set(backup) - set(kept)
