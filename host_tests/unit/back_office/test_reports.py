"""Labels and reports, as files of people: good ones, and all that is none."""

import json

import pytest

from tools.back_office import reports

SECRET = "00112233445566778899aabbccddeeff"
LABEL = {"serial": "PL-1", "secret": SECRET, "password": "x"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(LABEL),
        json.dumps([LABEL]),
        f"{json.dumps(LABEL)}\n\n",
        f"serial,password,secret\nPL-1,x,{SECRET}\n",
    ],
)
def test_label_files_of_each_form_are_read(office, text):
    assert office.reports.import_labels(text) == 1
    assert office.db.value("SELECT secret FROM unit WHERE serial = 'PL-1'") == SECRET


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "expected labels"),
        ("[]", "expected labels"),
        ("3", "line 1: expected"),
        ("{}", "line 1: expected"),
        ("null", "expected labels"),
        (json.dumps({**LABEL, "secret": "12"}), "line 1: expected"),
        (json.dumps({**LABEL, "serial": 7}), "line 1: expected"),
        (json.dumps(LABEL) + "\n{broken\n", "line 2: no JSON"),
        ("serial,secret\nPL-1\n", "line 2: expected"),
        ("[" * 100_000, "expected labels"),
    ],
)
def test_label_file_that_is_wrong_names_the_line_and_changes_nothing(office, text, why):
    with pytest.raises(ValueError, match=why):
        office.reports.import_labels(text)
    assert office.reports.units() == []


def test_part_of_a_label_file_is_not_imported(office):
    with pytest.raises(ValueError, match="line 2"):
        office.reports.import_labels(json.dumps(LABEL) + '\n{"serial": "PL-2"}\n')
    assert office.reports.units() == []


def test_report_of_an_unknown_unit_is_kept_but_moves_nothing(office):
    row = office.reports.take(b'{"identity": "ST", "unit": "PL-1"}', "test")
    assert (row["verdict"], row["installation"]) == ("not trusted", None)
    assert "PL-1 is not known" in row["why"]
    # The label comes later: the same report is then looked at again.
    office.reports.import_labels(json.dumps(LABEL))
    row = office.reports.take(b'{"identity": "ST", "unit": "PL-1"}', "test")
    assert "not a report of ours" in row["why"]
    assert len(office.reports.strays()) == 1


def test_steps_that_were_left_out_without_excuse_count_as_failed():
    steps = [
        {"title": "A", "verdict": "passed"},
        {"title": "B", "verdict": "not done", "excused": True},
        {"title": "C", "verdict": "not done", "reason": "not reached"},
        {"title": "D", "verdict": "failed", "reason": "no"},
        "rubbish",
    ]
    assert reports.failed_steps({"steps": steps}) == ["C: not reached", "D: no"]
    assert reports.failed_steps({"steps": "rubbish"}) == []
