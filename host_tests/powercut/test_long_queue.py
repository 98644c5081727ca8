"""A thousand sessions wait, with ten readings each: the whole station delivers them all.

What `test_many_events.py` counts of the journal alone, seen from the back end: strictly in order,
each once, while it asks for this and that and a driver charges; and what the station keeps in
memory for it. The journal was filled as the station does it, in an earlier start.
"""

import gc
import json
import types

import pytest

from chargepoint.core.journal import Journal
from chargepoint.core.record import SAMPLED, STARTED, STOPPED
from host_tests.harness.stage import CARD_TAG, IDENTITY, Stage
from host_tests.harness.store import MemoryStore
from host_tests.powercut.stories import BILLING, SETTINGS, doubled

SESSIONS, SAMPLES = 1000, 10
EVENTS = SESSIONS * (SAMPLES + 2)
SESSION_S = 720
# So many messages are delivered between two calls of the back end.
EACH = 250
# 2025-12-01, before the stage's calendar begins.
BEGIN_S = 1764547200
_NO_DATA = (types.ModuleType, type, types.FunctionType, types.MethodType)


class Zeros:
    """Random bytes for a test."""

    def take(self, count):
        return bytes(count)


def fill(store) -> list:
    """Leave the sessions in ``store``; the registers that are told, in order."""
    journal, registers = Journal(store, Zeros()), []
    journal.load()

    def tell(kind, number, at_s, register_wh, body):
        registers.append(register_wh)
        journal.record(kind, 1, number, BEGIN_S + at_s, at_s * 1000, body)
        while journal.flush(at_s * 1000):
            pass

    for at in range(SESSIONS):
        number, at_s, begin_wh = journal.next_transaction(), at * SESSION_S, at * 100
        tell(STARTED, number, at_s, begin_wh, {"tag": CARD_TAG, "meter_wh": begin_wh})
        for minute in range(1, SAMPLES + 1):
            body = {"context": "periodic", "values": [["energy_wh", 0, begin_wh + minute * 7]]}
            tell(SAMPLED, number, at_s + minute * 60, begin_wh + minute * 7, body)
        end_wh = begin_wh + 75
        stop = {"tag": None, "reason": "local", "meter_wh": end_wh}
        tell(STOPPED, number, at_s + 660, end_wh, stop)
    return registers


class Listener:
    """Notes the registers that the station tells, each message the first time it comes."""

    def __init__(self, csms):
        self.registers = []
        self.repeated = 0
        self._ids = set()
        csms.observers.append(self._note)

    def _note(self, identity, direction, at_ms, raw):
        frame = json.loads(raw)
        if direction != "received" or frame[0] != 2 or frame[2] not in BILLING:
            return
        if frame[1] in self._ids:
            self.repeated += 1
            return
        self._ids.add(frame[1])
        told = frame[3]
        if frame[2] == "MeterValues":
            self.registers.append(int(told["meterValue"][0]["sampledValue"][0]["value"]))
        else:
            self.registers.append(told["meterStart" if "meterStart" in told else "meterStop"])


def kept(*roots) -> int:
    """How many objects of data hang on ``roots``, what they share with the station left out."""
    seen, waiting = {}, list(roots)
    while waiting:
        each = waiting.pop()
        if id(each) not in seen and not isinstance(each, _NO_DATA):
            seen[id(each)] = each
            if not hasattr(each, "writes") and type(each).__name__ != "Settings":
                waiting.extend(gc.get_referents(each))
    return len(seen)


CALLS = (
    ("GetConfiguration", {"key": ["MeterValueSampleInterval", "Nonsense"]}),
    ("ChangeConfiguration", {"key": "TariffText", "value": "39 ct/kWh"}),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
    ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
    ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}),
    ("ChangeConfiguration", {"key": "TariffText", "value": ""}),
    ("GetCompositeSchedule", {"connectorId": 1, "duration": 60}),
    ("GetConfiguration", {}),
)


def answer_ms(stage, action, payload) -> int:
    """How long the station takes to answer."""
    asked_ms = stage.now_ms
    asked = stage.csms.call(IDENTITY, action, payload)
    stage.until(lambda: asked.done, 30, f"an answer to {action}")
    assert asked.error is None and asked.violation is None, action
    return stage.now_ms - asked_ms


@pytest.fixture(scope="module")
def filled():
    store = MemoryStore()
    return store, fill(store)


def test_station_delivers_a_thousand_sessions_in_order_and_answers_all_the_while(filled, tmp_path):
    """OCPP 1.6 §3.6, §4.1.1; issue 4: bounded memory, strictly in order, each once."""
    store, registers = filled
    assert len(registers) == EVENTS
    with Stage("in_process", tmp_path, settings=SETTINGS, store=store) as stage:
        heard = Listener(stage.csms)
        stage.start()
        stage.ready()
        station = stage.target.device.station
        journal, outbox = station.journal, station.exchange.outbox
        sizes, waits = [], []
        for part in range(1, EVENTS // EACH):
            stage.until(lambda at=part * EACH: len(heard.registers) >= at, 600, "delivery")
            sizes.append(kept(journal, outbox))
            waits.append(answer_ms(stage, *CALLS[part % len(CALLS)]))
            if part == EVENTS // EACH // 2:
                charge_meanwhile(stage)
        stage.until(lambda: journal.first_seq == journal.next_seq, 600, "delivery of all")
        sizes.append(kept(journal, outbox))
        judge(stage, heard, registers)
        assert max(waits) < 1000, waits
        assert max(sizes) < 150 and max(sizes) - min(sizes) < 30, sizes


def charge_meanwhile(stage):
    """A driver does not wait for the queue."""
    stage.vehicle.plug_in(amps=16)
    stage.tap()
    stage.until(lambda: stage.contactor.closed, 20, "energy")
    stage.advance(5)
    stage.vehicle.unplug()
    stage.advance(2)


def judge(stage, heard, registers):
    """All is there once, in order, and nothing else but the session that came meanwhile."""
    assert heard.registers[:EVENTS] == registers
    own = heard.registers[EVENTS:]
    assert len(own) >= 2 and own == sorted(own) and own[-1] == stage.meter_wh
    sessions = stage.sessions()
    assert len(sessions) == SESSIONS + 1 and all(session["reason"] for session in sessions)
    billed_wh = sum(each["meter_stop"] - each["meter_start"] for each in sessions)
    assert billed_wh == SESSIONS * 75 + own[-1] - own[0]
    assert heard.repeated == 0 and doubled(stage) == []
    assert stage.csms.violations(IDENTITY) == [] and stage.restarts == 0
    assert stage.target.device.station.journal.thinned == 0
