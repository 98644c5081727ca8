"""Stores that no station of ours left: rubbish, or what another program or station wrote."""

import json
import random

from host_tests.harness import paths

paths.use_firmware()

from chargepoint.core import record  # noqa: E402
from chargepoint.core.settings import rows_of  # noqa: E402
from chargepoint.core.settings_own import TABLE as OWN  # noqa: E402
from chargepoint.ocpp.v16.settings import CORE, PROFILES, SECURITY  # noqa: E402

FACTS = ["journal", "clock", "alive", "availability", "reset", "latched", "t/1", "t/x"]
FACTS += ["set_" + row[0].lower() for row in rows_of((OWN, CORE, PROFILES, SECURITY))]
FILES = ["crashes", "trace", ".new", "j/0", "j/7", "j/8", "j/x", "j/999999999"]
NAMES = FILES + [name + slot for name in FACTS for slot in (".a", ".b")]


def everywhere(content) -> dict:
    """``content(name)`` under every name that a station uses."""
    return {name: content(name) for name in NAMES}


def noise() -> dict:
    """Bytes that mean nothing."""
    chance = random.Random(1)
    return everywhere(lambda name: chance.randbytes(chance.randrange(1, 120)))


def sealed_noise() -> dict:
    """Bytes that mean nothing, with the checksum that they should have."""
    chance = random.Random(2)
    return everywhere(lambda name: record.seal(chance.randbytes(chance.randrange(1, 120))))


def fact(name: str, data: bytes) -> dict:
    """Fact ``name`` as a station keeps it."""
    return {name + ".a": record.seal(b"\x01" + data)}


def other_program() -> dict:
    """Sealed as ours, but what is inside has another form."""
    files = fact("journal", b'{"id": 5, "boot": "many", "reserve": [1]}')
    for name, text in {
        "clock": b"one:two 3 4:5:6",
        "alive": b"9" * 40,
        "availability": b"zz",
        "reset": b"sideways",
        "latched": b"1:no_such_fault 9:diode one:diode 1:\xff",
        "t/1": b"\x00\x03\x02ab",
        "set_heartbeatinterval": b"=often",
        "set_identity": b"=\xff\xfe",
        "set_supplylimit": b"16",
    }.items():
        files.update(fact(name, text))
    for seq, body in enumerate((b"[]", b"5", b"{}", b'{"tag": 5}', b"null", b"{")):
        event = b"\x01\x00" + bytes((seq, 1, seq + 1, 1, 10, 0, 0, 0)) + body
        files[f"j/{seq}"] = record.seal(event)
    return files


def lists() -> dict:
    """As other_program, where everything is a list."""
    files = other_program()
    files.update(fact("journal", b"[[1, 2]]"))
    return files


def other_station() -> dict:
    """The journal of a station with two connectors, cut off in the transaction on its second."""
    head = {"id": "0badcafe", "boot": 7, "reserve": 64}
    body = {"tag": "OTHER", "meter_wh": 5_000_000}
    event = record.Event(5, record.STARTED, 2, 5, 1_700_000_000, 7, 1000, body, [(5, 5, 5)])
    return {**fact("journal", json.dumps(head).encode()), "j/5": record.encode(event)}


def without_head() -> dict:
    """Events far apart, one of them whole, and no word of which numbers were ever given."""
    body = {"context": "periodic", "values": [["energy_wh", 0, 7]]}
    event = record.Event(400, record.SAMPLED, 1, 399, 1_700_000_000, 1, 1000, body)
    return {"j/0": b"?", "j/400": record.encode(event), "j/999999999": b"?"}


STORES = {
    "empty files": lambda: everywhere(lambda name: b""),
    "erased flash": lambda: everywhere(lambda name: b"\xff" * 64),
    "noise": noise,
    "sealed noise": sealed_noise,
    "another program's": other_program,
    "another program's lists": lists,
    "another station's": other_station,
    "events without a head": without_head,
}
