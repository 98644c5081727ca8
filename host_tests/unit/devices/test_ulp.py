"""The emulated coprocessor itself: instructions, cycles, pads, ADC, watchdog, resets."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tests.harness.devices.ulp import MEMORY, Ulp
from tools.ulp.assembler import assemble

MHZ_8 = 8_000_000  # 8 cycles a microsecond
PAD = 23  # GPIO32, RTC 9
PAD_REGISTER, GIVEN = 0x3FF4848C, 1 << 17 | 1 << 5
SET, CLEAR, ENABLE, INPUTS = 0x3FF48404, 0x3FF48408, 0x3FF48410, 0x3FF48424
MEAS_START1, READ_CTRL = 0x3FF48854, 0x3FF48800
WORDS = st.integers(0, 0xFFFF)


def loaded(text, at_words=0, clock_hz=MHZ_8):
    """A coprocessor that runs some lines; ``out`` is a word for results, r3 is 0."""
    ulp = Ulp(clock_hz)
    program = assemble(f".mail out, 0\n.mail more, 0\nentry: move r3, 0\n{text}\nhalt", {})
    ulp.load_binary(at_words, program.image)
    ulp.run(4 * (at_words + program.entry))
    return ulp


def result(text, us=1000):
    """What the lines leave in ``out``; they may use ``more``."""
    ulp = loaded(text)
    ulp.advance(us)
    assert ulp.stopped.startswith("halt"), ulp.stopped
    return ulp.read32(MEMORY) & 0xFFFF


def handed_over():
    ulp = Ulp(MHZ_8)
    ulp.cpu_reads_adc()
    ulp.write32(MEAS_START1, 0)
    return ulp


def converted(ulp, channel=3, us=200):
    """A conversion's counts; None if it did not end."""
    program = assemble(
        f".mail out, 0\nentry: move r3, 0\nadc r0, 0, {channel}\nst r0, r3, out\nhalt", {}
    )
    ulp.load_binary(0, program.image)
    ulp.run(4 * program.entry)
    ulp.advance(us)
    return ulp.read32(MEMORY) & 0xFFFF if ulp.stopped.startswith("halt") else None


# -- instructions ------------------------------------------------------------------------------


@settings(deadline=None)  # the first run compiles
@given(WORDS, WORDS)
def test_sums_and_their_flags(a, b):
    text = f"move r0, {a}\nmove r1, {b}\n"
    over = "\njump over, ov\nst r0, r3, out\nhalt\nover: or r0, r0, 1\nst r0, r3, out"
    assert result(text + "and r0, r0, r1\nst r0, r3, out") == a & b
    assert result(text + "or r0, r0, r1\nst r0, r3, out") == a | b
    total, less = a + b, a - b
    assert result(text + "add r0, r0, r1" + over) == (total & 0xFFFF | (total > 0xFFFF))
    for subtract in (f"sub r0, r0, {b}", "sub r0, r0, r1"):
        assert result(text + subtract + over) == (less & 0xFFFF | (less < 0))


@pytest.mark.parametrize(
    "text, expected",
    [
        ("move r0, 3\nlsh r0, r0, 14", 0xC000),
        ("move r0, 0x8003\nrsh r0, r0, 1", 0x4001),
        ("move r0, 1\nmove r1, 17\nlsh r0, r0, r1", 0),
        ("move r1, 7\nmove r0, r1", 7),
    ],
)
def test_shifts_and_moves(text, expected):
    assert result(text + "\nst r0, r3, out") == expected


@pytest.mark.parametrize(
    "last, jumps", [("move r1, 7", 0), ("move r1, 0", 1), ("and r1, r1, 0", 1)]
)
def test_every_operation_sets_the_zero_flag(last, jumps):
    """The reference manual of the ESP32: all of them, so a move between hides what sub found."""
    text = (
        f"move r0, 5\nsub r0, r0, 5\n{last}\njump yes, eq\nhalt\nyes: move r0, 1\nst r0, r3, out"
    )
    assert result(text) == jumps


