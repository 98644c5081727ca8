"""The loop around the station's step, and what happens when the step itself fails.

The last resort for an exception that no one foresaw: open every contactor, keep the trace where it
survives, start anew. When that happens again and again the station starts in safe mode: it talks
to the back end and reports the fault, and does not charge.
"""

import gc
import sys

from chargepoint.core import timing

_CRASHES = "crashes"
_TRACE = "trace"
_TRACE_BYTES = 1500

# Collect after so many bytes of garbage, not when the heap is full: what lives long then lies
# together, and the heap does not fall to pieces. An idle station makes none.
_GARBAGE_BYTES = 8192


class Loop:
    """Steps ``device.station``; ``device`` is what a board's ``build`` returns."""

    def __init__(self, device):
        self._device = device
        if hasattr(gc, "threshold"):
            gc.threshold(_GARBAGE_BYTES)
        self._stable_ms = None

    def once(self) -> None:
        """One step, the watchdog's food after it, and a wish to start anew carried out."""
        device = self._device
        now_ms = device.clock.now_ms()
        try:
            device.station.step(now_ms)
        except Exception as error:
            device.station.open_all()
            last_resort(device, error)
            return
        device.watchdog.feed()
        self._forget_crashes(now_ms)
        if device.station.reset_due is not None:
            device.reset.now(device.station.reset_due == "hard")

    def forever(self) -> None:
        """Run until the processor is reset."""
        clock = self._device.clock
        while True:
            due_ms = clock.now_ms() + timing.STEP_MS
            self.once()
            clock.wait_until_ms(due_ms)

    def _forget_crashes(self, now_ms):
        if self._stable_ms is None:
            self._stable_ms = now_ms + timing.STABLE_MS
        elif self._stable_ms >= 0 and now_ms >= self._stable_ms:
            self._stable_ms = -1
            if self._device.store.read(_CRASHES) is not None:
                self._device.store.remove(_CRASHES)


def run(build) -> None:
    """Build the board's device and run it; what fails on the way resets the processor.

    What ``build`` raises is for the board's boot code: there is no device to be reset yet.
    """
    device = build()
    try:
        Loop(device).forever()
    except BaseException as error:
        # A person's Ctrl-C too: from here on no one watches the pilot.
        device.station.open_all()
        if not isinstance(error, Exception):
            raise
        last_resort(device, error)


def last_resort(device, error) -> None:
    """Keep the trace of ``error``, count it, and start anew. The contactors are open already."""
    text = trace_of(error)
    device.log.write("error", text)
    device.store.write(_TRACE, text.encode()[:_TRACE_BYTES])
    device.store.write(_CRASHES, b"%d" % (crashes(device.store) + 1))
    device.reset.now(True)


def crashes(store) -> int:
    """How many starts in a row ended in a crash; what can't be read counts as none."""
    saved = store.read(_CRASHES)
    return int(saved) if saved and len(saved) < 5 and saved.isdigit() else 0


def count_watchdog(store, cause: str) -> int:
    """The crashes so far, with a start that the watchdog caused counted as one more."""
    count = crashes(store)
    if cause == "watchdog":
        count += 1
        store.write(_CRASHES, b"%d" % count)
    return count


def trace_of(error) -> str:
    """The traceback of ``error`` as text, on either interpreter."""
    import io

    out = io.StringIO()
    if hasattr(sys, "print_exception"):
        sys.print_exception(error, out)
    else:
        import traceback

        traceback.print_exception(error, file=out)
    return out.getvalue()
