"""A command in a thread of its own beside a station that is led from here: whose turn it is.

The command's time is the wall's and the station's is not. So the station's stands still unless the
command waits for it: neither comes too late for the other, whichever the machine holds up.
"""

import http.client
import threading
import time

import serial

STEP_S = 0.05
_NAP_S = 0.001
# In these a command waits for the station.
_WAITS = (
    (serial.Serial, "read"),
    (http.client.HTTPConnection, "getresponse"),
    (http.client.HTTPResponse, "read"),
    (time, "sleep"),
)
_waiting = set()
_sleep = time.sleep


def waits(function):
    """``function``, in which whoever calls it waits for the station."""

    def waiting(*words, **named):
        thread = threading.current_thread()
        if thread in _waiting:
            return function(*words, **named)
        _waiting.add(thread)
        try:
            return function(*words, **named)
        finally:
            _waiting.discard(thread)

    return waiting


def watch(monkeypatch) -> None:
    """Know from now on when a command waits."""
    for place, name in _WAITS:
        monkeypatch.setattr(place, name, waits(getattr(place, name)))


def lead(stage, thread, between=lambda: None, end_ms=lambda: None) -> None:
    """Let time pass for ``stage`` while ``thread`` waits, until that has ended.

    ``between()`` is called between two steps; not beyond ``end_ms()``, where it gives one.
    """
    while thread.is_alive():
        between()
        most_s, latest_ms = STEP_S, end_ms()
        if latest_ms is not None:
            most_s = min(STEP_S, (latest_ms - stage.now_ms) / 1000)
        if thread in _waiting and most_s > 0 and not stage.wiring.console.unread:
            stage.advance(most_s)
        # Give the command the processor.
        _sleep(_NAP_S)