def test_only_sums_set_the_overflow_flag():
    text = "move r0, 0\nsub r1, r0, 1\nmove r0, 9\njump yes, ov\nhalt\nyes: st r0, r3, out"
    assert result(text) == 9


@pytest.mark.parametrize(
    "test, at, jumps",
    [("lt", 4, 1), ("lt", 5, 0), ("ge", 4, 0), ("ge", 5, 1), ("ge", 6, 1)],
)
def test_jump_on_r0(test, at, jumps):
    text = f"move r0, {at}\njumpr yes, 5, {test}\nhalt\nyes: move r0, 1\nst r0, r3, out"
    assert result(text) == jumps


@pytest.mark.parametrize(
    "test, at, jumps",
    [("lt", 4, 1), ("lt", 5, 0), ("ge", 5, 1), ("ge", 4, 0), ("le", 5, 1), ("le", 6, 0)],
)
def test_jump_on_the_stage_counter(test, at, jumps):
    text = f"stage_rst\nstage_inc {at + 1}\nstage_dec 1\njumps yes, 5, {test}\nhalt\n"
    assert result(text + "yes: move r0, 1\nst r0, r3, out") == jumps


def test_stage_counter_has_8_bits():
    text = "stage_rst\nstage_dec 1\njumps yes, 255, ge\nhalt\nyes: move r0, 1\nst r0, r3, out"
    assert result(text) == 1


def test_registers_are_not_0_at_the_start():
    """Not documented, so a program that takes them for 0 is found out."""
    ulp = Ulp(MHZ_8)
    program = assemble("entry: st r0, r1, 10\nhalt", {})
    ulp.load_binary(0, program.image)
    ulp.run(0)
    ulp.advance(10)
    assert [ulp.read32(MEMORY + 4 * at) for at in (10, 11)] == [0, 1 << 16 | 1]


def test_store_tells_its_place_and_load_takes_the_lower_half():
    """ulp_instruction_set.rst, ST: {place, base register, value}."""
    ulp = loaded("move r1, 0xABCD\nst r1, r3, out\nld r2, r3, out\nst r2, r3, more")
    ulp.advance(100)
    assert ulp.read32(MEMORY) == 4 << 21 | 3 << 16 | 0xABCD
    assert ulp.read32(MEMORY + 4) & 0xFFFF == 0xABCD


@pytest.mark.parametrize(
    "text, cycles",
    [
        ("move r0, 1", 6), ("add r0, r0, r1", 6), ("stage_rst", 6), ("ld r0, r3, out", 8),
        ("st r0, r3, out", 8), ("jump on\non:", 4), ("jumpr on, 0, ge\non:", 4),
        ("jumps on, 0, ge\non:", 4), ("reg_rd 0x3ff48424, 0, 0", 8), ("wait 50", 56),
        ("reg_wr 0x3ff480a0, 31, 31, 1", 12), ("adc r0, 0, 3", 42),
    ],
)  # fmt: skip
def test_instruction_takes_its_cycles(text, cycles):
    """ulp.md 1 and 3; a conversion with the settings that the hand-over leaves."""
    ulp = handed_over()
    program = assemble(f".mail out, 0\nentry: {text}\nwait 0\nhalt", {})
    ulp.load_binary(0, program.image)
    ulp.run(4)
    # wait 0 takes 6, halt 2: it stands when its 2 are begun, not before.
    ulp.advance((cycles + 6) / 8)
    assert ulp.stopped == ""
    ulp.advance(1 / 8)
    assert ulp.stopped.startswith("halt")


def test_clock_counts_time():
    for clock_hz, reached in ((6_000_000, 60), (12_000_000, 120)):
        ulp = loaded("loop: ld r0, r3, out\nadd r0, r0, 1\nst r0, r3, out\nwait 72\njump loop",
                     clock_hz=clock_hz)  # fmt: skip
        ulp.advance(1000)  # 104 cycles a round
        assert abs((ulp.read32(MEMORY) & 0xFFFF) - reached * 100 / 104) < 1


