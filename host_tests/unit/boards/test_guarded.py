"""tools/boards/guarded: a board that the coprocessor can't guard is refused, with the reason; what
a guarded one is made of."""

import copy
import json

import pytest

from host_tests.harness import paths
from host_tests.harness.devices.ulp import Ulp
from tools.boards import check, described, description, guarded, parts, render
from tools.boards.wires import ANALOGUE
from tools.ulp import pads

SMARTEVSE = json.loads((paths.BOARDS / "smartevse_v3/board.json").read_text())
REVISIONS = {
    name: (own, description.pins_of(paths.BOARDS / "smartevse_v3" / file))
    for name, (file, own) in described.revisions(SMARTEVSE).items()
}
IN = 0x3FF48424
DRIVERS = paths.FIRMWARE / "chargepoint/drivers"


@pytest.fixture
def drivers(tmp_path):
    """A folder that has every driver by name: what is in them is not asked here."""
    for name in [path.name for path in DRIVERS.glob("*.py")]:
        (tmp_path / name).touch()
    for name in ("guard_ulp", "guard_ulp_ports"):
        (tmp_path / f"{name}.py").touch()
    return tmp_path


def board(revision="v3.0", guard="ulp", **parts_changed):
    """A SmartEVSE with the guard, some parts of it changed (None: away)."""
    own = copy.deepcopy(REVISIONS[revision][0])
    own["guard"] = guard
    pilot = {name: value for name, value in own["parts"]["pilot"].items() if name != "burst"}
    own["parts"] |= {
        "guard": {"driver": "guard_ulp"},
        "pilot": pilot | {"driver": "pilot_ulp"},
        "relay": {"driver": "relay_ulp"},
        "second_relay": {"driver": "relay_ulp"},
    }
    for role, content in parts_changed.items():
        own["parts"][role] = content
        if content is None:
            del own["parts"][role]
    return own


def findings(own, drivers, **pins_changed):
    pins = REVISIONS["v3.0"][1] | pins_changed
    found = parts.findings(own, pins, drivers)
    return found


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_smartevse_can_be_guarded(revision, drivers):
    own, pins = board(revision), REVISIONS[revision][1]
    assert check.of_revision(own, pins, "pins.py", drivers) == []


@pytest.mark.parametrize("mcu", ["esp32s2", "esp32s3"])
def test_another_coprocessor_is_refused(mcu, drivers):
    (wrong,) = findings(board() | {"mcu": mcu}, drivers)
    assert "has another coprocessor; expected esp32 or esp32u4wdh" in wrong


@pytest.mark.parametrize("pad", [5, 16, 17, 18, 19, 21, 22, 23])
@pytest.mark.parametrize("name", ["RELAY", "SECOND_RELAY"])
def test_a_relay_that_the_coprocessor_can_not_drive_is_refused(name, pad, drivers):
    (wrong,) = findings(board(), drivers, **{name: pad})
    assert wrong.startswith(
        f"{name}: GPIO{pad} is no pad of the RTC domain, the guard can't drive"
    )


def test_a_monitor_that_the_coprocessor_can_not_read_is_refused(drivers):
    (wrong,) = findings(board(), drivers, RESIDUAL=23)
    assert wrong.startswith("RESIDUAL: GPIO23 is no pad of the RTC domain, the guard can't read")


@pytest.mark.parametrize("name", ["PILOT_ADC", "PROXIMITY_ADC", "THERMOMETER_ADC"])
def test_what_the_guard_samples_must_be_on_adc1(name, drivers):
    (wrong,) = findings(board(), drivers, **{name: 25})
    assert wrong == f"{name}: GPIO25 is no input of ADC1, which the guard samples"


def test_anything_else_on_adc1_is_refused():
    """The first read of a current transformer would stop the guard."""
    pins = REVISIONS["v3.0"][1] | {"CURRENT_ADC": 33}
    uses = parts.uses(board()) | {"CURRENT_ADC": ANALOGUE}
    (wrong,) = guarded.findings(board(), pins, uses)
    assert wrong.startswith("CURRENT_ADC: GPIO33 is read by ADC1, which is the guard's")


@pytest.mark.parametrize("pad", [36, 39])
def test_a_digital_input_that_the_adc_disturbs_is_refused(pad, drivers):
    found = findings(board(thermometer=None), drivers, LOCK_SENSE=pad)
    assert [line for line in found if "80 ns" in line] == [
        f"LOCK_SENSE: GPIO{pad} reads low for 80 ns whenever the guard powers the ADC; take "
        "another for what is no analogue input"
    ]


@pytest.mark.parametrize(
    ("role", "driver", "through"),
    [
        ("pilot", "pilot_adc", "pilot_ulp"),
        ("relay", "relay_pin", "relay_ulp"),
        ("second_relay", "relay_pin", "relay_ulp"),
    ],
)
def test_a_part_that_passes_the_guard_by_is_refused(role, driver, through, drivers):
    own = board()
    own["parts"][role] |= {"driver": driver}
    (wrong,) = findings(own, drivers)
    assert wrong == (
        f"parts.{role}.driver: '{driver}', but the guard holds the relays and has ADC1: "
        f"expected '{through}'"
    )


