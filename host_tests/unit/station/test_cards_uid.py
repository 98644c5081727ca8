"""cards: from a card's UID to the idTag that the back end sees."""

from pathlib import Path

import pytest

from chargepoint.cards import is_random, tag_of
from host_tests.harness.stage import IDENTITY, Stage

RANDOM = bytes.fromhex("08a1b2c3")


@pytest.mark.parametrize(
    ("uid", "tag"),
    [
        ("04a1b2c3", "04A1B2C3"),
        ("04a1b2c3d4e5f6", "04A1B2C3D4E5F6"),
        ("04a1b2c3d4e5f6071829", "04A1B2C3D4E5F6071829"),
        ("0000000f1234", "0000000F1234"),
    ],
)
def test_tag_is_upper_case_hex_with_the_first_byte_first(uid, tag):
    """standards.md §7; the six bytes of a 1-Wire reader are taken as they come."""
    assert tag_of(bytes.fromhex(uid), False) == tag


def test_longest_uid_fills_an_id_tag_exactly():
    """OCPP 1.6 §7.28: IdToken is CiString20."""
    assert len(tag_of(bytes(10), False)) == 20


@pytest.mark.parametrize("length", [4, 6, 7, 10])
def test_reversed_tag_is_made_of_the_bytes_from_the_end(length):
    uid = bytes(range(length))
    assert tag_of(uid, True) == uid[::-1].hex().upper()


def test_only_four_bytes_that_begin_with_08_are_random():
    """ISO 14443-3: UID0 08 of a single-size UID."""
    assert is_random(RANDOM)
    assert not is_random(bytes.fromhex("04a1b2c3"))
    assert not is_random(bytes.fromhex("08a1b2c3d4e5f6"))


@pytest.fixture
def stage():
    with Stage("in_process", Path(".")) as stage:
        stage.start()
        yield stage.ready()


def shown(stage, uid):
    """The idTag that the back end is asked for, and what the log warns of meanwhile."""
    stage.world.cards.present(uid)
    stage.advance(3)
    warnings = [text for _, level, text in stage.log if level == "warning"]
    return stage.csms.calls(IDENTITY, "Authorize")[-1]["idTag"], warnings


def test_random_uid_is_accepted_with_a_warning(stage):
    tag, warnings = shown(stage, RANDOM)
    assert tag == "08A1B2C3"
    assert [text for text in warnings if "08A1B2C3" in text and "enrolled" in text]


def test_ordinary_card_is_no_reason_for_a_warning(stage):
    tag, warnings = shown(stage, bytes.fromhex("04a1b2c3"))
    assert tag == "04A1B2C3"
    assert not [text for text in warnings if "card" in text]


def test_setting_reverses_the_uid_from_the_next_card_on(stage):
    """standards.md §7: vendors differ in the order."""
    wanted = {"key": "ReverseUid", "value": "true"}
    asked = stage.csms.call(IDENTITY, "ChangeConfiguration", wanted)
    stage.until(lambda: asked.done, 5, "an answer")
    assert asked.result == {"status": "Accepted"}
    assert shown(stage, bytes.fromhex("04a1b2c3d4e5f6"))[0] == "F6E5D4C3B2A104"
