"""One connector's place in the world: pilot, contactor, meter, and what may be plugged in."""

from .circuit import Circuit
from .contactor import Contactor
from .mains import Mains
from .meter import EnergyMeter
from .observer import SafetyObserver
from .schedule import Schedule
from .vehicle import Vehicle


class Outlet:
    """Joins the parts: whatever changes in one is felt by the others at the same millisecond.

    After changing ``circuit`` or a part's fault by hand, call ``refresh``.
    """

    def __init__(self, number: int, schedule: Schedule, mains: Mains):
        self.number = number
        self._schedule = schedule
        self._mains = mains
        self._settled_ms = schedule.now_ms
        self.circuit = Circuit()
        self.vehicle = Vehicle(schedule)
        self.contactor = Contactor(schedule, lambda: self.vehicle.current_ma)
        self.meter = EnergyMeter(self.settle, self._probe)
        self.observer = SafetyObserver()
        self.faults: set[str] = set()
        self.duty_bp = 0
        self.pilot_hz = 0
        self.lamp = (0, 0, 0)
        for part in (self.vehicle, self.contactor):
            part.before_change = self.settle
            part.after_change = self.refresh

    def drive_pilot(self, duty_bp: int, frequency_hz: int = 1000) -> None:
        """The station's generator takes a duty in 1/100 percent: 10000 is +12 V, 0 is -12 V."""
        self.duty_bp = duty_bp
        self.pilot_hz = frequency_hz
        self.refresh()

    def power(self, on: bool) -> None:
        """The station's electronics have a supply, or not."""
        self.circuit.powered = on
        self._supply_coil()
        self.refresh()

    def settle(self) -> None:
        """Let the meter count what flowed until now."""
        now_ms = self._schedule.now_ms
        if now_ms > self._settled_ms:
            area = self.vehicle.double_area(self._settled_ms)
            if area:
                self.meter.add(self._mains.voltage_mv, self._on_phases(area))
            self._settled_ms = now_ms

    def refresh(self) -> None:
        """Let everyone feel how things stand now."""
        vehicle, circuit = self.vehicle, self.circuit
        self._supply_coil()
        circuit.load = vehicle.load if vehicle.plugged else None
        vehicle.sense_mains(vehicle.plugged and self.contactor.closed and self._mains.on)
        vehicle.sense_pilot(self.duty_bp if circuit.reaches_vehicle else 0)
        asked_for = vehicle.state in ("C", "D") and not circuit.earth_open
        self.observer.note(self._schedule.now_ms, self.contactor.closed, asked_for)

    @property
    def pilot_mv(self) -> tuple[int, int]:
        """The high and low level at the station's terminal."""
        return self.circuit.levels_mv(self.duty_bp)

    @property
    def worst_open_delay_ms(self) -> int:
        """The longest that contacts stayed closed on a vehicle that was not in C or D."""
        return self.observer.worst_ms(self._schedule.now_ms)

    def state(self) -> dict:
        """Everything observable, fit for JSON."""
        meter, contactor = self.meter, self.contactor
        return {
            "pilot_mv": list(self.pilot_mv),
            "duty_bp": self.duty_bp,
            "vehicle": self.vehicle.state,
            "plugged": self.vehicle.plugged,
            "coil": contactor.coil,
            "closed": contactor.closed,
            "cycles": contactor.cycles,
            "opened_under_load": contactor.opened_under_load,
            "current_ma": meter.current_ma,
            "voltage_mv": meter.voltage_mv,
            "power_w": meter.power_w,
            "energy_wh": meter.energy_wh,
            "worst_open_delay_ms": self.worst_open_delay_ms,
            "lamp": list(self.lamp),
            "faults": sorted(self.faults),
        }

    def _probe(self):
        mains = self._mains
        currents = self._on_phases(self.vehicle.current_ma)
        return mains.voltage_mv, currents, mains.frequency_mhz if mains.on else 0

    def _on_phases(self, amount):
        used = min(self.vehicle.phases, self._mains.phases)
        return [amount] * used + [0] * (3 - used)

    def _supply_coil(self):
        supplied = self.circuit.powered and self._mains.on
        if supplied != self.contactor.supplied:
            self.contactor.supply(supplied)
