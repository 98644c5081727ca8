"""tools/calibrate: a divider is found, and nonsense is refused with what was expected."""

import json

import pytest

from host_tests.harness import paths
from tools import pilotlight
from tools.boards import models
from tools.calibrate import guide, levels, snippet
from tools.calibrate.interpreters import Emulated
from tools.calibrate.levels import Level, Refused
from tools.calibrate.setup import of_board

paths.use_firmware()

DEVKIT = of_board("esp32_devkit")
SMARTEVSE = of_board("smartevse_v3")


def level(nominal_mv, pad_mv, pilot_mv=None, noise_mv=4, bursts=4):
    burst = tuple(
        round(mv * 1000) for mv in (pad_mv - noise_mv / 2, pad_mv, pad_mv + noise_mv / 2)
    )
    return Level(nominal_mv, nominal_mv if pilot_mv is None else pilot_mv, (burst,) * bursts)


def all_levels(setup, zero_mv=None, ratio_bp=None, **pads):
    """Every level through a divider; v9=..., v_12=... is what the pad shows instead."""
    real = setup._replace(zero_mv=zero_mv or setup.zero_mv, ratio_bp=ratio_bp or setup.ratio_bp)
    found = []
    for nominal_mv in levels.NOMINAL_MV:
        name = f"v{nominal_mv // 1000}".replace("-", "_")
        found.append(level(nominal_mv, pads.get(name, real.pad_mv(nominal_mv))))
    return found


# -- what is found --------------------------------------------------------------------------------


@pytest.mark.parametrize(("zero_mv", "ratio_bp"), [(1272, 848), (1300, 860), (1150, 780)])
def test_the_divider_that_is_there_is_found(zero_mv, ratio_bp):
    fit = levels.fit(DEVKIT, all_levels(DEVKIT, zero_mv, ratio_bp))
    assert (fit.zero_mv, fit.ratio_bp) == (
        pytest.approx(zero_mv, abs=1),
        pytest.approx(ratio_bp, abs=1),
    )
    assert set(fit.off_mv) == set(levels.NOMINAL_MV) and fit.bent_mv == {}
    assert max(map(abs, fit.off_mv.values())) < 10


def test_what_the_voltmeter_shows_counts_and_not_the_nominal_level():
    """Resistors of 5 % make 8.8 V of 9 V."""
    measured = all_levels(DEVKIT)
    measured[1] = level(9000, DEVKIT.pad_mv(8800), pilot_mv=8800)
    assert levels.fit(DEVKIT, measured).ratio_bp == pytest.approx(848, abs=1)


def test_levels_that_the_adc_can_not_tell_are_left_out_of_the_line():
    """SmartEVSE: 12 V saturates, 9 and 6 V lie in the bent part and read too low there."""
    fit = levels.fit(SMARTEVSE, all_levels(SMARTEVSE, v12=3110, v9=2850, v6=2490))
    assert (fit.zero_mv, fit.ratio_bp) == (1723, 1298)
    assert set(fit.off_mv) == {3000, 0, -12000}
    assert fit.bent_mv == {9000: pytest.approx(-320, abs=5), 6000: pytest.approx(-92, abs=5)}


def test_a_lowest_level_below_the_adc_is_left_out_too():
    """esp32-evse: -12 V are 96 mV, an ESP32 reads 142."""
    board = of_board("esp32evse_devkitc")
    fit = levels.fit(board, all_levels(board, v_12=142))
    assert (fit.zero_mv, fit.ratio_bp) == (1328, 1027)
    assert fit.bent_mv == {-12000: pytest.approx(450, abs=5)}


