"""An order into a station, over any line: ask, compare, set, start anew, look again."""

import time

from tools.provision.order import Order
from tools.service.line import Line, Trouble

# A soft reset waits for the answer to leave, ESP32 and Wi-Fi come back within ten seconds.
_BACK_S = 60
_PAUSE_S = 0.5
_APPLY_S = 120
# Whoever is there answers within a second; a station that starts, within some more.
MEET_S = 12


class Refused(Exception):
    """The station, or the order, says no; the text says why and what to try."""


class Provisioning:
    """Of ``line``, as ordered; ``tell(text)`` hears of each step, ``pause(seconds)`` waits."""

    def __init__(self, line: Line, order: Order, code=None, tell=print, pause=time.sleep):
        self._line = line
        self._order = order
        self._code = code
        self._tell = tell
        self._pause = pause

    def meet(self) -> dict:
        """Who answers: ask ``unit``. Refused, when the order is for another unit."""
        unit = self._line.ask({"ask": "unit"}, MEET_S)
        if not unit.get("ok"):
            raise Refused(f"the station does not tell its unit: {unit.get('errors')}")
        wanted = self._order.serial
        if wanted and wanted != unit["serial"]:
            raise Refused(
                f"this is unit {unit['serial']}, the order is for {wanted}: nothing was changed. "
                "Take the unit with that label, or the order for this one"
            )
        if self._code is None and unit["code"]:
            # Run again after a power cut, the station may have the ordered code already. If it
            # has another one, that is one wrong try, in `check`.
            self._code = self._order.code
        self._tell(f"unit {unit['serial']}")
        return unit

    def changes(self) -> list:
        """(field, setting, value now, value ordered) of all that is ordered; *** for a secret."""
        rows = []
        names = list(self._order.settings)
        for at in range(0, len(names), 8):
            answer = self._line.ask({"ask": "settings", "names": names[at : at + 8]})
            if not answer.get("ok"):
                # Another version of the firmware: its own check tells field by field.
                return []
            for name, row in zip(names[at : at + 8], answer["settings"], strict=True):
                ordered = "***" if row["secret"] else self._order.settings[name]
                place = self._order.places.get(name, "")
                rows.append((place, row["name"], row["value"], ordered))
        for name, data in self._order.files.items():
            rows.append((self._order.places.get(name, ""), name, "", f"{len(data)} bytes"))
        if self._order.code:
            rows.append(("technician.code", "", "", "***"))
        return rows

    def check(self) -> None:
        """Ask the station whether it would take the order. Raises OrderError."""
        self._judge(self._line.ask(self._order.request("check", self._code), _APPLY_S))
        self._tell("the station would take all of it")

    def apply(self) -> list:
        """Set everything; the names that count from the next start. Raises OrderError, Refused."""
        answer = self._line.ask(self._order.request("apply", self._code), _APPLY_S)
        self._judge(answer)
        self._tell(f"{len(self._order.settings)} settings and {len(self._order.files)} files set")
        return answer["reboot"]

    def restart(self) -> None:
        """Have it start anew, and wait until it answers."""
        answer = self._line.ask({"ask": "restart"})
        if not answer.get("ok"):
            raise Refused(f"set, but not started anew: {'; '.join(answer['errors'].values())}")
        self._tell("the station starts anew")
        self._pause(3)
        tries = int(_BACK_S / _PAUSE_S)
        for left in range(tries, 0, -1):
            try:
                self._line.ask({"ask": "unit"}, 5)
                return
            except Trouble:
                if left == 1:
                    raise
                self._pause(_PAUSE_S)

    def verify(self) -> None:
        """Read everything back. Raises Refused for what is not as ordered."""
        differing = [row for row in self.changes() if row[1] in self._order.settings]
        wrong = [
            f"{name} is {now!r}, ordered {ordered!r}"
            for _, name, now, ordered in differing
            if not _same(now, ordered)
        ]
        if wrong:
            raise Refused("not as ordered: " + "; ".join(wrong))
        self._tell("read back: as ordered")

    def online(self, seconds: float = 60) -> str:
        """None once the back end accepted the station, else why not yet."""
        for _ in range(int(seconds / _PAUSE_S)):
            facts = self._line.ask({"ask": "facts"})["facts"]
            if facts["registration"] == "accepted":
                return None
            self._pause(_PAUSE_S)
        return facts["link"] or f"registration {facts['registration']}"

    def _judge(self, answer):
        if not answer.get("ok"):
            raise self._order.wrong(answer["errors"])


def _same(now, ordered):
    # A choice is told as its table spells it; a secret only whether there is one.
    return now == ordered or now.lower() == ordered.lower() or ordered == "***"
