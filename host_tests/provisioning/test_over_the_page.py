"""`pilotlight provision --url`: the same order through the station's own page."""

import pytest

from host_tests.provisioning.commands import CODE, SECRET, Command, is_as_ordered, order_for
from tools import pilotlight
from tools.provision import order


@pytest.fixture
def stage(stage_on):
    return stage_on("in_process", portal=True)


def test_order_is_set_through_the_page_and_the_session_is_begun_again(stage, tmp_path, capsys):
    """The restart ends the session of the page; the command logs in anew."""
    stage.until(lambda: stage.portal.request("GET", "/").status == 200, 30, "the page")
    path = order_for(stage, tmp_path)
    words = (path, "--url", stage.portal.url, "--password", stage.portal.password)
    assert Command(*words).wait(stage) == 0
    told = capsys.readouterr().out
    assert "read back: as ordered" in told and SECRET not in told and CODE not in told
    is_as_ordered(stage)


def test_wrong_password_is_told_as_the_station_tells_it(stage, tmp_path, capsys):
    stage.until(lambda: stage.portal.request("GET", "/").status == 200, 30, "the page")
    path = order_for(stage, tmp_path)
    assert Command(path, "--url", stage.portal.url, "--password", "guess").wait(stage) == 1
    assert "it is on the unit's label" in capsys.readouterr().err


def test_page_that_is_not_there_is_told_with_what_to_try(tmp_path, capsys):
    (tmp_path / "order.toml").write_text(order.example(), encoding="utf-8")
    words = ["--url", "http://127.0.0.1:9", "--password", "x"]
    assert pilotlight.main(["provision", str(tmp_path / "order.toml"), *words]) == 1
    assert "is this computer in the station's Wi-Fi network" in capsys.readouterr().err
