"""The table of register maps, and the maps that installers write."""

import pytest

from chargepoint.drivers import meter_models
from host_tests.harness.devices.instruments import INSTRUMENTS

ACME = {
    "make": "Acme 3000",
    "line": "19200 8E1",
    "function": 3,
    "words": "low",
    "registers": {
        "energy_wh": "0100 u64 x10",
        "power_w": "0020 i32 /100",
        "current_ma": "0010 0012 0014 u32",
        "voltage_mv": "0016 0017 0018 u16 x100 /1",
    },
}


def acme(**changed):
    return {key: value for key, value in dict(ACME, **changed).items() if value is not None}


def test_every_instrument_has_a_map_and_every_map_an_instrument():
    names = {row[0] for row in meter_models._rows()}
    assert names == set(INSTRUMENTS)


@pytest.mark.parametrize("name", INSTRUMENTS)
def test_line_of_a_model_is_what_a_uart_takes(name):
    baud, parity, stop = meter_models.find(name).line
    assert baud == INSTRUMENTS[name][0]
    assert (parity in (None, 0, 1), stop in (1, 2)) == (True, True)


@pytest.mark.parametrize("name", ["iEM3155", "WE-516", "sdm630"])
def test_name_is_found_as_people_write_it(name):
    assert meter_models.find(name).blocks


def test_unknown_name_is_refused_and_the_known_ones_told():
    with pytest.raises(ValueError, match="'SDM999': expected one of SDM120, SDM230, SDM630"):
        meter_models.find("SDM999")


def test_registers_that_follow_each_other_come_in_one_answer():
    """Three requests a cycle, as few as an SDM630 needs."""
    blocks = meter_models.find("SDM630").blocks
    assert [block[:3] for block in blocks] == [(4, 0x0000, 18), (4, 0x0034, 2), (4, 0x0046, 6)]


def test_map_of_an_installer_is_a_model():
    model = meter_models.find(ACME)
    assert (model.make, model.line, model.low_first) == ("Acme 3000", (19200, 0, 1), True)
    assert [block[:3] for block in model.blocks] == [(3, 0x10, 9), (3, 0x20, 2), (3, 0x100, 4)]
    assert model.identity == ()


@pytest.mark.parametrize(
    ("described", "complaint"),
    [
        ([], "expected an object"),
        (7, "expected an object"),
        (acme(make=None), "make is missing"),
        (acme(registers=None), "registers is missing"),
        (acme(baud=9600), "unknown key 'baud'"),
        (acme(function=6), "function 6: expected 3 or 4"),
        (acme(function="3"), "function '3': expected 3 or 4"),
        (acme(words="little"), "words 'little': expected high or low"),
        (acme(line="9600"), "line '9600': expected such as 9600 8N1"),
        (acme(line="9600 7E1"), "line '9600 7E1': expected such as"),
        (acme(line="96 8N1"), "line '96 8N1': expected such as"),
        (acme(line=9600), "line 9600: expected such as"),
        (acme(registers=[]), "expected an object with energy_wh"),
        (acme(registers={"power_w": "0000 i32"}), "expected an object with energy_wh"),
    ],
)
def test_map_that_is_no_map_is_refused_with_the_reason(described, complaint):
    with pytest.raises(ValueError, match=complaint):
        meter_models.find(described)


@pytest.mark.parametrize(
    ("quantity", "spec", "complaint"),
    [
        ("energy_kwh", "0000 u32", "quantity 'energy_kwh': expected one of voltage_mv"),
        ("-", "0000 u32", "quantity '-': expected one of"),
        ("energy_wh", 72, "energy_wh: 72, expected text such as"),
        ("energy_wh", "", "energy_wh: '' has no type"),
        ("energy_wh", "u32", "energy_wh: 0 registers, expected 1"),
        ("energy_wh", "0048", "'0048' has no type, expected one of f32"),
        ("energy_wh", "0048 f64", "'0048 f64' has no type"),
        ("energy_wh", "10000 u32", "'10000', expected a register"),
        ("energy_wh", "-1 u32", "'-1', expected a register"),
        ("energy_wh", "0048 u32 1000", "'1000', expected a scale such as x1000"),
        ("energy_wh", "0048 u32 x0", "'0', expected a scale"),
        ("energy_wh", "0048 u32 /1.5", "'1.5', expected a scale"),
        ("energy_wh", "0048 004A u32", "energy_wh: 2 registers, expected 1"),
        ("voltage_mv", "0000 0002 f32", "voltage_mv: 2 registers, expected 1 or 3"),
    ],
)
def test_register_that_can_t_be_is_refused_with_the_reason(quantity, spec, complaint):
    registers = {"energy_wh": "0048 u32", quantity: spec}
    with pytest.raises(ValueError, match=complaint):
        meter_models.find(acme(registers=registers))
