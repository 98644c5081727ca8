"""world/observer: how long contacts were closed on a vehicle that did not ask."""

from host_tests.harness.world.observer import SafetyObserver


def test_the_longest_wrong_interval_counts_and_one_that_lasts_too():
    observer = SafetyObserver()
    observer.note(0, True, True)
    observer.note(1000, True, False)
    observer.note(1010, True, False)
    observer.note(1080, False, False)
    assert observer.worst_ms(5000) == 80
    observer.note(2000, True, False)
    assert observer.worst_ms(2050) == 80
    assert observer.worst_ms(2500) == 500
    observer.note(2500, True, True)
    assert observer.intervals == [(1000, 1080), (2000, 2500)]


def test_open_contacts_and_a_vehicle_that_asks_are_right():
    observer = SafetyObserver()
    for facts in ((False, False), (False, True), (True, True), (False, True)):
        observer.note(10, *facts)
    assert observer.worst_ms(10_000) == 0
