"""supply on the interpreter that ships: the same answers as on CPython, and no garbage."""

import json

from host_tests.unit.interpreters import needs_micropython, on_both

# Runs on both: prints what 200 looks say, and what 300 calm steps of a shared supply leave.
SCRIPT = """
import gc, json, sys
sys.path[:0] = PATH
from chargepoint.core import composition, transactions
from chargepoint.core.profiles import Profiles
from chargepoint.supply import Supply

class Thing:
    def __init__(self, **fields):
        for name in fields:
            setattr(self, name, fields[name])

class Facts:
    pending = 0
    def put(self, name, data): pass
    def get(self, name): return None
    def transaction_id(self, number): return 7

class Clock:
    def utc_s(self): return 1795000000

class Settings:
    def get(self, name): return VALUES[name]
    def fix(self, name, text): pass

VALUES = {"MaxChargingProfilesInstalled": 12, "SupplyLimit": 32, "MaxCurrent": 63}
VALUES.update({"Phases": 3, "RandomDelay": 0})

def bay(number):
    cable = Thing(limit_ma=32000)
    connector = Thing(
        phases=Thing(count=3), limits=Thing(hardware_ma=32000), switches_phases=True,
        contactor=Thing(state="closed"), offered_ma=16000, limit_ma=16000,
        protection=Thing(cable=cable))
    transaction = Thing(state=transactions.ACTIVE, permitted=True, number=number, tag="A")
    return Thing(number=number, connector=connector, transaction=transaction)

station = Thing(
    settings=Settings(), journal=Facts(), bays=[bay(1), bay(2)],
    ports=Thing(clock=Clock(), random=None, log=None))
supply = Supply(station)

def head(number, purpose, connector, stack, kind, unit):
    return (purpose, connector, stack, kind, unit, 0, number, 1794900000, -1, -1, -1, 60)

for number in range(12):
    purpose, connector = ((0, 0), (1, 0), (1, 1), (1, 2))[number % 4]
    periods = [(n * 937, 80 + n * 7 + number, n % 4) for n in range(24)]
    at = head(number, purpose, connector, number // 4, number % 4, number % 2)
    assert supply.profiles.install(at, periods)

looks = []
for n in range(200):
    looks.append(supply.look(n % 3, n % 2, n * 701, 1795000000, 0))
print(json.dumps(looks))

for now_ms in range(0, 2000, 10):
    supply.settle(False, now_ms)
gc.collect()
gc.disable()
before = gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0
for now_ms in range(2000, 5000, 10):
    supply.settle(False, now_ms)
print(gc.mem_alloc() - before if hasattr(gc, "mem_alloc") else 0)
"""


@needs_micropython
def test_supply_says_the_same_on_both_interpreters_and_leaves_no_garbage():
    """DESIGN.md: the steps of a station that charges calmly make none."""
    here, there, left = on_both(SCRIPT)
    assert here == there and len({json.dumps(each) for each in here}) > 50
    # One measurement may cost a block of 16 bytes itself.
    assert left <= 16
