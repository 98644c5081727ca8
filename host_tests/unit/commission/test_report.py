"""The report: signed, escaped, whole; the same on page and paper."""

import copy
import json
import re
import zlib
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoint.core import unit as of_firmware
from tools.commission import page, paper, report, signature, units
from tools.commission.record import Record
from tools.commission.signature import Unverified
from tools.commission.steps import STEPS

SECRET = "00112233445566778899aabbccddeeff"
KEY = units.key_of(SECRET)
HOSTILE = "<script>alert(1)</script> '; DROP TABLE session; -- \" & {{7*7}} ${x} \U0001f50c Żółć"


class Nobody:
    """A station that says what a good one says, for reports without a trial."""

    name, serial, number = "an adapter", "123", 1

    def __init__(self):
        self.settings = {"Identity": "PL-1", "Phases": "3", "SupplyLimit": "16"}
        self.device = self.back_end = self.pace = self

    def look(self):
        parts = {"self_test": {"residual current": "passed"}}
        return {"parts": parts, "meter": {"make": "M", "serial": "1"}, "not_monitored": []}

    def whole(self):
        return {"utc_s": 1_767_600_000}

    def utc_s(self):
        return 1_767_600_000

    def sign(self, text):
        return of_firmware.signature(bytes.fromhex(SECRET), text)


def result(verdict, *measures):
    return {
        "verdict": verdict, "reason": "because", "began_s": 0, "ended_s": 5, "excused": False,
        "measures": list(measures),
    }  # fmt: skip


def line(what="a figure", measured="1 V", required="1 V", verdict="passed", remedy=""):
    return dict(zip(("what", "measured", "required", "verdict", "remedy"),
                    (what, measured, required, verdict, remedy), strict=True))  # fmt: skip


@pytest.fixture
def make(tmp_path):
    def begin(changes=None, plots=None, **person):
        record = Record(tmp_path / "r.json", "PL1")
        record.results = {step.key: result("passed", line()) for step in STEPS} | (changes or {})
        record.plots = plots or record.plots
        nobody = Nobody()
        return report.sign(report.make(nobody, record, {"serial": "PL1"}, person), nobody)

    return begin


# -- the signature --------------------------------------------------------------------------------


def test_report_is_verified_with_the_key_of_its_unit_only(make):
    made = make(place="here")
    signature.verify(made, KEY)
    signature.verify(json.loads(json.dumps(made)), KEY)
    with pytest.raises(Unverified, match="does not fit"):
        signature.verify(made, units.key_of("ff" * 16))


def leaves(value, path=()):
    """The path of every leaf of a JSON value."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from leaves(each, (*path, at))
    else:
        yield path


def test_whatever_is_changed_in_a_report_is_found(make):
    made = make(
        {"meter": result("failed", line(verdict="failed", remedy="mend it"))},
        {"pilot": [], "power": [[0, 1], [5, 2]]},
        technician="A", notes="b",
    )  # fmt: skip
    paths = list(leaves(made))
    assert len(paths) > 100
    for path in paths:
        changed = copy.deepcopy(made)
        at = changed
        for key in path[:-1]:
            at = at[key]
        old = at[path[-1]]
        at[path[-1]] = old + 1 if isinstance(old, int) and not isinstance(old, bool) else f"{old}x"
        with pytest.raises(Unverified):
            signature.verify(changed, KEY)


@pytest.mark.parametrize("name", ["verdict", "steps", "failed", "signature", "format", "unit"])
def test_report_that_lacks_something_is_not_verified(make, name):
    made = make()
    del made[name]
    with pytest.raises(Unverified):
        signature.verify(made, KEY)


@pytest.mark.parametrize("foreign", [[], None, 5, "x", {"format": "another"}])
def test_what_is_no_report_is_refused(foreign):
    with pytest.raises(Unverified, match="not a report of ours"):
        signature.verify(foreign, KEY)


@given(st.text(), st.text())
def test_canonical_text_is_ascii_and_told_apart(first, second):
    texts = [signature.canonical({"notes": each}) for each in (first, second)]
    assert all(text.isascii() for text in texts)
    assert (texts[0] == texts[1]) == (first == second)


def test_order_of_names_means_nothing_and_the_signature_is_no_part_of_it(make):
    made = make()
    turned = dict(reversed(list(made.items())))
    assert signature.canonical(turned) == signature.canonical(made)
    assert made["signature"].encode() not in signature.canonical(made)


# -- what it says ---------------------------------------------------------------------------------


def test_failed_report_says_so_on_top_with_what_to_do(make):
    energy = line("energy", "1 Wh", "9 Wh", "failed", "look at A and B")
    made = make({"meter": result("failed", energy)})
    assert made["verdict"] == "failed" and made["failed"] == ["Meter"]
    assert report.summary(made).startswith("FAILED: Meter.")
    assert report.to_do(made) == [("Meter: energy: 1 Wh.", "look at A and B")]
    drawn = page.render(made)
    verdict, table = drawn.index("FAILED: Meter."), drawn.index("<dl>")
    assert verdict < drawn.index("look at A and B") < table


def test_report_with_a_step_that_was_not_reached_is_not_complete(make):
    made = make({"earth": None})
    assert made["verdict"] == "failed" and made["not_done"] == ["Protective earth"]
    assert report.summary(made) == "NOT COMPLETE. Not done: Protective earth."


def test_same_remedy_is_told_once(make):
    twice = [
        line("a", verdict="failed", remedy="mend"),
        line("b", verdict="failed", remedy="mend"),
    ]
    assert len(report.to_do(make({"meter": result("failed", *twice)}))) == 1


# -- the page -------------------------------------------------------------------------------------


class Elements(HTMLParser):
    """Tags, attributes and texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data):
        self.texts.append(data)


