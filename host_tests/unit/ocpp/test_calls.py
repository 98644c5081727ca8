"""ocpp/calls: a bounded queue."""

from chargepoint.ocpp.calls import CallQueue
from chargepoint.ocpp.dialogue import LOST
from chargepoint.ocpp.frames import Call
from host_tests.unit.ocpp.bench import Outcomes


def test_queue_gives_calls_in_order_and_refuses_what_is_too_many():
    queue = CallQueue(2)
    calls = [Call(name, {}) for name in "abc"]
    assert [queue.put(call) for call in calls] == [True, True, False]
    assert [queue.next(0), queue.next(0), queue.next(0)] == [calls[0], calls[1], None]


def test_dropped_calls_are_told_that_they_are_lost():
    queue, outcomes = CallQueue(3), Outcomes()
    queue.put(Call("Authorize", {}, outcomes))
    queue.put(Call("Heartbeat", {}))
    queue.drop(5)
    assert outcomes == [(LOST, None)] and queue.next(6) is None