def test_clock_may_change_and_stand():
    ulp = loaded("loop: ld r0, r3, out\nadd r0, r0, 1\nst r0, r3, out\nwait 68\njump loop")
    counted = []
    for clock_hz in (MHZ_8, 0, 2 * MHZ_8):
        before = ulp.read32(MEMORY) & 0xFFFF
        ulp.clock_hz = clock_hz
        ulp.advance(1000)  # 100 cycles a round
        counted.append((ulp.read32(MEMORY) & 0xFFFF) - before)
    assert counted[1] == 0 and abs(counted[0] - 80) <= 1 and abs(counted[2] - 160) <= 1


def test_pieces_of_time_make_the_same_as_the_whole():
    text = "loop: ld r0, r3, out\nadd r0, r0, 1\nst r0, r3, out\njump loop"
    whole, pieces = loaded(text), loaded(text)
    whole.advance(1000)
    for _ in range(800):
        pieces.advance(1.25)
    assert whole.read32(MEMORY) == pieces.read32(MEMORY)
    assert (whole.place, whole.now_us) == (pieces.place, pieces.now_us)


@pytest.mark.parametrize(
    "word, why",
    [
        (0x00000000, "no instruction"),
        (0x30000000, "no instruction"),  # I2C
        (0x71E00000, "no ALU operation 15"),
        (0x80C00000, "no jump of kind 3"),
        (0x80200000, "bits that mean nothing"),  # a jump to a register
        (0x83FE0001, "a jump to word -122"),
        (0x84038000, "no test 3"),
        (0x18480401, "bits 16 to 18"),
        (0x50000050, "only ADC1"),
        (0x50000000, "only ADC1"),
    ],
)
def test_word_that_means_nothing_stops_the_program(word, why):
    ulp = Ulp()
    ulp.write32(MEMORY + 4 * 5, word)
    ulp.run(20)
    ulp.advance(10)
    assert why in ulp.stopped and "word 5" in ulp.stopped


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda image: image[12:], "NOT_SUPPORTED"),
        (lambda image: image[:-4], "INVALID_SIZE"),
        (lambda image: image + bytes(4), "INVALID_SIZE"),
        (lambda image: image[:8], "INVALID_SIZE"),
        (lambda image: image + bytes(2000), "INVALID_SIZE"),
    ],
)
def test_what_the_loader_of_the_chip_refuses_is_refused(spoil, why):
    """Words without their header never run on a chip, so they must not run here."""
    ulp, image = Ulp(), assemble("entry: halt" + 4 * "\nwait 1", {}).image
    ulp.load_binary(0, image)
    with pytest.raises(OSError, match=why):
        ulp.load_binary(0, spoil(image))


def test_program_that_runs_off_the_memory_stops():
    ulp = Ulp()
    ulp.write32(MEMORY + 4 * 2047, 0x40000000)
    ulp.run(4 * 2047)
    ulp.advance(10)
    assert ulp.stopped.startswith("ran off the memory")


def test_instruction_that_is_overwritten_counts_as_written():
    ulp = loaded("loop: move r0, 1\nst r0, r3, out\njump loop")
    ulp.advance(10)
    ulp.write32(MEMORY + 4 * 3, 0x72800000 | 2 << 4)
    ulp.advance(10)
    assert ulp.read32(MEMORY) & 0xFFFF == 2


@pytest.mark.parametrize("address", [0, MEMORY - 4, MEMORY + 8192, MEMORY + 2, 0x3FF47FFC])
def test_address_that_is_not_reached_is_refused(address):
    for act in (Ulp().read32, lambda at: Ulp().write32(at, 0)):
        with pytest.raises(ValueError, match=f"0x{address:08x}: expected RTC slow memory"):
            act(address)


