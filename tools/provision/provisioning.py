"""An order into a station, over any line: ask, compare, set, start anew, look again."""

import time

from tools.provision import schema
from tools.provision.order import Order
from tools.service.line import Line, Trouble

# A soft reset waits for the answer to leave, ESP32 and Wi-Fi come back within ten seconds.
_BACK_S = 60
# However long each question is waited for.
_LATEST_S = 180
_PAUSE_S = 0.5
_APPLY_S = 120
# Whoever is there answers within a second; a station that starts, within some more.
MEET_S = 12


class Refused(Exception):
    """The station, or the order, says no; the text says why and what to try."""


class Provisioning:
    """Of ``line``, as ordered; ``tell(text)`` hears of each step."""

    def __init__(self, line: Line, order: Order, code=None, tell=print):
        self._line = line
        self._order = order
        self._code = code
        self._tell = tell

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
                ordered = self._order.settings[name]
                if row["secret"] and ordered:
                    ordered = "***"
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
        """Have it start anew, and wait until it did. Raises Refused, Trouble."""
        boot = self._boot(30)
        answer = self._line.ask({"ask": "restart"})
        if not answer.get("ok"):
            raise Refused(f"set, but not started anew: {'; '.join(answer['errors'].values())}")
        self._tell("the station starts anew")
        time.sleep(3)
        why, latest_s = "it went on as before", time.monotonic() + _LATEST_S
        for _ in range(int(_BACK_S / _PAUSE_S)):
            if time.monotonic() > latest_s:
                break
            try:
                # Until then the one before may still answer, which proves nothing.
                if self._boot(10) != boot:
                    return
            except Trouble as trouble:
                why = str(trouble)
            time.sleep(_PAUSE_S)
        raise Trouble(f"set, and told to start anew, and did not in {_BACK_S} s: {why}")

    def verify(self) -> None:
        """Read everything back. Raises Refused for what is not as ordered."""
        read = {name: (now, ordered) for _, name, now, ordered in self.changes()}
        wrong = [f"{name} can't be read" for name in self._order.settings if name not in read]
        wrong += [
            f"{name} is {now!r}, ordered {ordered!r}"
            for name, (now, ordered) in read.items()
            if name in self._order.settings and not schema.means_the_same(name, now, ordered)
        ]
        if self._order.code and not self._line.ask({"ask": "unit"}).get("code"):
            wrong.append("there is no technician's code")
        if wrong:
            raise Refused("not as ordered: " + "; ".join(wrong))
        self._tell("read back: as ordered")

    def online(self, seconds: float = 60) -> str:
        """None once the back end accepted the station, else why not yet."""
        why = "it does not tell"
        for _ in range(int(seconds / _PAUSE_S)):
            facts = self._line.ask({"ask": "facts"}).get("facts")
            if facts:
                if facts["registration"] == "accepted":
                    return None
                why = facts["link"] or f"registration {facts['registration']}"
            time.sleep(_PAUSE_S)
        return why

    def _boot(self, timeout_s):
        """The number of the station's present start."""
        facts = self._line.ask({"ask": "facts"}, timeout_s).get("facts")
        if not facts:
            raise Trouble("the station does not tell its facts")
        return facts["journal"]["boot"]

    def _judge(self, answer):
        if not answer.get("ok"):
            raise self._order.wrong(answer["errors"])
