"""Meters on lines that carry anything at all: no driver raises, no nonsense is believed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.drivers import meter_models
from chargepoint.drivers.kept_register import KeptRegister
from chargepoint.drivers.meter_cse7766 import Cse7766Meter
from chargepoint.drivers.meter_modbus import ModbusMeter
from host_tests.harness.devices.cse7766 import Cse7766
from host_tests.harness.devices.instruments import INSTRUMENTS
from host_tests.harness.devices.modbus_meter import ModbusInstrument, Slave
from host_tests.harness.store import MemoryStore
from host_tests.unit.drivers.cable import Cable
from host_tests.unit.drivers.meter_world import World

names = st.sampled_from(sorted(INSTRUMENTS))


class Oracle(Slave):
    """Answers every question with registers from ``draw``, in perfect frames."""

    def __init__(self, draw):
        super().__init__(1, 9600)
        self._draw = draw

    def registers(self, function, register, count):
        return self._draw(st.binary(min_size=2 * count, max_size=2 * count) | st.just(2))


def is_sane(reading):
    """What a charge point's mains can be."""
    return (
        reading.energy_wh >= 0
        and all(0 <= value <= 320_000 for value in reading.voltage_mv if value is not None)
        and all(abs(value) <= 500_000 for value in reading.current_ma if value is not None)
        and abs(reading.power_w or 0) <= 400_000
        and (not reading.frequency_mhz or 40_000 <= reading.frequency_mhz <= 70_000)
    )


@settings(max_examples=60, deadline=None)
@given(names, st.data())
def test_any_registers_in_perfect_frames_give_a_sane_reading_or_none(name, data):
    model = meter_models.find(name)
    cable = Cable(lambda uart: ModbusMeter(uart, model), Oracle(data.draw))
    cable.run(2000)
    assert cable.driver.reading is None or is_sane(cable.driver.reading)
    assert cable.driver.trouble in (None, "silent", "rubbish", "foreign", "backwards")


@settings(max_examples=60, deadline=None)
@given(names, st.lists(st.binary(max_size=40), max_size=60))
def test_noise_on_a_modbus_line_is_never_a_reading(name, noise):
    model = meter_models.find(name)
    cable = Cable(lambda uart: ModbusMeter(uart, model))
    for data in noise:
        cable.inject(data)
        cable.step(30)
    assert cable.driver.reading is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=60), st.integers(0, 23))
def test_noise_on_the_chip_s_line_is_never_energy_that_did_not_flow(noise, cut):
    chip, register = Cse7766(World(power_w=0)), KeptRegister(MemoryStore(), "meter")
    cable = Cable(lambda uart: Cse7766Meter(uart, register))
    for data in noise:
        cable.inject(data + chip.frame()[cut:])
        cable.step(30)
    # A sum of 8 bits lets one frame of noise in 256 through; what it may claim is bounded.
    assert register.energy_wh <= 9 * 60 * 2


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.text(max_size=12), st.text() | st.integers() | st.none(), max_size=8)
    | st.lists(st.integers())
    | st.fixed_dictionaries(
        {
            "make": st.text(),
            "line": st.sampled_from(["9600 8N1", "2400 8E1", "x"]),
            "function": st.integers(2, 5),
            "words": st.sampled_from(["high", "low", "middle"]),
            "registers": st.dictionaries(
                st.sampled_from(["energy_wh", "power_w", "voltage_mv", "volt"]),
                st.text("0123456789ABCDEFxfiu/ ", max_size=24),
            ),
        }
    )
)
def test_any_map_of_an_installer_is_a_model_or_a_value_error(described):
    try:
        model = meter_models.find(described)
    except ValueError:
        return
    assert model.blocks


def test_requests_keep_their_distance_from_answers_however_fine_the_steps():
    """Modbus over serial line 2.5.1.1: an instrument does not hear one that comes earlier."""
    for name in ("SDM120", "SDM630", "IEM3155"):
        model, device = meter_models.find(name), ModbusInstrument(World(), name)
        cable = Cable(lambda uart, model=model: ModbusMeter(uart, model), device)
        taken = set()
        for _ in range(5000):
            cable.step(1)
            if cable.driver.reading is not None:
                taken.add(cable.driver.reading.taken_ms)
        assert cable.driver.trouble is None
        assert len(taken) >= 3, name