def test_hostile_texts_in_every_field_stay_texts(make):
    """HTML and SQL in whatever a person, a station or a back end can say."""
    hostile = line(HOSTILE, HOSTILE, HOSTILE, "failed", HOSTILE)
    plain = set(Elements(page.render(make())).tags)
    person = dict.fromkeys(("technician", "place", "notes"), HOSTILE)
    made = make({"meter": result("failed", hostile)}, **person)
    for name in ("identity", "firmware", "model", "board", "unit", "recorded_by", "earthing"):
        made[name] = HOSTILE
    found = Elements(page.render(made))
    assert "script" not in found.tags and set(found.tags) <= plain | {"ul", "li", "b", "pre"}
    assert not [name for name in found.attributes if name.startswith("on")]
    assert sum(HOSTILE in text for text in found.texts) >= 10


def test_page_needs_nothing_else(make):
    drawn = page.render(make())
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://", drawn)
    assert "default-src 'none'" in drawn


def test_page_and_paper_show_the_inspectors_part_empty(make):
    drawn = page.render(make())
    for name in report.INSPECTOR:
        assert f"<tr><td>{name}</td><td></td></tr>" in drawn.replace("&quot;", '"')


PILOT = [
    {"state": "A", "high_mv": 12_010, "low_mv": 12_000, "duty_bp": None},
    {"state": "B", "high_mv": 9_000, "low_mv": -12_000, "duty_bp": 5333},
]


def test_plots_show_the_levels_and_the_power(make):
    drawn = page.render(make(plots={"pilot": PILOT, "power": [[0, 0], [1000, 7000], [2000, 0]]}))
    assert drawn.count("<svg") == 3 and "+9.00 V, -12.00 V, 53.3 %" in drawn
    assert "7.0 kW" in drawn


# -- the paper ------------------------------------------------------------------------------------


def pages(data: bytes) -> int:
    return int(re.search(rb"/Count (\d+)\n/Kids \[", data).group(1))


def words_of(data: bytes) -> str:
    """The texts of a PDF with core fonts."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    drawn = b"\n".join(zlib.decompress(stream) for stream in streams if stream[:1] == b"x")
    return " ".join(part.decode("latin-1") for part in re.findall(rb"\((.*?)\) Tj", drawn))


@pytest.mark.parametrize("fonts", [None, ()])
def test_paper_is_a_pdf_with_every_step(make, fonts):
    hostile = line(HOSTILE, HOSTILE, HOSTILE, "failed", HOSTILE)
    made = make(
        {"meter": result("failed", hostile)}, {"pilot": PILOT, "power": [[0, 0], [9, 5]]},
        place=HOSTILE, notes=HOSTILE * 5,
    )  # fmt: skip
    drawn = paper.render(made, fonts)
    assert drawn.startswith(b"%PDF-") and drawn.rstrip().endswith(b"%%EOF")
    assert 3 <= pages(drawn) <= 8
    if fonts == ():
        told = words_of(drawn)
        assert [step.title for step in STEPS if step.title not in told] == []
        assert "FAILED: Meter." in told and "earth resistance" in told


def test_paper_with_core_fonts_says_that_letters_are_missing(make, monkeypatch):
    written = []
    line_of = paper._Paper._line

    def write(self, words, *more, **named):
        written.append(words)
        line_of(self, words, *more, **named)

    monkeypatch.setattr(paper._Paper, "_line", write)
    paper.render(make(place="Żółć"), ())
    assert any("shown as ?" in words for words in written)
    written.clear()
    paper.render(make(place="München"), ())
    assert not any("shown as ?" in words for words in written)


@settings(max_examples=12, deadline=None)
@given(st.text(max_size=60), st.text(max_size=200))
def test_paper_and_page_are_drawn_of_any_text(technician, notes):
    record = Record("r.json", "PL1")
    record.results = {step.key: result("passed", line(technician, notes)) for step in STEPS[:2]}
    person = {"technician": technician, "notes": notes}
    made = report.make(Nobody(), record, {"serial": "PL1"}, person)
    assert paper.render(made, ()).startswith(b"%PDF-")
    assert page.render(made).endswith("</html>\n")
