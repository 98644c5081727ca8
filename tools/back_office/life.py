"""The life of an installation, from the order to the driver's account: pure.

What happens to it is an event; a row says where it leads and what the office then does. An event
without a row can't happen in that state, and says so: nobody approves what was never installed.
While ``serves_driver`` is false only test cards are served there.
"""

ORDERED = "ordered"
INSTALLED = "installed"
INSPECTING = "inspecting"
REJECTED = "rejected"
APPROVED = "approved"
MISFIT = "misfit"
CONFIGURED = "configured"
ACTIVE = "active"
SUSPENDED = "suspended"
CLOSED = "closed"
CANCELLED = "cancelled"

# State, event, next state, effect: "settle" has the station set as this state wants it, now.
# fmt: off
_ROWS = (
    (ORDERED, "passed", INSTALLED, None),             # a trusted report that all is well
    (ORDERED, "failed", ORDERED, None),               # ... or that something is not
    (ORDERED, "cancel", CANCELLED, "settle"),
    (INSTALLED, "passed", INSTALLED, None),
    (INSTALLED, "failed", ORDERED, None),
    (INSTALLED, "appoint", INSPECTING, None),
    (INSTALLED, "cancel", CANCELLED, "settle"),
    (INSPECTING, "passed", INSPECTING, None),
    (INSPECTING, "failed", ORDERED, "withdraw"),      # there is nothing to inspect any more
    (INSPECTING, "appoint", INSPECTING, "withdraw"),  # another day
    (INSPECTING, "approve", APPROVED, "settle"),
    (INSPECTING, "reject", REJECTED, None),
    (INSPECTING, "cancel", CANCELLED, "settle"),
    (REJECTED, "passed", REJECTED, None),
    (REJECTED, "failed", REJECTED, None),
    (REJECTED, "appoint", INSPECTING, None),          # the second appointment
    (REJECTED, "cancel", CANCELLED, "settle"),
    (APPROVED, "passed", APPROVED, "settle"),
    (APPROVED, "failed", APPROVED, None),
    (APPROVED, "settled", CONFIGURED, None),          # the station is as ordered
    (APPROVED, "unsettled", MISFIT, None),            # it can't be, and a person must look
    (APPROVED, "cancel", CANCELLED, "settle"),
    (MISFIT, "passed", MISFIT, None),
    (MISFIT, "failed", MISFIT, None),
    (MISFIT, "retry", APPROVED, "settle"),
    (MISFIT, "cancel", CANCELLED, "settle"),
    (CONFIGURED, "passed", CONFIGURED, None),
    (CONFIGURED, "failed", CONFIGURED, None),
    (CONFIGURED, "activate", ACTIVE, "settle"),       # by the office, or by the driver's card
    (CONFIGURED, "retry", APPROVED, "settle"),
    (CONFIGURED, "cancel", CANCELLED, "settle"),
    (ACTIVE, "passed", ACTIVE, None),
    (ACTIVE, "failed", ACTIVE, None),
    (ACTIVE, "suspend", SUSPENDED, "settle"),
    (ACTIVE, "close", CLOSED, "settle"),
    (SUSPENDED, "passed", SUSPENDED, None),
    (SUSPENDED, "failed", SUSPENDED, None),
    (SUSPENDED, "resume", ACTIVE, "settle"),
    (SUSPENDED, "close", CLOSED, "settle"),
)
# fmt: on

# The way that most go, for people to see where they are.
WAY = (ORDERED, INSTALLED, INSPECTING, APPROVED, CONFIGURED, ACTIVE)
STATES = (*WAY, REJECTED, MISFIT, SUSPENDED, CLOSED, CANCELLED)
EVENTS = tuple(dict.fromkeys(row[1] for row in _ROWS))


class Impossible(ValueError):
    """This can't happen to an installation in this state."""


def follow(state: str, event: str) -> tuple[str, str | None]:
    """The next state and the effect; raises Impossible."""
    for before, happening, following, effect in _ROWS:
        if (before, happening) == (state, event):
            return following, effect
    raise Impossible(f"{event!r} can't be done to an installation that is {state}")


def possible(state: str) -> list[str]:
    """The events that may happen now."""
    return [event for before, event, _, _ in _ROWS if before == state]


def serves_driver(state: str) -> bool:
    """Whether others than test cards may charge."""
    return state == ACTIVE


def is_over(state: str) -> bool:
    """Whether another installation may stand under the same identity."""
    return state in (CLOSED, CANCELLED)


def place_on_way(state: str) -> int:
    """How far along ``WAY`` it is."""
    detours = {REJECTED: INSPECTING, MISFIT: APPROVED, SUSPENDED: ACTIVE, CLOSED: ACTIVE}
    return WAY.index(detours.get(state, state)) if state != CANCELLED else 0