# -- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pads", "wrong"),
    [
        (
            {"v9": 1780, "v6": 2035},
            "9 V and 6 V: 1780 and 2035 mV, expected the first to be about 2",
        ),
        ({"v12": 2035, "v9": 2289}, "12 V and 9 V: 2035 and 2289 mV, expected the first to be"),
        (
            {"v6": 2033},
            "9 V and 6 V: 2035 and 2033 mV, no change between them, expected about 254",
        ),
        ({"v9": 2290}, "12 V and 9 V: 2290 and 2290 mV, no change between them"),
        (
            {"v_12": 1272},
            "0 V and -12 V: 1272 and 1272 mV, no change between them, expected about",
        ),
        ({"v12": 3000}, "12 V: 3000 mV, out of what the ADC can tell, expected 150 to 2450 mV"),
        ({"v_12": 142}, "-12 V: 142 mV, out of what the ADC can tell, expected 150 to 2450 mV"),
        ({"v6": 1850}, "6 V: the line through all levels is off by "),
        ({"v0": 1310}, "0 V: the line through all levels is off by "),
    ],
)
def test_levels_that_make_no_sense_are_refused(pads, wrong):
    with pytest.raises(Refused) as refused:
        levels.fit(DEVKIT, all_levels(DEVKIT, **pads))
    assert str(refused.value).startswith(wrong)


@pytest.mark.parametrize(
    ("zero_mv", "ratio_bp", "wrong"),
    [
        (1500, 600, "zero_mv 1500, expected 1272 within 200"),
        (1272, 600, "ratio_bp 600, expected 848 within 15 percent"),
    ],
)
def test_a_divider_of_another_board_is_refused(zero_mv, ratio_bp, wrong):
    with pytest.raises(Refused, match=wrong) as refused:
        levels.fit(DEVKIT, all_levels(DEVKIT, zero_mv, ratio_bp))
    assert "is this a esp32_devkit" in str(refused.value)


def test_what_is_written_is_what_the_station_takes():
    """The same rule on both sides: drivers/pilot_calibration."""
    fit = levels.fit(DEVKIT, all_levels(DEVKIT, 1350, 900))
    rule = models.firmware("pilot_calibration").misfit
    assert rule(fit.zero_mv, fit.ratio_bp, DEVKIT.zero_mv, DEVKIT.ratio_bp) is None


def test_too_much_noise_is_refused():
    with pytest.raises(Refused, match="9 V: noise of 60 mV at the pad, expected 42 or less"):
        levels.judge(DEVKIT, [level(9000, 2035, noise_mv=60)])
    levels.judge(DEVKIT, [level(9000, 2035, noise_mv=40)])


def test_a_level_that_wanders_between_bursts_is_noise():
    wandering = level(9000, 2035)._replace(
        bursts=((2035_000,) * 3, (2000_000,) * 3, (2090_000,) * 3)
    )
    with pytest.raises(Refused, match="noise of 90 mV"):
        levels.judge(DEVKIT, [wandering])


def test_a_voltmeter_on_another_level_is_refused():
    with pytest.raises(Refused, match="9 V: the voltmeter shows 6 V, expected within 1 V of it"):
        levels.judge(DEVKIT, [level(9000, 1780, pilot_mv=6000)])


def test_a_twelve_that_a_saturating_board_would_not_take_for_twelve_is_refused():
    with pytest.raises(Refused, match="12 V: 3000 mV, expected the 3055 mV or more"):
        levels.judge(SMARTEVSE, [level(12000, 3000)])


def test_too_few_bursts_or_levels_are_refused():
    with pytest.raises(Refused, match="9 V: 2 bursts, expected 3 or more"):
        levels.judge(DEVKIT, [level(9000, 2035, bursts=2)])
    with pytest.raises(Refused, match="not measured: 0 V, -12 V; expected all six levels"):
        levels.fit(DEVKIT, all_levels(DEVKIT)[:4])


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("", "expected 'done' at the end"),
        ("1 2 3\n", "expected 'done' at the end"),
        ("1 2\ndone\n", "the board said '1 2', expected three numbers"),
        ("1 2 x\ndone\n", "expected three numbers"),
        ("Traceback\ndone\n", "expected three numbers"),
    ],
)
def test_an_answer_of_the_board_that_is_no_measurement_is_refused(said, wrong):
    with pytest.raises(ValueError, match=wrong):
        snippet.bursts_of(said)


