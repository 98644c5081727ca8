"""A person with an adapter: told what to set, and asked only what the station can't tell.

Whether a switch was set is seen in the station's facts. Only when nothing is seen for long is the
person asked.
"""

from tools.commission.device import Device, Gone

_LETTERS = {"B": "CP to state B", "C": "CP to state C", "D": "CP to state D (ventilation)"}


class ByHand(Device):
    """``tell(text)`` shows an instruction, ``ask(question) -> text`` asks; both may raise Gone.

    ``name`` and ``serial`` are the adapter's, for the report.
    """

    patience_s = 60

    def __init__(self, tell, ask, name="an adapter, by hand", serial="", cables=None):
        self.name = name
        self.serial = serial
        if cables is not None:
            self.cables = cables
        self._tell = tell
        self._ask = ask
        self._set: set = set()
        self._plugged = False
        self._load = None

    def plug(self, cable_a):
        rating = "open (no resistor)" if cable_a is None else f"{cable_a} A"
        self._tell(f"Set PP to {rating}, CP to state B, and plug the adapter in.")
        self._plugged = True

    def unplug(self):
        for name in sorted(self._set):
            self._tell(f"Let go of: {name}.")
        self._set.clear()
        if self._plugged:
            self._tell("Set CP to state A and pull the adapter's plug.")
        self._plugged = False

    def state(self, letter):
        self._tell(f"Set {_LETTERS[letter]}.")

    def draw(self, amps, phases):
        if self._load is None:
            said = self._ask(
                "Switch the known load at the adapter on. Its power in W (empty: there is none)"
            )
            self._load = _number(said, 1, 100_000) or 0
        elif self._load:
            self._tell(f"Switch the load of {self._load} W on.")
        return self._load or None

    def card(self):
        self._tell("Hold the test card to the reader.")
        return None

    def short(self, on):
        self._press("CP error E (pilot to earth)", on)

    def bridge_diode(self, on):
        self._press("diode bridged", on)

    def break_earth(self, on):
        self._press("PE error (protective conductor open)", on)

    def leak(self, on):
        if not on:
            return True
        said = self._ask(
            "Make a residual current with the adapter (6 mA DC or more), now. Can you? [Y/n]"
        )
        return not said.strip().lower().startswith("n")

    def duty_bp(self):
        said = self._ask("Duty of the pilot by the adapter, in % (empty: it does not show it)")
        found = _number(said.replace("%", ""), 0, 100, 100)
        return found

    def live(self):
        said = self._ask("Which of L1 L2 L3 have mains at the adapter? (such as 123, or 0)")
        digits = said.strip()
        if not digits or any(digit not in "0123 ,L" for digit in digits):
            return None
        return [number in digits for number in "123"]

    def held(self):
        said = self._ask("Pull at the plug, with care. Is it held? [y/n]")
        return {"y": True, "n": False}.get(said.strip().lower()[:1])

    def doubts(self, what):
        said = self._ask(
            f"The station does not show this yet: {what}. Wait on (w), go on without it (g), "
            "or end here and resume later (q)?"
        )
        if said.strip().lower().startswith("q"):
            raise Gone("ended by the technician")
        return said.strip().lower().startswith("w")

    def _press(self, name, on):
        if on:
            self._tell(f"Press and hold on the adapter: {name}.")
            self._set.add(name)
        elif name in self._set:
            self._tell(f"Let go of: {name}.")
            self._set.discard(name)


def _number(text, low, high, scale=1):
    """A number that a person typed, scaled to an integer; None where it is none."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return round(value * scale) if low <= value <= high else None
