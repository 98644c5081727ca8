"""One connector's place in the world: pilot, contactor, meter, and what may be plugged in."""

from collections.abc import Collection

from .circuit import Circuit
from .contactor import Contactor
from .interlock import Interlock
from .lock import Lock
from .mains import Mains
from .meter import EnergyMeter
from .observer import SafetyObserver
from .proximity import Proximity
from .residual import ResidualMonitor
from .schedule import Schedule
from .thermometer import Thermometer
from .vehicle import Vehicle


class Outlet:
    """Joins the parts: whatever changes in one is felt by the others at the same millisecond.

    ``contactor`` switches N and L1; behind it ``second_contactor`` switches L2 and L3. A station
    ``lacks`` parts by the names of World; without the second contactor the first switches all.
    After changing ``circuit`` or a part's fault by hand, call ``refresh``; ``after_refresh`` is
    called at its end.
    """

    def __init__(self, number: int, schedule: Schedule, mains: Mains, lacks: Collection[str] = ()):
        self.number = number
        self._schedule = schedule
        self._mains = mains
        self._settled_ms = schedule.now_ms
        self.circuit = Circuit()
        self.vehicle = Vehicle(schedule)
        self.contactor = Contactor(schedule, lambda: self.vehicle.current_ma)
        self.second_contactor = Contactor(schedule, self._second_load_ma)
        self.proximity = Proximity()
        self.lock = Lock(schedule)
        self.residual = ResidualMonitor(schedule)
        self.residual.fitted = "residual" not in lacks
        self.thermometer = Thermometer()
        self.interlock = Interlock()
        self.interlock.fitted = "interlock" not in lacks
        self._has_second = "second_relay" not in lacks
        self.meter = EnergyMeter(self.settle, self._probe)
        self.observer = SafetyObserver()
        self.faults: set[str] = set()
        self.earth_lost = False
        self.duty_bp = 0
        self.pilot_hz = 0
        self.lamp = (0, 0, 0)
        self.after_refresh = lambda: None
        for part in (
            self.vehicle, self.contactor, self.second_contactor, self.residual, self.interlock
        ):  # fmt: skip
            part.before_change = self.settle
            part.after_change = self.refresh

    def drive_pilot(self, duty_bp: int, frequency_hz: int = 1000) -> None:
        """The station's generator takes a duty in 1/100 percent: 10000 is +12 V, 0 is -12 V."""
        self.duty_bp = duty_bp
        self.pilot_hz = frequency_hz
        self.refresh()

    def connect_pilot(self, connected: bool) -> None:
        """The station puts the pilot on the vehicle, or takes it off."""
        if connected != self.circuit.connected:
            self.circuit.connected = connected
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
        live = self.contactor.closed and self._mains.sufficient
        vehicle.sense_mains(vehicle.plugged and live)
        vehicle.sense_pilot(self.duty_bp if circuit.reaches_vehicle else 0)
        asked_for = vehicle.state in ("C", "D") and not circuit.earth_open
        self.observer.note(self._schedule.now_ms, self.contactor.closed, asked_for)
        self.after_refresh()

    @property
    def pilot_mv(self) -> tuple[int, int]:
        """The high and low level at the station's terminal."""
        return self.circuit.levels_mv(self.duty_bp)

    @property
    def proximity_ohm(self) -> int:
        """What the socket's proximity contact is there to measure."""
        return self.proximity.ohm(self.vehicle.cable_ohm)

    @property
    def earthed(self) -> bool:
        """There is protective earth, as an earth monitor sees it."""
        return not (self.circuit.earth_open or self.earth_lost)

    @property
    def temperature_c(self) -> float:
        """Inside the charge point, in degrees Celsius; may be set."""
        return self.thermometer.celsius

    @temperature_c.setter
    def temperature_c(self, celsius: float) -> None:
        self.thermometer.celsius = celsius

    @property
    def coil_supplied(self) -> bool:
        """Whether all that lies in the coils' supply is closed."""
        supply = self.circuit.powered and self._mains.sufficient
        return supply and not self.residual.tripped and self.interlock.held

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
            "second_closed": self.second_contactor.closed,
            "cycles": contactor.cycles,
            "opened_under_load": contactor.opened_under_load,
            "current_ma": meter.current_ma,
            "voltage_mv": meter.voltage_mv,
            "power_w": meter.power_w,
            "energy_wh": meter.energy_wh,
            "worst_open_delay_ms": self.worst_open_delay_ms,
            "lamp": list(self.lamp),
            "proximity_ohm": self.proximity_ohm,
            "lock": self.lock.word,
            "residual": self.residual.tripped,
            "earth": self.earthed,
            "temperature_c": self.temperature_c,
            "pilot_connected": self.circuit.connected,
            "faults": sorted(self.faults),
        }

    def _probe(self):
        mains = self._mains
        currents = self._on_phases(self.vehicle.current_ma)
        return mains.voltage_mv, currents, mains.frequency_mhz if mains.on else 0

    def _on_phases(self, amount):
        connected = 3 if self.second_contactor.closed or not self._has_second else 1
        used = min(self.vehicle.phases, self._mains.phases, connected)
        shares_bp = self.vehicle.draws_bp
        return [amount * shares_bp[at] // 10_000 if at < used else 0 for at in range(3)]

    def _second_load_ma(self):
        return self._on_phases(self.vehicle.current_ma)[1]

    def _supply_coil(self):
        supplied = self.coil_supplied
        for contactor in (self.contactor, self.second_contactor):
            if supplied != contactor.supplied:
                contactor.supply(supplied)
