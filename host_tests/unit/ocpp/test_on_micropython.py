"""The JSON reader gives the same on the interpreter that ships as on CPython."""

import json
import random
import subprocess
from pathlib import Path

import pytest

from chargepoint.ocpp import strict_json

ROOT = Path(__file__).resolve().parents[3]
MICROPYTHON = ROOT / ".tools/bin/micropython"
SCRIPT = """
import json, sys
sys.path.insert(0, "firmware")
from chargepoint.ocpp import strict_json
for line in sys.stdin:
    try:
        print(json.dumps([strict_json.loads(json.loads(line))]))
    except ValueError:
        print("refused")
"""
FRAME = '[2,"a\\u00e9","Reset",{"type":"Hard","n":[1,-20,true,null],"\\"k\\\\":{"a":"\\n"}}]'
ALPHABET = '[]{},:"\\u0019-+eé tn'


def mutants(count):
    dice = random.Random(16)
    for _ in range(count):
        at, cut = dice.randrange(len(FRAME)), dice.randrange(3)
        put = "".join(dice.choices(ALPHABET, k=dice.randrange(3)))
        yield FRAME[:at] + put + FRAME[at + cut :]


def outcome(text):
    try:
        return [strict_json.loads(text)]
    except ValueError:
        return "refused"


@pytest.mark.skipif(not MICROPYTHON.exists(), reason="no MicroPython here: run `make setup`")
def test_reader_agrees_with_itself_on_both_interpreters():
    texts = [FRAME, *mutants(600)]
    told = subprocess.run(
        [MICROPYTHON, "-c", SCRIPT],
        input="\n".join(map(json.dumps, texts)),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert told.stderr == ""
    answers = told.stdout.splitlines()
    assert len(answers) == len(texts)
    for text, answer in zip(texts, answers):
        assert outcome(text) == (answer if answer == "refused" else json.loads(answer)), text
    assert 50 < answers.count("refused") < 590
