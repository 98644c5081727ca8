"""Patience with loopback: mostly it delivers within the sender's call, and later where the machine
is busy; a thread at the other end takes as long as it takes."""

import time

# Of the wall, and only for what never comes.
PATIENCE_S = 60
_NAP_S = 0.0002


def until(come, what: str = "it"):
    """What ``come()`` gives, once that is true. AssertionError when patience ends."""
    end_s = time.monotonic() + PATIENCE_S
    while not (found := come()):
        assert time.monotonic() < end_s, f"{what} did not come in {PATIENCE_S} s"
        time.sleep(_NAP_S)
    return found
