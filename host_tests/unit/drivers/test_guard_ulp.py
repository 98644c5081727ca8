"""drivers/guard_ulp and its ports on the emulated coprocessor itself, step by step."""

import pytest

from chargepoint.drivers import guard_ulp
from chargepoint.drivers.guard_ulp import MEMORY, UlpGuard
from chargepoint.drivers.guard_ulp_ports import UlpInput, UlpLevel, UlpPilot, UlpRelay
from host_tests.harness.devices.ulp import Ulp
from host_tests.harness.world.guard import desk_program

PROGRAM = desk_program()
ZERO_MV, RATIO_BP = 1500, 1025
_WATCHDOG = 0x3FF4808C
_CLEAR = 0x3FF48408


def counts(pilot_mv):
    """An ideal converter behind the desk's divider."""
    return round((ZERO_MV + pilot_mv * RATIO_BP / 10_000) * 4095 / 3300)


class Mail:
    """The mailbox, live."""

    def __init__(self, ulp):
        self.__dict__.update(ulp=ulp, names=PROGRAM.MAIL.split())

    def __getattr__(self, name):
        return self.ulp.read32(MEMORY + 4 * self.names.index(name)) & 0xFFFF

    def __setattr__(self, name, value):
        self.ulp.write32(MEMORY + 4 * self.names.index(name), value & 0xFFFF)


class Chip:
    """The coprocessor with all that a driver is given; the pilot is ``high_mv`` and -12 V."""

    def __init__(self, clock_hz=8_500_000):
        self.ulp, self.now_ms_, self.high_mv, self.low_mv = Ulp(clock_hz), 0, 12_000, -12_000
        self.duty_bp, self.loads, self.writes, self.at = 10_000, [], [], 0
        self.duty_u16(65_535)
        self.ulp.level(PROGRAM.PROXIMITY, 1000)
        self.ulp.level(PROGRAM.TEMPERATURE, 2000)

    # machine.mem32
    def __getitem__(self, address):
        return self.ulp.read32(address)

    def __setitem__(self, address, value):
        self.writes.append((address, value))
        self.ulp.write32(address, value)

    # esp32.ULP
    def load_binary(self, at, blob):
        self.loads.append(self.ulp.stopped)
        self.ulp.load_binary(at, blob)

    def run(self, entry):
        self.ulp.run(entry)

    def set_wakeup_period(self, index, us):
        pass

    # machine.PWM, machine.ADC, the station's clock
    def duty_u16(self, duty):
        self.duty_bp = round(duty * 10_000 / 65_535)
        self.show()

    def show(self, high_mv=None, low_mv=None):
        self.high_mv = self.high_mv if high_mv is None else high_mv
        self.low_mv = self.low_mv if low_mv is None else low_mv
        high, low = counts(self.high_mv), counts(self.low_mv)
        self.ulp.pilot(PROGRAM.PILOT, high, low, self.duty_bp)

    def read(self):
        self.ulp.cpu_reads_adc()
        self.at = (self.at + 573) % 10_000
        return counts(self.high_mv if self.at < self.duty_bp else self.low_mv)

    def read_uv(self):
        return self.read() * 3_300_000 // 4095

    def now_ms(self):
        return self.now_ms_


class Rig:
    """A guard with its ports on ``chip``, stepped every 10 ms."""

    def __init__(self, chip=None, cause="power", **options):
        self.chip = chip or Chip()
        chip = self.chip
        self.mail = Mail(chip.ulp)
        self.guard = UlpGuard(PROGRAM, chip, chip, self.mail, chip, cause, **options)
        self.relay, self.second = UlpRelay(self.guard), UlpRelay(self.guard, second=True)
        self.pilot = UlpPilot(self.guard, chip, chip, ZERO_MV, RATIO_BP)
        self.level = UlpLevel(self.guard, chip, "proximity")
        self.beating = True

    def step(self):
        self.chip.now_ms_ += 10
        self.chip.ulp.advance(10_000)
        usable = self.pilot.read()
        tripped = self.guard.tripped()
        if self.beating:
            self.guard.beat(self.chip.now_ms_)
        return usable, tripped

    def steps(self, count):
        for _ in range(count):
            last = self.step()
        return last

    def arm(self):
        self.steps(70)
        assert self.guard.tripped() is None, self.guard.state
        return self

    def hold(self):
        """Both relays, on a vehicle in C."""
        self.arm()
        self.chip.show(6_000)
        self.pilot.set_duty(2667)
        self.second.set_closed(True)
        self.relay.set_closed(True)
        self.steps(2)
        assert self.closed == (True, True)
        return self

    @property
    def closed(self):
        return self.chip.ulp.pad(PROGRAM.RELAY), self.chip.ulp.pad(PROGRAM.SECOND)


