"""What upkeep promises of order: kept before answered, kept before told."""

import gc
import weakref
from types import SimpleNamespace

import pytest

from chargepoint.drivers.transfer import FileTransfer
from chargepoint.ocpp.errors import OcppError
from chargepoint.ports import OPEN
from chargepoint.upkeep import Upkeep
from desk_slots import DeskSlots
from host_tests.harness.store import MemoryStore

REQUEST = {"location": "http://127.0.0.1:1/a", "retrieveDate": "2026-01-05T08:00:00Z"}


class Journal:
    """Facts that are kept when ``pending`` is 0."""

    boot = 1
    trouble = None

    def __init__(self):
        self.pending = 0
        self.facts = {}

    def put(self, name, data):
        self.facts[name] = data
        self.pending = 1

    def get(self, name):
        return self.facts.get(name)


@pytest.fixture
def station():
    slots = DeskSlots(MemoryStore(), "unix")
    log = SimpleNamespace(write=lambda level, text: None, lines=lambda *period: [])
    return SimpleNamespace(
        journal=Journal(),
        settings={"Identity": "PL 1/ä"},
        bays=[],
        busy=list,
        exchange=SimpleNamespace(registration=SimpleNamespace(accepted=True)),
        ports=SimpleNamespace(
            slots=slots,
            link=SimpleNamespace(state=OPEN),
            transfer=lambda: FileTransfer(lambda: None),
            log=log,
            connectors=[],
            clock=SimpleNamespace(utc_s=lambda: None),
        ),
    )


@pytest.mark.parametrize("action", ["UpdateFirmware", "GetDiagnostics"])
def test_request_is_kept_before_it_is_answered(station, action):
    """DESIGN.md §1: nothing is said before it is saved."""
    answer = Upkeep(station).actions()[action](dict(REQUEST), 0)
    assert answer(0) is None and answer(10_000) is None
    station.journal.pending = 0
    assert answer(10_010) is not None


def test_status_is_kept_before_it_is_told(station):
    """What came of an update, too; and nothing begins before the answer may leave."""
    upkeep = Upkeep(station)
    upkeep.update_firmware(dict(REQUEST), 0)
    upkeep.step(10, True)
    assert upkeep.next(10) is None and not upkeep.lively
    station.journal.pending = 0
    upkeep.step(20, True)
    station.journal.pending = 1
    assert upkeep.lively and upkeep.next(20) is None
    station.journal.pending = 0
    assert upkeep.next(30).payload == {"status": "Downloading"}


@pytest.mark.parametrize(
    "fact", [b"{", b"[]", b"{}", b'{"phase": "fetched"}', b'{"phase": "over"}', b"\xff"]
)
def test_fact_of_another_firmware_is_let_go(station, fact):
    """A downgrade may find what it does not understand."""
    station.journal.facts["update"] = fact
    upkeep = Upkeep(station)
    upkeep.step(0, True)
    assert station.journal.facts["update"] == b"" and not upkeep.claims


def test_refused_request_leaves_the_one_before(station):
    """Bad input changes nothing."""
    upkeep = Upkeep(station)
    upkeep.update_firmware(dict(REQUEST), 0)
    kept = dict(station.journal.facts)
    with pytest.raises(OcppError):
        upkeep.update_firmware({**REQUEST, "location": "gopher://x"}, 0)
    assert station.journal.facts == kept


def test_refused_request_keeps_nothing_in_memory(station):
    """What moves files is let go when it is done."""
    made = []

    def transfer():
        made.append(weakref.ref(of := FileTransfer(lambda: None)))
        return of

    station.ports.transfer = transfer
    upkeep = Upkeep(station)
    for action in ("UpdateFirmware", "GetDiagnostics"):
        with pytest.raises(OcppError):
            upkeep.actions()[action]({**REQUEST, "location": "gopher://x"}, 0)
        upkeep.step(10, True)
        gc.collect()
        assert made and [each() for each in made if each() is not None] == []


def test_name_of_the_file_has_no_character_that_a_server_minds(station):
    """The identity may be any text."""
    answer = Upkeep(station).get_diagnostics({"location": "ftp://127.0.0.1/"}, 7000)
    station.journal.pending = 0
    assert answer(0) == {"fileName": "PL_1__-diagnostics-1-7.txt"}