def test_a_part_of_a_guarded_board_is_refused_without_a_guard(drivers):
    found = findings(board(guard="none", guard_=None) | {"guard": "none"}, drivers)
    assert found[0] == "guard: 'none', but the parts make it 'ulp'"
    unguarded = board(guard="none")
    del unguarded["parts"]["guard"]
    assert [line.partition(":")[0] for line in findings(unguarded, drivers)] == [
        "parts.relay.driver",
        "parts.second_relay.driver",
        "parts.pilot.driver",
    ]


def test_a_guard_that_is_only_claimed_is_refused(drivers):
    own = copy.deepcopy(REVISIONS["v3.0"][0]) | {"guard": "ulp"}
    own["parts"].pop("guard", None)
    assert "guard: 'ulp', but the parts make it 'none'" in findings(own, drivers)


def test_a_divider_that_hides_b_from_the_guard_is_refused(drivers):
    own = board()
    own["parts"]["pilot"]["ratio_bp"] = 1700
    (wrong,) = [line for line in findings(own, drivers) if "could not tell B from C" in line]
    assert wrong.startswith("parts.pilot: 8250 mV on the pilot are 3125 mV at the pad")


def test_a_divider_that_hides_the_diode_from_the_guard_is_refused(drivers):
    """-10 V must be more than the ADC's first count, or 0 would prove a diode."""
    own = board()
    own["parts"]["pilot"]["ratio_bp"] = 1600
    (wrong,) = [line for line in findings(own, drivers) if "could not see the diode" in line]
    assert wrong.startswith("parts.pilot: -10000 mV on the pilot are 123 mV at the pad")
    own["parts"]["pilot"]["ratio_bp"] = 1570
    assert not any("diode" in line for line in findings(own, drivers))


# -- what is made of it ---------------------------------------------------------------------------


def test_the_guard_is_made_first_and_has_what_it_guards():
    own, pins = board(), REVISIONS["v3.0"][1]
    rows = {row[0]: row for row in render.rows(own, pins)}
    assert list(rows)[:3] == ["guard", "relay", "second_relay"]
    asked = ("program", "ulp", "mem32", "mail", "clock", "cause")
    assert rows["guard"][1:] == ("guard_ulp", "UlpGuard", tuple((one,) for one in asked), ())
    assert rows["relay"][2:] == ("UlpRelay", (("guard",), ("none",)), ())
    assert rows["second_relay"][3:] == ((("guard",), ("none",)), (("second", ("second",)),))
    assert rows["pilot"][3] == (("guard",), ("pwm", 19), ("adc", 39, 3))
    assert ("switch_pin", ("out", 15, 0)) in rows["pilot"][4]
    assert rows["proximity"][3] == (("guarded_adc", 34, 3, "proximity"),)
    assert rows["thermometer"][3][0] == ("guarded_adc", 36, 3, "temperature")
    assert rows["residual"][3] == (("guarded_inp", 1), ("none",))


def test_a_monitor_that_trips_low_reads_as_tripped_while_the_guard_tells_nothing():
    own = board(residual={"driver": "residual_pin", "tripped_level": 0})
    rows = {row[0]: row for row in render.rows(own, REVISIONS["v3.0"][1])}
    assert rows["residual"][3][0] == ("guarded_inp", 0)


@pytest.mark.parametrize("role", ["proximity", "thermometer"])
def test_another_attenuation_than_the_pilot_s_is_refused(role, drivers):
    own = board()
    own["parts"][role]["attenuation"] = 2
    (wrong,) = findings(own, drivers)
    assert wrong.startswith(f"parts.{role}.attenuation: 2, expected the pilot's 3")


def test_nothing_else_on_a_guarded_board_touches_what_is_the_guard_s():
    """No row asks for a pad of the relays, or for the converter, by the usual way."""
    for revision, (_, pins) in REVISIONS.items():
        rows = render.rows(board(revision), pins)
        said = repr([row for row in rows if row[0] != "pilot"])
        assert "'adc'" not in said
        for name in ("RELAY", "SECOND_RELAY"):
            assert f"('out', {pins[name]}," not in said


# -- the pads: two tables by two hands ------------------------------------------------------------


@pytest.mark.parametrize("gpio", sorted(pads.PADS))
def test_the_wiring_of_a_pad_gives_it_to_the_coprocessor(gpio):
    """The emulated RTC_IO has a table of its own; a pad that drives is read back as driven."""
    pad, ulp = pads.PADS[gpio], Ulp()
    register, cleared, wanted = pad.wiring("down")
    assert not cleared & wanted
    ulp.input(pad.bit, True)
    assert not ulp.read32(IN) >> pad.bit & 1, "readable before it was handed over"
    ulp.write32(register, 0xFFFFFFFF & ~cleared | wanted)
    assert ulp.read32(IN) >> pad.bit & 1, "not readable"
    if gpio < 34:
        ulp.write32(0x3FF48410, 1 << pad.bit)
        ulp.write32(0x3FF48404, 1 << pad.bit)
        assert ulp.pad(pad.bit)


@pytest.mark.parametrize("gpio", sorted(pads.PADS))
def test_numbers_of_a_pad_are_small_integers_of_a_32_bit_interpreter(gpio):
    assert all(number < 1 << 30 for number in pads.PADS[gpio].wiring("down"))
    assert pads.PADS[gpio].wiring("down") != pads.PADS[gpio].wiring("up") or gpio >= 34
