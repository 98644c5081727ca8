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


NUMBERS = b'\x01{"boot": %d, "id": "%s", "reserve": 257}\x02\x91'
OLD = {
    "journal.a": NUMBERS % (3, b"251e3a53"),
    "j/17": b"a session that was told since",
    "profile_1.a": b"p",
    "set_supplylimit.a": b"=13",
    "code.b": b"c",
    "tls_ca": b"pem",
    "factory": b"{}",
}
SETTINGS = {"set_supplylimit.a", "code.b", "tls_ca", "factory"}


def test_board_of_the_same_installation_gets_its_settings_back_and_no_session_twice():
    """A journal that is put back bills what was billed, and numbers new sessions like old ones."""
    records = dict(OLD)
    there = ["journal.a", "journal.b", "j/40", "s/1", "tries.a", "set_supplylimit.b", "tls_key"]
    kept = kept_of(records, there, False, {b"251e3a53"})
    assert set(records) == SETTINGS
    # Neither what it did nor the count of wrong codes; settings of since go.
    assert kept == ["journal.a", "journal.b", "j/40", "s/1", "tries.a"]


@pytest.mark.parametrize("board", [set(), {b"0badcafe"}], ids=["empty", "another"])
def test_board_that_is_not_that_installation_gets_everything(board):
    records = dict(OLD)
    assert kept_of(records, ["journal.a", "j/40"], False, board) == []
    assert records == OLD
