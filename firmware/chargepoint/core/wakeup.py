"""Waking a vehicle that sleeps: the pilot is interrupted once (IEC 61851-1 A.5.3).

Rules:
- A vehicle that has not asked once since an offer began, for the time of the setting WakeUpAfter,
  is woken by WAKE_PULSE_MS without a pilot. Once for each offer: one that was full stays in peace,
  one that slept through a pause is woken when the offer returns.
- The interruption is state F, or the pilot taken off where the board can.

  NONE no offer stands; OFFER it stands and the vehicle does not ask; ASKED it does; EXPIRED the
  time is over; OVER the pulse is.
"""

from micropython import const

from chargepoint.core import timing
from chargepoint.core.rows import Machine

REST = const("rest")
WAITING = const("waiting")
PULSING = const("pulsing")
SETTLED = const("settled")

NONE = const("none")
OFFER = const("offer")
ASKED = const("asked")
EXPIRED = const("expired")
OVER = const("over")

_ROWS = (
    (REST, NONE, REST, None),
    (REST, OFFER, WAITING, None),
    (REST, ASKED, SETTLED, None),
    (WAITING, NONE, REST, None),
    (WAITING, OFFER, WAITING, None),
    (WAITING, ASKED, SETTLED, None),
    (WAITING, EXPIRED, PULSING, None),
    (PULSING, NONE, REST, None),
    (PULSING, OFFER, PULSING, None),
    (PULSING, OVER, SETTLED, None),
    (SETTLED, NONE, REST, None),
    (SETTLED, OFFER, SETTLED, None),
    (SETTLED, ASKED, SETTLED, None),
)


class WakeUp(Machine):
    """The machine above. ``after_ms`` 0 wakes no one; ``cutting``: no pilot now."""

    def __init__(self):
        Machine.__init__(self, _ROWS, REST)
        self.after_ms = 0

    @property
    def cutting(self) -> bool:
        """The pilot is to be interrupted."""
        return self.state == PULSING

    def tick(self, offered: bool, asks: bool, now_ms: int) -> None:
        """``offered``: a session offers; ``asks``: its vehicle is in C or D."""
        self._tell(self._event(offered, asks, now_ms - self._since_ms), now_ms)

    def _event(self, offered, asks, for_ms):
        if not offered:
            return NONE
        if self.state == PULSING:
            return OVER if for_ms >= timing.WAKE_PULSE_MS else OFFER
        if asks:
            return ASKED
        expired = self.state == WAITING and 0 < self.after_ms <= for_ms
        return EXPIRED if expired else OFFER