def test_the_first_burst_is_settling():
    assert snippet.bursts_of("9 9 9\n1 2 3\ndone\n") == ((1, 2, 3),)


# -- the guide ------------------------------------------------------------------------------------


class Person:
    """Connects what is asked for, but for ``mistakes``: {which asking: the level instead}."""

    def __init__(self, interpreter, mistakes=None):
        self._interpreter = interpreter
        self._mistakes = mistakes or {}
        self.asked = []
        self.told = []

    def connect(self, nominal_mv, how):
        self.asked.append(nominal_mv)
        instead = self._mistakes.get(len(self.asked), nominal_mv)
        shown_mv = self._interpreter.connect(instead)
        return shown_mv if instead == nominal_mv else nominal_mv

    def go_through(self, setup):
        person = guide.Person(self.connect, self.told.append)
        return guide.go_through(setup, self._interpreter, person)


def test_a_level_connected_wrongly_is_asked_for_again():
    person = Person(Emulated(DEVKIT, (1280, 850)), {2: 12000})
    result = person.go_through(DEVKIT)
    assert person.asked == [12000, 9000, 9000, 6000, 3000, 0, -12000]
    assert any("12 V and 9 V" in line and "no change" in line for line in person.told)
    assert (result.fit.zero_mv, result.fit.ratio_bp) == (pytest.approx(1280, abs=1), 850)


def test_a_level_that_stays_wrong_ends_it():
    person = Person(Emulated(DEVKIT, (1272, 848)), {2: 12000, 3: 12000, 4: 12000})
    with pytest.raises(Refused, match="no change between them"):
        person.go_through(DEVKIT)
    assert person.asked.count(9000) == 3


def test_two_levels_swapped_are_refused():
    """9 V for 6 V and 6 V for 9 V: the second of them can't be below the first."""
    person = Person(Emulated(DEVKIT, (1272, 848)), {2: 6000, 3: 9000, 4: 9000, 5: 9000})
    with pytest.raises(Refused, match="are the levels swapped"):
        person.go_through(DEVKIT)


# -- the command line -----------------------------------------------------------------------------


def test_the_desk_is_calibrated_from_the_command_line(tmp_path, capsys):
    out = tmp_path / "calibration"
    words = ["calibrate", "--emulated", "--divider", "1520,1040", "--out", str(out)]
    assert pilotlight.main(words) == 0
    record = json.loads(out.read_bytes())
    assert (record["zero_mv"], record["ratio_bp"], record["board"]) == (1520, 1040, "unix")
    assert len(record["levels"]) == 6
    assert "ratio_bp 1040" in capsys.readouterr().out


def test_a_wrong_divider_is_refused_and_nothing_is_written(tmp_path, capsys):
    out = tmp_path / "calibration"
    words = ["calibrate", "--emulated", "--divider", "1500,800", "--out", str(out)]
    assert pilotlight.main(words) == 1
    assert not out.exists()
    assert "ratio_bp 800, expected 1025 within 15 percent" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        (["--emulated", "--board", "bnech"], "board 'bnech': expected one of unix, esp32_devkit"),
        (["--emulated", "--board", "qemu_mps2"], "board 'qemu_mps2': expected one of"),
        (["--emulated", "--board", "smartevse_v3@v9"], "no revision 'v9'"),
        (["--port", "/dev/nothing"], "--board is missing"),
        (["--port", "/dev/x", "--board", "esp32_devkit", "--divider", "1,2"], "--divider is for"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(capsys, words, wrong):
    assert pilotlight.main(["calibrate", *words]) == 2
    assert wrong in capsys.readouterr().err


def test_a_port_that_is_not_there_is_told(capsys):
    words = ["calibrate", "--port", "/dev/nothing", "--board", "esp32_devkit"]
    assert pilotlight.main(words) == 1
    assert "expected a MicroPython console at 115200 baud" in capsys.readouterr().err
