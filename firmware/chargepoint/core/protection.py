"""What a connector has besides pilot and contactor: the parts that its board carries.

Each part ``look``s in every step, ``put``s its faults into the book, says ``why`` nothing may be
offered, and knows its ``verdict``. A part that the board lacks is told as not monitored.
"""

from chargepoint.core.currents import Currents

NOT_MONITORED = "not monitored"
# The words of board.json, in the order of the board pages.
_NAMES = ("residual current", "protective earth", "temperature", "cable rating", "cable lock")


class Protection:
    """``ports`` has residual, earth, thermometer, proximity and lock, each a port or None.

    ``options``: "max_ma", "socket" (False: a fixed cable, which has neither proximity nor lock),
    and those of temperature.py. ValueError for a socket without proximity: the cable's rating
    would be a guess.
    """

    def __init__(self, ports, options: dict):
        self.cable = self.lock = self.residual = self.temperature = None
        self.currents = Currents(options.get("nominal_mv", 230000))
        self._parts = []
        self._build(ports, options)

    def _build(self, ports, options):
        # Imported here, so that a board pays in RAM for what it has only.
        if ports.residual is not None:
            from chargepoint.core.residual import Residual

            self.residual = self._add(Residual(ports.residual))
        if ports.earth is not None:
            from chargepoint.core.earth import Earth

            self._add(Earth(ports.earth))
        if ports.thermometer is not None:
            from chargepoint.core.temperature import Temperature

            thermometer = Temperature(ports.thermometer, options["max_ma"], options)
            self.temperature = self._add(thermometer)
        if options.get("socket", False):
            self._build_socket(ports)

    def _build_socket(self, ports):
        if ports.proximity is None:
            raise ValueError("a socket without proximity: expected what tells the cable's rating")
        from chargepoint.core.cable import Cable

        self.cable = self._add(Cable(ports.proximity))
        if ports.lock is not None:
            from chargepoint.core.lock import Lock

            self.lock = self._add(Lock(ports.lock))

    @property
    def faults(self) -> tuple:
        """The names of the faults that the parts know."""
        names = self.currents.faults
        for part in self._parts:
            names += part.faults
        return names

    @property
    def why(self) -> str:
        """Why nothing may be offered: the first part's word, or None."""
        for part in self._parts:
            word = part.why
            if word is not None:
                return word
        return None

    def look(self, now_ms: int) -> None:
        """Read and judge every part; call it in every step, before anything closes."""
        for part in self._parts:
            part.look(now_ms)

    def put(self, faults, now_ms: int) -> None:
        """Tell the book of faults."""
        self.currents.put(faults, now_ms)
        for part in self._parts:
            part.put(faults, now_ms)

    def limit(self, limits) -> None:
        """Tell the limits what cable and temperature leave."""
        if self.cable is not None:
            limits.put("cable", self.cable.limit_ma)
        if self.temperature is not None:
            limits.put("temperature", self.temperature.limit_ma)

    def verdicts(self) -> dict:
        """What each part's self-test came to, by the words of board.json."""
        told = {name: NOT_MONITORED for name in _NAMES}
        for part in self._parts:
            told[part.name] = part.verdict
        if self.lock is not None and not self.lock.monitored:
            told["cable lock"] = NOT_MONITORED
        currents = self.currents
        told["over-current"] = "passed" if currents.current_known else NOT_MONITORED
        told["mains voltage"] = "passed" if currents.voltage_known else NOT_MONITORED
        return told

    def _add(self, part):
        self._parts.append(part)
        return part
