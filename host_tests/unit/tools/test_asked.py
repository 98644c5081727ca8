"""A secret that is asked for, so that no list of processes shows it."""

import argparse

import pytest

from tools import asked, pilotlight
from tools.commission import main as commission
from tools.provision import main as provision
from tools.sim import options as sim

WORDS = {
    "--password": (provision, commission, sim),
    "--code": (provision,),
    "--token": (commission,),
    "--secret": (commission,),
}


@pytest.mark.parametrize(
    "word, room", [(word, room) for word, rooms in WORDS.items() for room in rooms]
)
def test_secret_is_typed_when_a_dash_is_given(monkeypatch, word, room):
    """And taken as it is when it stands there."""
    prompts = []
    monkeypatch.setattr("getpass.getpass", lambda prompt: prompts.append(prompt) or "4711")
    parser = argparse.ArgumentParser()
    room.add_to(parser)
    name = word.lstrip("-")
    assert getattr(parser.parse_args([word, "0815"]), name) == "0815" and not prompts
    assert getattr(parser.parse_args([word, "-"]), name) == "4711" and len(prompts) == 1


def test_command_says_what_is_missing_when_no_one_can_be_asked(monkeypatch, capsys):
    def nobody(_):
        raise EOFError

    monkeypatch.setattr("getpass.getpass", nobody)
    with pytest.raises(SystemExit) as ended:
        pilotlight.main(["provision", "order.toml", "--port", "/dev/null", "--code", asked.ASKED])
    assert ended.value.code == 2
    assert "technician's code: nothing was typed" in capsys.readouterr().err