def test_guard_arms_within_a_second_and_tells_the_volts_of_the_pilot():
    rig = Rig()
    assert rig.guard.tripped() == guard_ulp.LOOKING
    rig.arm()
    assert rig.step() == (True, None)
    assert abs(rig.pilot.high_mv - 12_000) < 30 and rig.chip.duty_bp == 10_000
    assert rig.chip.loads == ["not started"]


@pytest.mark.parametrize("clock_hz", [6_100_000, 8_500_000, 10_900_000])
def test_guard_reckons_both_limits_from_the_window_that_it_counted(clock_hz):
    """guard.S: a burst of 15 ms and three windows; DESIGN: a handshake holds a step for 2.3 s."""
    rig = Rig(Chip(clock_hz)).arm()
    window_us = rig.guard.window_us
    assert abs(window_us * clock_hz / 1_000_000 - PROGRAM.WINDOW_CYCLES) < 200
    assert rig.mail.bad_limit == 15_000 // window_us + 3
    assert 3_900_000 <= rig.mail.beat_limit * window_us <= 4_000_000


@pytest.mark.parametrize("clock_hz", [5_500_000, 11_600_000])
def test_guard_out_of_range_is_refused_asks_for_nothing_and_arms_when_it_is_within(clock_hz):
    rig = Rig(Chip(clock_hz))
    assert rig.steps(70)[1] == guard_ulp.REFUSED
    rig.pilot.set_duty(5000)
    rig.relay.set_closed(True)
    assert rig.mail.request == 0
    rig.relay.set_closed(False)
    rig.chip.ulp.clock_hz = 8_500_000
    assert rig.steps(110)[1] is None


@pytest.mark.parametrize("ventilated, least_mv", [(False, 4500), (True, 1500)])
def test_thresholds_are_the_edges_of_the_states_in_counts(ventilated, least_mv):
    rig = Rig()
    rig.guard.ventilated = ventilated
    rig.arm().pilot.set_duty(5000)
    found = (rig.mail.high_most, rig.mail.high_least, rig.mail.low_most)
    wanted = (counts(7500), counts(least_mv), counts(-10_000))
    assert all(abs(one - other) <= 3 for one, other in zip(found, wanted)), (found, wanted)


def test_steady_pilot_has_no_diode_to_be_judged_and_nothing_new_is_held():
    rig = Rig().arm()
    rig.chip.show(6_000)
    assert rig.mail.low_most == 0xFFFF
    rig.relay.set_closed(True)
    assert rig.mail.request == 0
    assert rig.steps(11)[1] == guard_ulp.DISAGREES
    rig.relay.set_closed(False)
    assert rig.steps(2)[1] is None


def test_offer_that_ends_while_energised_does_not_trip():
    """Rows 9.1, 10.1: the vehicle has six seconds to open S2 on a steady pilot."""
    rig = Rig().hold()
    rig.pilot.set_duty(10_000)
    assert rig.steps(100)[1] is None and rig.closed == (True, True)
    rig.chip.show(9_000)
    assert rig.steps(3)[1] == "high" and rig.closed == (False, False)


