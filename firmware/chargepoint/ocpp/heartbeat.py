"""Heartbeat: something must be said within HeartbeatInterval, and the time asked once a day.

Any message replaces a Heartbeat as a sign of life (OCPP 1.6 §4.6); over WebSocket one in 24 h
is still wanted for the clock. The interval is read anew each time, so a change counts at once.
"""

from chargepoint.core import timing
from chargepoint.ocpp import times
from chargepoint.ocpp.dialogue import ANSWERED
from chargepoint.ocpp.frames import Call


class Heartbeat:
    """A source of the dialogue. ``on_time(utc_s)`` is told the back end's time."""

    def __init__(self, settings, dialogue, on_time):
        self._settings = settings
        self._dialogue = dialogue
        self._on_time = on_time
        self._clock_ms = None

    def next(self, now_ms: int):
        """The Heartbeat when it is due, else None."""
        if self._clock_ms is None:
            # The first time comes with the answer to BootNotification.
            self._clock_ms = now_ms
        interval_ms = self._settings.get("HeartbeatInterval") * 1000
        quiet = interval_ms > 0 and now_ms - self._dialogue.said_ms >= interval_ms
        if not quiet and now_ms - self._clock_ms < timing.CLOCK_ASK_MS:
            return None
        # Also a Heartbeat without an answer counts, or a mute back end would get them in a row.
        self._clock_ms = now_ms
        return self.call()

    def call(self):
        """A Heartbeat to be sent now (TriggerMessage)."""
        return Call("Heartbeat", {}, self._done)

    def _done(self, outcome, payload, now_ms):
        if outcome != ANSWERED:
            return
        try:
            self._on_time(times.parse(payload["currentTime"]))
        except ValueError:
            # The clock is left alone; the sign of life has been given all the same.
            pass
