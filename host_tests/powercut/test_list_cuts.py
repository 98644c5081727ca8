"""The power goes at every operation of an update of the local list: the old list, or the new one.

On a whole station, at every store operation of two SendLocalList, and on a real littlefs, at every
flash operation of five (`cut_list.py`). host_tests/unit/core/test_local_list.py does the same to
the list alone.
"""

import json
import subprocess
from pathlib import Path

import pytest

from host_tests.harness.stage import CARD_TAG, IDENTITY, Stage
from host_tests.harness.store import MemoryStore, PowerCut
from tools.paths import MICROPYTHON, is_ci

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware"
TORN = {"nothing of it": None, "half of it": 20, "all of it, unacknowledged": 4096}
ACCEPTED = {"status": "Accepted"}


def message(version, kind, **infos):
    """A SendLocalList; an info of None deletes."""
    told = [{"idTag": tag} | ({"idTagInfo": i} if i else {}) for tag, i in infos.items()]
    return {"listVersion": version, "updateType": kind, "localAuthorizationList": told}


MESSAGES = (
    message(1, "Full", ONE=ACCEPTED, TWO=ACCEPTED, **{CARD_TAG: ACCEPTED}),
    message(2, "Differential", TWO=None, THREE=ACCEPTED, **{CARD_TAG: {"status": "Blocked"}}),
)
WORDS = (
    {"ONE": None, "TWO": None, "THREE": None, CARD_TAG: None},
    {"ONE": "Accepted", "TWO": "Accepted", "THREE": None, CARD_TAG: "Accepted"},
    {"ONE": "Accepted", "TWO": None, "THREE": "Accepted", CARD_TAG: "Blocked"},
)


def send_both(stage, promised):
    """Both messages; ``promised`` grows with each answer that the back end has."""
    stage.start()
    stage.ready()
    for payload in MESSAGES:
        asked = stage.csms.call(IDENTITY, "SendLocalList", payload)
        stage.until(lambda asked=asked: asked.done, 30, "an answer")
        assert asked.result == {"status": "Accepted"}
        promised.append(payload["listVersion"])
    stage.advance(1)


def told(stage):
    """The version, and what the station knows of everyone."""
    known = stage.target.device.station.known
    words = {tag: known.find(tag) for tag in WORDS[0]}
    return known.local_list.head.version, {tag: word and word[0] for tag, word in words.items()}


@pytest.mark.parametrize("torn", TORN)
def test_list_is_old_or_new_after_a_power_cut_at_any_store_operation(
    tmp_path, torn, record_property
):
    """OCPP 1.6 §5.15: never a mixture, and never the old one after Accepted was said."""
    cuts = 0
    while True:
        store, promised = MemoryStore(), [0]
        with Stage("in_process", tmp_path / str(cuts), store=store) as stage:
            store.cut_after(cuts, TORN[torn])
            try:
                send_both(stage, promised)
                break
            except PowerCut:
                stage.power_cut()
            store.restore_power()
            stage.advance(1)
            stage.start()
            stage.advance(1)
            version, words = told(stage)
            assert words == WORDS[version] and version >= promised[-1], cuts
        cuts += 1
    record_property("power cuts", cuts)
    assert cuts >= 6


@pytest.mark.parametrize("blocks", [64])
def test_list_is_old_or_new_after_a_power_cut_at_any_flash_operation(blocks, record_property):
    """A real littlefs of the 32-bit interpreter, whole and torn operations."""
    if not MICROPYTHON.exists():
        if is_ci():
            pytest.fail(f"{MICROPYTHON} is missing: `make setup` fetches it")
        pytest.skip(f"{MICROPYTHON} is missing: `make setup` fetches it")
    done = subprocess.run(
        [MICROPYTHON, "-X", "heapsize=32M", "cut_list.py", str(blocks)],
        cwd=Path(__file__).parent,
        env={"MICROPYPATH": f"{FIRMWARE}:."},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    record_property("power cuts", report["cuts"])
    assert report["wrong"] == [] and report["cuts"] > 100