def test_entry_within_a_word_is_refused():
    with pytest.raises(ValueError, match="entry 6: expected a multiple of 4"):
        Ulp().run(6)


# -- pads --------------------------------------------------------------------------------------


def test_pad_is_driven_when_it_was_handed_over_and_enabled():
    ulp = Ulp()
    for address, value, level in (
        (SET, 1 << PAD, False),
        (ENABLE, 1 << PAD, False),
        (PAD_REGISTER, GIVEN, True),
        (PAD_REGISTER, GIVEN | 1 << 9, False),  # another function
        (PAD_REGISTER, GIVEN, True),
        (CLEAR, 1 << PAD, False),
    ):
        ulp.write32(address, value)
        assert ulp.pad(PAD) is level, f"0x{address:08x}"
    assert [(bit, level) for _, bit, level in ulp.taken()] == [
        (PAD, True), (PAD, False), (PAD, True), (PAD, False),
    ]  # fmt: skip
    assert ulp.taken() == []


def test_pad_that_is_an_input_only_is_never_driven():
    ulp = Ulp()
    ulp.write32(0x3FF48480, 1 << 29 | 1 << 23)  # GPIO34
    ulp.write32(ENABLE, 1 << 18)
    ulp.write32(SET, 1 << 18)
    assert not ulp.pad(18)
    ulp.input(18, True)
    assert ulp.read32(INPUTS) == 1 << 18


def test_input_is_read_of_a_pad_that_was_handed_over():
    ulp = Ulp()
    ulp.input(PAD, True)
    assert ulp.read32(INPUTS) == 0
    ulp.write32(PAD_REGISTER, GIVEN)
    assert ulp.read32(INPUTS) == 1 << PAD
    ulp.write32(PAD_REGISTER, 1 << 17)  # its input is off
    assert ulp.read32(INPUTS) == 0


def test_pad_that_is_driven_reads_as_driven():
    ulp = Ulp()
    ulp.write32(PAD_REGISTER, GIVEN)
    ulp.write32(ENABLE, 1 << PAD)
    ulp.input(PAD, True)
    assert ulp.read32(INPUTS) == 0
    ulp.write32(SET, 1 << PAD)
    assert ulp.read32(INPUTS) == 1 << PAD


def test_change_of_a_pad_has_the_moment_of_the_instruction():
    ulp = loaded("wait 794\nreg_wr 0x3ff48404, 23, 23, 1")
    ulp.write32(PAD_REGISTER, GIVEN)
    ulp.write32(ENABLE, 1 << PAD)
    ulp.advance(1000)
    ((at_us, bit, level),) = ulp.taken()
    assert (bit, level) == (PAD, True) and abs(at_us - (6 + 800 + 12) / 8) < 0.2


# -- the ADC -----------------------------------------------------------------------------------


def test_conversion_reads_a_steady_input():
    ulp = handed_over()
    ulp.level(3, 1234)
    assert converted(ulp) == 1234 and converted(ulp, 4) == 0


@pytest.mark.parametrize(
    "address, bits, expected",
    [
        (MEAS_START1, 1 << 18, None),  # START_FORCE: the main processor's
        (MEAS_START1, 1 << 31, None),  # EN_PAD_FORCE
        (READ_CTRL, 1 << 27, 4095),  # DIG_FORCE: the digital controller's
    ],
)
def test_conversion_of_an_adc_that_is_anothers(address, bits, expected):
    ulp = handed_over()
    ulp.level(3, 1234)
    ulp.write32(address, ulp.read32(address) | bits)
    assert converted(ulp) == expected
    if expected is None:
        assert "the ADC hangs" in ulp.stopped


def test_conversion_without_settings_is_inverted_and_coarse():
    """After power-on nobody has set it: 9 bits, and not inverted."""
    ulp = Ulp()
    ulp.level(3, 1000)
    assert converted(ulp) == (4095 - 1000) >> 3


