"""The quick processor of the emulated coprocessor is the plain one, for any program."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tests.conformance.guard import rig as rigs
from host_tests.harness.devices.ulp import MEMORY, Ulp
from host_tests.harness.devices.ulp_core import WORDS, Core
from host_tests.harness.devices.ulp_fast import FastCore
from tools.ulp.assembler import Program
from tools.ulp.encoding import FORMS, KINDS, encode

_SHORT = 24  # words of a program, so that jumps within it are common
_PADS = 1
_FIELDS = {
    "target": st.integers(0, _SHORT),
    "kind": st.sampled_from(sorted(KINDS.values())),
    "step": st.integers(0, 6),
    "select": st.integers(0, 6),
    "offset": st.integers(0, _SHORT + 8),
    "peripheral": st.just(_PADS),
    "word": st.integers(0, 9),
    "sar": st.just(0),
    "mux": st.integers(1, 4),
}


@st.composite
def instructions(draw):
    """A word; most are legal."""
    if draw(st.integers(0, 40)) == 0:
        return draw(st.integers(0, 0xFFFFFFFF))
    form = FORMS[draw(st.sampled_from(sorted(FORMS)))]
    values = {}
    for field, high, low in form.fields:
        most = (1 << high - low + 1) - 1
        values[field] = min(draw(_FIELDS.get(field, st.integers(0, most))), most)
    if "high" in values:
        values["low"] = min(values["low"], values["high"])
    return encode(form.name, **values)


def made(core, words, faults=()):
    ulp = Ulp(8_500_000, seed=3, core=core)
    ulp.cpu_reads_adc()
    ulp.write32(0x3FF48854, 0)
    ulp.pilot(0, 2948, 248, 4000, sigma=30)
    ulp.level(1, 1234)
    ulp.disturb(0, 50, 500, 300)
    for fault in faults:
        fault(ulp)
    ulp.load_binary(0, Program(words).image)
    ulp.run(0)
    if core is FastCore:
        know(ulp._core, len(words))
    return ulp


def know(core, count):
    """Else the first time that a word is executed is the reference's."""
    for at in range(count):
        try:
            core._ops[at] = core._learn(at, int(core.memory[at]))[2]
        except ValueError:
            pass  # illegal, and never quick


def state(ulp):
    core = ulp._core
    return (
        [ulp.read32(MEMORY + 4 * at) for at in range(WORDS)],
        [int(register) for register in core.registers],
        (core.stage, bool(core.zero), bool(core.overflow), core.cycles, core.place, core.stopped),
        (ulp.taken(), dict(ulp._registers), ulp.now_us),
    )


@settings(deadline=None, max_examples=300)
@given(st.lists(instructions(), min_size=1, max_size=_SHORT), st.lists(st.integers(1, 400)))
def test_fast_processor_is_the_plain_one_for_any_program(words, slices_us):
    """Registers, flags, memory, cycles, where it stopped and why, after each slice of time."""
    fast, plain = (made(core, words) for core in (FastCore, Core))
    for slice_us in [1, *slices_us[:6], 300]:
        fast.advance(slice_us)
        plain.advance(slice_us)
        assert state(fast) == state(plain)


_FAULTS = {
    "frozen": lambda ulp: ulp.adc_frozen(77),
    "hangs": lambda ulp: ulp.adc_hang(),
    "seized for a while": lambda ulp: ulp.reset("cpu"),
    "taken by the main processor": lambda ulp: ulp.cpu_reads_adc(),
    "slow clock": lambda ulp: setattr(ulp, "clock_hz", 6_000_000),
    "standing clock": lambda ulp: setattr(ulp, "clock_hz", 0),
    "not inverted": lambda ulp: ulp.write32(0x3FF48800, 9 << 8 | 3 << 16 | 2),
}


@pytest.mark.parametrize("fault", _FAULTS.values(), ids=_FAULTS)
def test_fast_processor_is_the_plain_one_with(monkeypatch, fault):
    """The guard's program in noise, and each fault of the converter and the clock."""
    assert the_guard(monkeypatch, FastCore, fault) == the_guard(monkeypatch, Core, fault)


def the_guard(monkeypatch, core, fault):
    monkeypatch.setattr(rigs, "Ulp", lambda clock_hz, seed: Ulp(clock_hz, seed, core=core))
    rig = rigs.Rig(duty_bp=1000, seed=9, sigma=45).hold()
    rig.ulp.disturb(rigs.PILOT, rig.ulp.now_us, rigs.BURST_US, 450)
    rig.advance_ms(40)
    fault(rig.ulp)
    for _ in range(3):
        rig.advance_ms(60)
        rig.pilot(9, -12)
    return state(rig.ulp)
