"""The meters' registers, kept in the state folder: a meter does not forget when the sim ends."""

import json
from pathlib import Path

from tools.sim.errors import Unusable


class Registers:
    """``file`` None keeps nothing. Takes the meters of ``world`` to where they were left."""

    def __init__(self, world, file: Path | None):
        self._world = world
        self._file = file
        self._kept = self._load()
        self._saved_wh = None
        for number, outlet in world.connectors.items():
            kept = self._kept.setdefault(str(number), {"first_wh": outlet.meter.energy_wh})
            behind_mws = kept.get("now_mws", 0) - outlet.meter.energy_mws
            if behind_mws > 0:
                outlet.meter.add([1_000_000], [2 * behind_mws])

    def first_wh(self, connector: int) -> int:
        """What the meter showed when the station was new."""
        return self._kept[str(connector)]["first_wh"]

    def keep(self) -> None:
        """Save them when a watt-hour was counted since the last time."""
        if self._file is None:
            return
        meters = {str(n): outlet.meter for n, outlet in self._world.connectors.items()}
        counted_wh = [meter.energy_wh for meter in meters.values()]
        if counted_wh == self._saved_wh:
            return
        self._saved_wh = counted_wh
        for number, meter in meters.items():
            self._kept[number]["now_mws"] = meter.energy_mws
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(self._kept))
        new.replace(self._file)

    def _load(self) -> dict:
        if self._file is None or not self._file.exists():
            return {}
        try:
            kept = json.loads(self._file.read_text())
            whole = [type(of["first_wh"]) is type(of["now_mws"]) is int for of in kept.values()]
        except (ValueError, AttributeError, KeyError, TypeError):
            whole = [False]
        if not all(whole):
            raise Unusable(
                f"{self._file}: not the registers of this sim; remove the file"
            ) from None
        return kept