def test_conversion_waits_as_long_as_is_set():
    """ulp.md 3: 27 cycles more with the amplifier's waits of a reset."""
    ulp = handed_over()
    ulp.write32(0x3FF48808, 10 << 16 | 10)
    ulp.write32(0x3FF4880C, 10)
    # move 6, adc 42 + 27, st 8, then halt begins.
    assert converted(ulp, us=83 / 8) is None
    ulp.advance(1 / 8)
    assert ulp.stopped.startswith("halt")


def test_frozen_and_hanging_converter():
    ulp = handed_over()
    ulp.level(3, 1000)
    ulp.adc_frozen(77)
    assert converted(ulp) == 77
    ulp.adc_frozen(None)
    assert converted(ulp) == 1000
    ulp.adc_hang()
    assert converted(ulp) is None


def samples(ulp, count=2055, every_us=7.3):
    """Readings of channel 3, some of each phase."""
    ulp.write32(MEMORY, 0)
    text = ".mail out, 0\nentry: move r3, 0\nloop: adc r0, 0, 3\nst r0, r3, out\njump loop"
    program = assemble(text, {})
    ulp.load_binary(0, program.image)
    ulp.run(4)
    found = []
    for _ in range(count):
        ulp.advance(every_us)
        found.append(ulp.read32(MEMORY) & 0xFFFF)
    return found[1:]


@pytest.mark.parametrize("duty_bp", [500, 5000, 9700])
def test_pilot_is_a_wave_of_its_duty(duty_bp):
    ulp = handed_over()
    ulp.pilot(3, 3000, 300, duty_bp)
    found = samples(ulp)
    assert (max(found), min(found)) == (3000, 300)
    assert (
        abs(sum(value > 1650 for value in found) / len(found) - duty_bp / 10_000) < 0.01
    )  # of 15 periods


def test_pilot_keeps_its_phase_when_its_levels_change():
    ulp = handed_over()
    ulp.pilot(3, 3000, 300, 5000, phase_us=0)
    ulp.pilot(3, 2000, 300, 5000)
    ulp.advance(10_100 - ulp.now_us)
    assert converted(ulp, us=50) == 2000
    ulp.advance(10_600 - ulp.now_us)
    assert converted(ulp, us=50) == 300


@pytest.mark.parametrize("duty_bp, level", [(0, 300), (10_000, 3000)])
def test_pilot_without_a_wave_is_steady(duty_bp, level):
    ulp = handed_over()
    ulp.pilot(3, 3000, 300, duty_bp)
    assert set(samples(ulp, 200)) == {level}


def test_noise_has_its_sigma_and_disturbance_its_bounds():
    ulp = handed_over()
    ulp.pilot(3, 2000, 300, 10_000, sigma=45)
    found = samples(ulp)
    mean = sum(found) / len(found)
    sigma = (sum((value - mean) ** 2 for value in found) / len(found)) ** 0.5
    assert abs(mean - 2000) < 6 and 40 < sigma < 50
    ulp.pilot(3, 2000, 300, 10_000, sigma=0)
    ulp.disturb(3, ulp.now_us + 1000, 1000, 450)
    found = samples(ulp, 500)
    assert set(found[:130]) == {2000} == set(found[280:])
    assert 1550 <= min(found) < 1650 and 2350 < max(found) <= 2450


def test_seed_makes_the_same_noise_again():
    def noisy(seed):
        ulp = Ulp(MHZ_8, seed)
        ulp.cpu_reads_adc()
        ulp.write32(MEAS_START1, 0)
        ulp.pilot(3, 2000, 300, 5000, sigma=45)
        return samples(ulp, 50)

    assert noisy(1) == noisy(1) != noisy(2)


# -- watchdog and resets -----------------------------------------------------------------------


