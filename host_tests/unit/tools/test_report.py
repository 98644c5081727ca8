"""The report: margins, the page of good and bad runs, and the exit status."""

import json
from html.parser import HTMLParser

import pytest

from tools.report import __main__ as report
from tools.report import page, records

_VOID = {"meta", "line", "rect", "path"}


def measure(kind="at most", measured=40, required=100, passed=True, **more):
    told = {"what": "S2 open to open contacts", "kind": kind, "measured": measured}
    told |= {"required": required, "unit": "ms", "passed": passed, "since_ms": 1000}
    return told | more


def run(target="in_process", verdict="passed", measures=None, name="test_row_8_1_s2_opened"):
    return {
        "case": name, "clause": "IEC 61851-1 row 8.1 [EV]", "rule": "In 100 ms.", "why": "late",
        "section": "sequences", "heading": "Standards", "target": target, "verdict": verdict,
        "measures": [measure()] if measures is None else measures, "curve": None, "end_ms": 5000,
        "traces": {
            "high_mv": [[0, 9000], [900, 6000], [1000, 9000]], "low_mv": [[0, -12000]],
            "coil": [[0, 1], [1020, 0]], "closed": [[0, 1], [1040, 0]], "second": [[0, 0]],
            "current_ma": [[0, 16000], [1000, 0]], "lock": [[0, 1]],
        },
    }  # fmt: skip


def written(folder, runs):
    path = folder / "records.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in runs))
    return path


class Balanced(HTMLParser):
    """Counts what is open; a page that a browser has to mend is not ours."""

    def __init__(self):
        super().__init__()
        self.open, self.links, self.ids, self.sources = [], [], [], []

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.ids += [told["id"]] if "id" in told else []
        self.links += [told["href"]] if "href" in told else []
        self.sources += [told[name] for name in ("src", "srcset") if name in told]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def parsed(text):
    reader = Balanced()
    reader.feed(text)
    assert reader.open == []
    return reader


@pytest.mark.parametrize(
    ("told", "margin"),
    [
        (measure(measured=40), 0.6),
        (measure(measured=120, passed=False), -0.2),
        (measure("at least", 7500, 5000), 0.5),
        (measure("between", 12, [10, 20]), 0.2),
        (measure("between", 9, [10, 20], False), -0.1),
        (measure("equals", 7, 7), None),
        (measure("equals", 7, 8, False), -1.0),
        (measure("holds", True, True), None),
        (measure("holds", False, True, False), -1.0),
        (measure("at least", 15, 0), None),
    ],
)
def test_margin_is_the_part_of_the_limit_that_is_left(told, margin):
    assert records.margin(told) == (margin if margin is None else pytest.approx(margin))


def test_story_is_told_by_its_tightest_measure_on_any_target(tmp_path):
    always = measure(measured=99, always=True)
    runs = [run(measures=[measure(measured=30), always]), run("qemu", measures=[measure()])]
    (story,) = records.load(written(tmp_path, runs))
    assert story.tightest()["measured"] == 40 and records.targets([story]) == [
        "in_process",
        "qemu",
    ]


def test_story_that_breaks_what_always_holds_is_told_by_that(tmp_path):
    broken = measure(measured=150, passed=False, always=True)
    (story,) = records.load(written(tmp_path, [run(measures=[measure(), broken])]))
    assert story.tightest()["measured"] == 150


def test_title_is_a_sentence_with_units():
    title = records.Story("duty", "test_duty_16_a_is_26_7_percent").title
    assert title == "Duty 16 A is 26.7 %"
    assert "680 \u03a9" in records.Story("cable", "test_cable_with[680_ohm-is_20_a]").title


def test_page_stands_alone_and_every_link_has_its_place(tmp_path):
    stories = records.load(written(tmp_path, [run(), run("unix"), run(name="test_other")]))
    reader = parsed(page.render(stories, "now"))
    assert reader.sources == [] and {link[1:] for link in reader.links} == set(reader.ids)


def test_page_shows_a_failure_first_and_red(tmp_path):
    late = measure(measured=140, passed=False)
    stories = records.load(written(tmp_path, [run(), run("unix", "failed", [late])]))
    text = page.render(stories, "now")
    assert 'class="row failed"' in text and 'class="target failed"' in text
    assert "1 failed of 1" in text and 'class="span bad"' in text and ">late<" in text


def test_page_takes_no_markup_from_records(tmp_path):
    odd = run(verdict="failed") | {"why": "<script>1</script>", "clause": "a < b"}
    text = page.render(records.load(written(tmp_path, [odd])), "<now>")
    assert "<script>1" not in text and "a &lt; b" in text and "&lt;now&gt;" in text
    parsed(text)


def test_case_that_ended_before_it_measured_is_shown(tmp_path):
    bare = run(verdict="failed", measures=[]) | {"traces": {}, "end_ms": 0}
    assert "nothing was measured" in page.render(records.load(written(tmp_path, [bare])), "now")


@pytest.mark.parametrize(("verdict", "status"), [("passed", 0), ("failed", 1)])
def test_command_fails_with_a_case_and_writes_the_page_all_the_same(tmp_path, verdict, status):
    source = written(tmp_path, [run(verdict=verdict)])
    assert report.main(["--from", str(source), "--folder", str(tmp_path / "page")]) == status
    assert "Row 8.1" in (tmp_path / "page/index.html").read_text()


def test_command_fails_without_a_case(tmp_path, capsys):
    source = written(tmp_path, [])
    assert report.main(["--from", str(source), "--folder", str(tmp_path)]) == 1
    assert "has no case" in capsys.readouterr().err


def test_command_refuses_an_unknown_target(tmp_path, capsys):
    with pytest.raises(SystemExit):
        report.main(["esp32", "--folder", str(tmp_path)])
    assert (
        "no target is called 'esp32'; there are in_process, unix, qemu" in capsys.readouterr().err
    )