@pytest.mark.parametrize("broken, cause", [
    (lambda chip: chip.show(9_000), "high"),
    (lambda chip: chip.show(3_000), "low"),
    (lambda chip: chip.show(6_000, -6_000), "diode"),
    (lambda chip: chip.ulp.input(PROGRAM.RESIDUAL, True), "residual"),
])  # fmt: skip
def test_trip_is_told_by_its_cause_until_the_guard_saw_the_request_withdrawn(broken, cause):
    rig = Rig().hold()
    broken(rig.chip)
    assert rig.steps(3)[1] == cause and rig.closed == (False, False)
    # No new request without a fresh zero.
    rig.relay.set_closed(True)
    assert rig.mail.request == 0
    rig.relay.set_closed(False)
    rig.chip.show(6_000, -12_000)
    rig.chip.ulp.input(PROGRAM.RESIDUAL, False)
    assert rig.steps(2)[1] is None and rig.closed == (False, False)
    rig.relay.set_closed(True)
    rig.steps(2)
    assert rig.closed == (True, False)


def test_heartbeat_that_stops_is_told():
    rig = Rig(bites=False).hold()
    rig.beating = False
    assert rig.steps(395)[1] is None
    assert rig.steps(15)[1] == "beat" and rig.closed == (False, False)


def test_release_clears_the_pads_before_the_program_runs_on():
    rig = Rig().hold()
    rig.relay.set_closed(False)
    assert rig.closed == (False, False)
    rig.hold().second.set_closed(False)
    assert rig.closed == (True, False)


def test_pad_that_does_not_follow_is_a_disagreement():
    rig = Rig().hold()
    rig.chip.ulp.write32(PROGRAM.PADS[0][0], 0)
    assert rig.steps(12)[1] == guard_ulp.DISAGREES


def test_pad_that_is_high_without_a_request_is_a_disagreement():
    rig = Rig().arm()
    rig.mail.__dict__["pad"] = 1
    assert rig.steps(12)[1] == guard_ulp.DISAGREES


# -- starts -------------------------------------------------------------------------------------


def test_soft_reset_adopts_the_program_as_it_runs_and_never_touches_the_adc():
    chip = Rig().hold().chip
    windows = Mail(chip.ulp).windows
    rig = Rig(chip, "soft")
    assert rig.closed == (False, False), "let go at once"
    assert rig.step()[1] == guard_ulp.RESTART, "it was held when the last run ended"
    rig.arm()
    assert len(chip.loads) == 1 and rig.mail.windows > windows + 300
    rig.hold()


def test_reset_of_the_processor_stops_the_program_before_it_is_loaded_anew():
    """ulp.md §2: what the boot loader left in the converter's registers is not known."""
    chip = Rig().hold().chip
    chip.ulp.reset("cpu")
    rig = Rig(chip, "reset")
    assert rig.steps(3)[1] == guard_ulp.RESTART
    rig.steps(30)
    rig.hold()
    assert len(chip.loads) == 2 and chip.loads[1].startswith("halt")


def test_start_after_an_orderly_end_is_none_of_the_guards_business():
    chip = Rig().hold().chip
    rig = Rig(chip, "soft")
    rig.arm().guard.stand_down()
    assert not Rig(chip, "soft").guard.tripped() == guard_ulp.RESTART


def test_program_that_hangs_over_a_reset_is_ended_by_the_watchdog_once():
    chip = Rig(bites=False).hold().chip
    chip.ulp.adc_hang()
    chip.ulp.advance(5_000)
    rig = Rig(chip, "reset")
    rig.steps(3)
    assert rig.guard.state == guard_ulp.STOPPED and chip.ulp.read32(_WATCHDOG) >> 31
    rig.steps(6)
    assert chip.ulp.reset_by_watchdog
    # The chip starts anew: from the beginning, and armed again.
    chip.ulp.reset_by_watchdog = False
    Rig(chip, "watchdog").steps(80)
    assert not chip.ulp.stopped


def test_program_that_never_moves_is_refused_without_a_circle_of_resets():
    chip = Chip(0)
    rig = Rig(chip, "watchdog")
    rig.steps(60)
    assert rig.guard.state == guard_ulp.STOPPED
    assert not chip.ulp.read32(_WATCHDOG) >> 31 and not chip.ulp.reset_by_watchdog
    assert not rig.pilot.read()


