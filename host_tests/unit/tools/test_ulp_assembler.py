"""The assembler of the guard's program: what a line becomes, and what it says of a wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.ulp.assembler import Fault, assemble
from tools.ulp.listing import SOURCE, listing
from tools.ulp.listing import main as list_it

BOARDS = {
    "all": dict(
        PILOT=3, PROXIMITY=6, TEMPERATURE=0, RELAY=23, SECOND=31, RESIDUAL=28, RESIDUAL_TRIPS=1
    ),
    "least": dict(
        PILOT=0, PROXIMITY=-1, TEMPERATURE=-1, RELAY=21, SECOND=-1, RESIDUAL=-1, RESIDUAL_TRIPS=1
    ),
}
RESERVED_BYTES = 2040  # of RTC slow memory, in MicroPython's builds


def words_of(*lines, **given):
    """The words of some lines that stand behind ``entry``."""
    program = assemble("entry: halt\n" + "\n".join(lines), given)
    return program.words[1:]


@pytest.mark.parametrize(
    "line, expected",
    [
        ("move r3, 0", 0x72800003),
        ("move r1, r0", 0x70800001),
        ("add r0, r0, 1", 0x72000010),
        ("sub r3, r1, r0", 0x70200007),
        ("and r1, r2, 0xFF", 0x72400FF9),
        ("or r1, r2, r3", 0x70600039),
        ("lsh r0, r1, 4", 0x72A00044),
        ("rsh r0, r1, r2", 0x70C00024),
        ("ld r0, r3, 8", 0xD000200C),
        ("st r1, r3, 11", 0x68002C0D),
        ("adc r0, 0, 3", 0x50000010),
        ("reg_wr 0x3ff48404, 23, 23, 1", 0x1BDC0501),
        ("reg_wr 0x3ff480a0, 31, 31, 1", 0x1FFC0428),
        ("reg_rd 0x3ff48424, 23, 23", 0x2BDC0109),
        ("wait 5", 0x40000005),
        ("stage_rst", 0x74400000),
        ("stage_inc 1", 0x74000010),
        ("stage_dec 2", 0x74200020),
        ("jump entry", 0x80000000),
        ("jump entry, eq", 0x80400000),
        ("jump entry, ov", 0x80800000),
        ("jumpr entry, 7, ge", 0x83030007),
        ("jumpr entry, 7, lt", 0x83020007),
        ("jumps entry, 200, lt", 0x850200C8),
        ("jumps entry, 200, ge", 0x850280C8),
        ("jumps entry, 200, le", 0x850300C8),
        ("halt", 0xB0000000),
    ],
)
def test_line_becomes_a_word(line, expected):
    assert [f"{word:08x}" for word in words_of(line)] == [f"{expected:08x}"]


def test_jump_goes_forward_and_back():
    words = words_of("before: jumpr after, 1, lt", "stage_rst", "after: jumpr before, 1, lt")
    assert words[0] == 0x82040001 and words[2] == 0x83040001


def test_label_may_stand_alone_and_comments_count_for_nothing():
    words = words_of("# jump nowhere", "here:  # a label", "  ", "jump here # there")
    assert words == [0x80000004]


def test_names_sums_and_given_names():
    text = ".set HERE, 2\n.set THERE, (HERE + 1) * 2 << 4 | 1\n"
    program = assemble(text + "entry: move r0, THERE - LESS", {"LESS": 1})
    assert program.words == [0x72800000 | 96 << 4]


def test_mailbox_lies_before_the_program():
    program = assemble(".mail asked, 0\n.mail told, 0x9101\nentry: ld r0, r3, told", {})
    assert program.words[:2] == [0, 0x9101] and program.entry == 2
    assert program.mail == ["asked", "told"] and program.names["told"] == 1
    assert program.words[2] >> 10 & 0x7FF == 1
    assert program.blob == b"\0\0\0\0\x01\x91\0\0" + program.words[2].to_bytes(4, "little")


@pytest.mark.parametrize("channel, kept", [(-1, 0), (0, 1), (5, 1)])
def test_condition_leaves_out(channel, kept):
    words = words_of(".if CHANNEL + 1", "adc r0, 0, CHANNEL", ".endif", "halt", CHANNEL=channel)
    assert len(words) == kept + 1 and words[-1] == 0xB0000000


@pytest.mark.parametrize(
    "line, why",
    [
        ("dance r0", "unknown instruction dance"),
        ("move r0", "move: 1 operands, expected 2"),
        ("add r0, r1", "add: 2 operands, expected 3"),
        ("move r4, 0", "r4: expected r0 to r3"),
        ("move r0, 65536", "value 65536: expected 0 to 65535"),
        ("move r0, 0 - 1", "value -1: expected 0 to 65535"),
        ("move r0, WHO", "WHO: unknown name"),
        ("move r0, 1 +", "'1 \\+': expected a number or a name"),
        ("move r0, 1.5", "1.5: expected a number or a name"),
        ("move r0, 4 / 2", "4 / 2: expected a number or a name"),
        ("move r0, ", "'': expected a number or a name"),
        ("ld r0, 3, 0", "3: expected r0 to r3"),
        ("ld r0, r3", "ld: 2 operands, expected 3"),
        ("st r0, r3, 2048", "offset 2048: expected 0 to 2047"),
        ("adc r0, 2, 0", "sar 2: expected 0 to 1"),
        ("adc r0, 0, 0 - 1", "channel -1: expected 0 to 7"),
        ("adc r0, 0, 8", "channel 8: expected 0 to 7"),
        ("reg_wr 0x3ff48404, 1, 1", "reg_wr: 3 operands, expected 4"),
        ("reg_wr 0x3ff49404, 1, 1, 1", "0x3ff49404 is no register that the coprocessor reaches"),
        ("reg_wr 0x3ff48405, 1, 1, 1", "0x3ff48405 is no register"),
        ("reg_wr 0x3ff48404, 1, 2, 1", "bits 1 to 2: expected 1 to 8"),
        ("reg_wr 0x3ff48404, 8, 0, 1", "bits 8 to 0: expected 1 to 8"),
        ("reg_wr 0x3ff48404, 1, 1, 2", "2 does not fit bits 1 to 1"),
        ("reg_wr 0x3ff48404, 32, 32, 1", "high 32: expected 0 to 31"),
        ("reg_rd 0x3ff48404, 16, 0", "bits 16 to 0: expected 1 to 16"),
        ("jump", "jump: 0 operands, expected 1"),
        ("jump nowhere", "nowhere: unknown label"),
        ("jump NAME", "NAME: unknown label"),
        ("jump entry, lt", "lt: expected eq or ov"),
        ("jump entry, eq, ov", "jump: 3 operands, expected 1|2"),
        ("jumpr entry, 1", "jumpr: 2 operands, expected 3"),
        ("jumpr entry, 1, le", "le: expected lt or ge"),
        ("jumpr entry, 65536, lt", "value 65536: expected 0 to 65535"),
        ("jumps entry, 256, lt", "value 256: expected 0 to 255"),
        ("jumps entry, 1, gt", "gt: expected lt or ge or le"),
        ("stage_inc", "stage_inc: 0 operands, expected 1"),
        ("stage_rst 1", "stage_rst: 1 operands, expected 0"),
        ("wait 65536", "value 65536: expected 0 to 65535"),
        ("entry: halt", "entry is there already"),
        (".set NAME, 1", "NAME is there already"),
        (".set ALONE", ".set: 1 operands, expected 2"),
        (".mail late, 0", "the mailbox comes before the instructions"),
        (".if WHO", "WHO: unknown name"),
        (".if 1\n.if 1", ".if inside the .if of line 3"),
        (".endif", ".endif without .if"),
        ("here: .if 1", ".if takes no label"),
        ("@ 1", "@ 1: expected an instruction"),
    ],
)
def test_wrong_line_is_named(line, why):
    at = 3 + line.count("\n")
    with pytest.raises(Fault, match=f"^line {at}: .*{why}"):
        assemble(f"entry: halt\n.set NAME, 5\n{line}\n", {})


@pytest.mark.parametrize(
    "text, why",
    [
        ("halt", "the program has no label entry"),
        ("entry: halt\n.if 0\nhalt", "line 2: .if without .endif"),
        (".mail much, 65536\nentry: halt", "line 1: much 65536: expected 0 to 65535"),
        (".mail alone\nentry: halt", "line 1: .mail: 1 operands, expected 2"),
        (".mail stop, 0\nentry: jump stop", "line 2: stop: unknown label"),
    ],
)
def test_wrong_program_is_refused(text, why):
    with pytest.raises(Fault, match=why):
        assemble(text, {})


@pytest.mark.parametrize("steps", [127, 128])
def test_relative_jump_reaches_127_words(steps):
    lines = ["here: halt"] + ["halt"] * (steps - 1) + ["jumpr here, 1, lt"]
    if steps == 127:
        assert words_of(*lines)[-1] == 0x83FE0001
    else:
        with pytest.raises(Fault, match="line 130: here is -128 words away: at most 127"):
            words_of(*lines)


@given(st.text(max_size=40))
def test_any_line_is_taken_or_refused(line):
    """Fault and nothing else."""
    try:
        assemble(f"entry: halt\n{line}", {})
    except Fault:
        pass


@pytest.mark.parametrize("board", BOARDS)
def test_guard_fits_the_memory_that_micropython_reserves(board):
    program = assemble(SOURCE.read_text(encoding="utf-8"), BOARDS[board])
    assert len(program.blob) <= RESERVED_BYTES
    assert program.words[program.names["program"]] == program.names["PROGRAM"]


def test_guard_needs_each_name_of_its_board():
    text = SOURCE.read_text(encoding="utf-8")
    for name in BOARDS["all"]:
        given = {key: value for key, value in BOARDS["all"].items() if key != name}
        with pytest.raises(Fault, match=f"line \\d+: {name}: unknown name"):
            assemble(text, given)


def test_listing_shows_each_word_beside_its_line(capsys):
    text = ".mail asked, 7\n# nothing\nentry: move r3, 0  # zero"
    assert listing(text, assemble(text, {})).splitlines() == [
        "   0  00000007     1  .mail asked, 7",
        "   1  72800003     3  entry: move r3, 0",
    ]
    assert list_it(["RELAY=23"]) == 0 and "entry:" in capsys.readouterr().out
    assert list_it(["COLOUR=1"]) == 2 and "expected NAME=NUMBER" in capsys.readouterr().out