def watched(stages_us=(10_000,), actions=(4,), feeds=False):
    ulp = loaded(f"loop: {'reg_wr 0x3ff480a0, 31, 31, 1' if feeds else 'wait 0'}\njump loop")
    ulp.write32(0x3FF480A4, 0x50D83AA1)
    config = 1 << 31
    for stage, (limit_us, action) in enumerate(zip(stages_us, actions)):
        ulp.write32(0x3FF48090 + 4 * stage, limit_us * 150 // 1000)
        config |= action << (28, 25, 22, 19)[stage]
    ulp.write32(0x3FF4808C, config)
    ulp.write32(PAD_REGISTER, GIVEN)
    ulp.write32(ENABLE, 1 << PAD)
    ulp.write32(SET, 1 << PAD)
    ulp.taken()
    return ulp


def test_watchdog_resets_the_pads_in_time():
    ulp = watched()
    ulp.advance(9_990)
    assert ulp.pad(PAD) and not ulp.reset_by_watchdog
    ulp.advance(20)
    assert not ulp.pad(PAD) and ulp.reset_by_watchdog and ulp.stopped == "not started"
    ((at_us, bit, level),) = ulp.taken()
    assert (round(at_us), bit, level) == (10_000, PAD, False)


def test_watchdog_that_is_fed_does_nothing():
    ulp = watched(feeds=True)
    ulp.advance(50_000)
    assert ulp.pad(PAD) and not ulp.reset_by_watchdog


def test_watchdog_counts_while_the_clock_stands():
    ulp = watched(feeds=True)
    ulp.advance(5_000)
    ulp.clock_hz = 0
    ulp.advance(10_001)
    assert ulp.reset_by_watchdog


def test_watchdog_that_is_locked_keeps_its_settings():
    ulp = watched()
    ulp.write32(0x3FF480A4, 0)
    ulp.write32(0x3FF4808C, 0)
    ulp.advance(9_000)
    ulp.write32(0x3FF480A0, 1 << 31)
    ulp.advance(1_001)
    assert ulp.reset_by_watchdog


def test_watchdog_that_is_off_does_nothing():
    ulp = watched()
    ulp.write32(0x3FF4808C, 0)
    ulp.advance(50_000)
    assert ulp.pad(PAD) and not ulp.reset_by_watchdog


def test_watchdog_goes_through_its_stages():
    ulp = watched((1_000, 2_000, 3_000), (0, 1, 4))
    ulp.advance(5_990)
    assert ulp.pad(PAD)
    ulp.advance(20)
    assert not ulp.pad(PAD) and ulp.reset_by_watchdog


def test_reset_of_the_processor_by_the_watchdog_leaves_the_pads():
    """ulp.md 2: neither CPU nor system reset reaches the RTC domain."""
    for action in (2, 3):
        ulp = watched(actions=(action,))
        ulp.advance(12_000)
        assert ulp.pad(PAD) and ulp.reset_by_watchdog and ulp.stopped == ""


@pytest.mark.parametrize(
    "kind, runs, memory", [("soft", 1, 1), ("cpu", 1, 1), ("rtc", 0, 1), ("power", 0, 0)]
)
def test_reset_reaches_so_far(kind, runs, memory):
    ulp = watched(feeds=True)
    ulp.write32(MEMORY + 4000, 7)
    ulp.advance(1_000)
    ulp.reset(kind)
    assert (ulp.pad(PAD), ulp.stopped == "") == (bool(runs), bool(runs))
    assert ulp.read32(MEMORY + 4000) == 7 * memory


def test_reset_of_the_processor_seizes_the_adc_for_a_while():
    """ulp.md 2: the boot loader's random numbers; 4095 is read meanwhile."""
    ulp = handed_over()
    ulp.level(3, 1234)
    ulp.reset("cpu")
    assert converted(ulp) == 4095
    ulp.advance(150_000)
    assert converted(ulp) == 1234


def test_reset_that_is_unknown_is_refused():
    with pytest.raises(ValueError, match="reset 'warm': expected one of soft, cpu, rtc, power"):
        Ulp().reset("warm")