def test_pilot_without_a_wave_is_waited_for():
    """A short to earth: there is no law of the converter to be had."""
    chip = Chip()
    chip.show(0, 0)
    rig = Rig(chip)
    assert rig.steps(50) == (False, guard_ulp.PROBING) and not chip.loads
    chip.show(9_000, -12_000)
    assert rig.steps(170)[1] is None and chip.duty_bp == 10_000


# -- while it runs ------------------------------------------------------------------------------


def test_program_that_hangs_is_seen_at_once_and_its_relays_are_let_go():
    rig = Rig(bites=False).hold()
    rig.chip.ulp.adc_hang()
    assert rig.steps(2) == (False, guard_ulp.STOPPED) and rig.closed == (False, False)


def test_watchdog_is_off_for_work_at_the_console_and_when_the_firmware_stands_down():
    assert not Rig(bites=False).arm().chip.ulp.read32(_WATCHDOG)
    rig = Rig().arm()
    assert rig.chip.ulp.read32(_WATCHDOG) >> 31
    rig.guard.stand_down()
    rig.beating = False
    rig.chip.ulp.advance(6_000_000)
    assert not rig.chip.ulp.reset_by_watchdog


def test_guard_that_stood_down_never_resets_the_chip_not_even_when_it_hangs():
    """Safe mode: a program that hangs after each start would have the station reset for ever."""
    rig = Rig()
    rig.guard.stand_down()
    rig.arm().chip.ulp.adc_hang()
    assert rig.steps(30) == (False, guard_ulp.STOPPED)
    assert not rig.chip.ulp.read32(_WATCHDOG) >> 31 and not rig.chip.ulp.reset_by_watchdog


def test_trip_of_the_moment_in_which_it_is_let_go_is_told_by_no_one():
    """Both saw the vehicle leave; the offer would be taken away for a guard that holds nothing."""
    rig = Rig().hold()
    rig.chip.show(9_000, -12_000)
    rig.chip.ulp.advance(30_000)
    rig.relay.set_closed(False)
    assert rig.mail.trips == 1 and rig.steps(2) == (True, None)


def test_diode_is_never_proven_by_each_sample_whatever_the_calibration_says():
    """-10 V below the converter's first count: as a word of 16 bits it would be above its last."""
    rig = Rig()
    rig.pilot = UlpPilot(rig.guard, rig.chip, rig.chip, 0, RATIO_BP)
    rig.arm().pilot.set_duty(5_000)
    assert rig.mail.low_most == 0


def test_step_that_was_held_up_is_no_hang():
    rig = Rig().hold()
    rig.chip.now_ms_ += 2300
    rig.chip.ulp.advance(2_300_000)
    assert rig.step() == (True, None) and rig.closed == (True, True)


def test_level_gives_the_samples_of_the_last_nine_steps():
    rig = Rig()
    with pytest.raises(OSError):
        rig.level.read_uv()
    rig.arm()
    assert abs(rig.level.read_uv() - 1000 * 3_300_000 // 4095) < 2000
    rig.chip.ulp.level(PROGRAM.PROXIMITY, 3000)
    rig.steps(9)
    read = {rig.level.read_uv() for _ in range(9)}
    assert len(read) == 1 and abs(read.pop() - 3000 * 3_300_000 // 4095) < 3000


def test_monitor_of_residual_currents_reads_as_tripped_until_the_guard_sees_it():
    rig = Rig()
    monitor = UlpInput(rig.guard)
    assert monitor.value() == 1
    rig.arm()
    assert monitor.value() == 0
    rig.chip.ulp.input(PROGRAM.RESIDUAL, True)
    rig.step()
    assert monitor.value() == 1


@pytest.mark.parametrize("duty_bp", [-1, 10_001])
def test_duty_out_of_range_is_refused(duty_bp):
    with pytest.raises(ValueError, match=f"duty {duty_bp} is not in 0..10000"):
        Rig().pilot.set_duty(duty_bp)
