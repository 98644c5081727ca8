"""A person with an adapter: does what the words say in the world of a stage, reads off what is
asked."""

import re

from tools.commission.emulated import Emulated, OnStage


class Person:
    """``heard`` are the instructions, ``asked`` the questions."""

    def __init__(self, stage):
        self.stage = stage
        self.hands = Emulated(OnStage(stage))
        self.heard = []
        self.asked = []
        self.load_w = "11040"

    def tell(self, text):
        """An instruction; AssertionError for one that nobody would understand."""
        self.heard.append(text)
        plugged = re.fullmatch(r"Set PP to (open.*|(\d+) A), CP to state B, and plug .*", text)
        if plugged:
            self.hands.plug(int(plugged[2]) if plugged[2] else None)
        elif text.startswith("Set CP to state A"):
            self.hands.unplug()
        elif text.startswith("Set CP to state"):
            self.hands.state(text[len("Set CP to state ")])
        elif text.startswith("Hold the test card"):
            self.hands.card()
        elif text.startswith("Switch the load"):
            self.hands.draw(16, 3)
        else:
            self._press(text, text.startswith("Press and hold"))

    def ask(self, question):
        """The answer to a question; AssertionError for one that nobody would understand."""
        self.asked.append(question)
        answers = (
            ("known load", self.draw),
            ("residual current", lambda: self.hands.leak(True) and "y"),
            ("Duty", lambda: f"{self.hands.duty_bp() / 100:.1f} %"),
            ("have mains", self.live),
            ("Pull", lambda: "y" if self.hands.held() else "n"),
            ("kWh", self.billed),
        )
        for word, answer in answers:
            if word in question:
                return answer()
        raise AssertionError(f"a person would not know what to say: {question}")

    def live(self):
        """The lamps of the adapter."""
        live = zip("123", self.hands.live(), strict=True)
        return "".join(number for number, on in live if on) or "0"

    def draw(self):
        """Switches the load on and reads its label."""
        self.hands.draw(16, 3)
        return self.load_w

    def billed(self):
        """What the back end shows of the last session."""
        row = self.stage.sessions()[-1]
        return f"{(row['meter_stop'] - row['meter_start']) / 1000:.3f}".replace(".", ",")

    def _press(self, text, on):
        switches = (
            ("CP error", self.hands.short),
            ("diode", self.hands.bridge_diode),
            ("PE error", self.hands.break_earth),
        )
        for word, switch in switches:
            if word in text:
                switch(on)
                return
        raise AssertionError(f"a person would not know what to do: {text}")
