"""core/reservations and core/dimming on the interpreter that ships: the same, and no garbage."""

from host_tests.unit.interpreters import needs_micropython, on_both

# Runs on both: prints a story of two connectors, and what 90 calm steps leave, reserved or not.
SCRIPT = """
import gc, json, sys
sys.path[:0] = PATH
from chargepoint.core.dimming import Dimming
from chargepoint.core.reservations import Reservations

class Journal:
    pending, trouble, next_seq = 0, None, 7
    saved = {}
    def put(self, name, data): self.saved[name] = data
    def get(self, name): return self.saved.get(name)

class Settings:
    values = {"LightIntensity": 80, "LampNight": ()}
    def get(self, name): return self.values[name]

conditions = [None, None, None]
def condition(number): return conditions[number]
def utc_s(): return 1796000000

journal = Journal()
dimming = Dimming(Settings(), utc_s)

def leaves(held):
    held.tick(0)
    gc.collect()
    gc.disable()
    before = gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0
    # Within one look at the clock.
    for now_ms in range(10, 910, 10):
        held.tick(now_ms)
        held.shown(1)
        dimming.percent(now_ms)
    after = gc.mem_alloc() if hasattr(gc, "mem_alloc") else 0
    gc.enable()
    return after - before

def word(told):
    return told(0) if callable(told) else told

held = Reservations(2, journal, condition, utc_s)
left = [leaves(held)]
story = [word(held.reserve(1, 5, "ME", "", 1796000600))]
story.append(word(held.reserve(0, -2147483648, "OTHER", "FAMILY", 1796000600)))
story.append(word(held.reserve(2, 6, "THIRD", None, 1796000600)))
held.tick(0)
story.append([held.shown(n) for n in (1, 2)])
story.append(json.loads(journal.saved["reserved"]))
for n in (1, 2):
    story.append([held.admits(n, tag, tag) for tag in ("me", "other", "family", "x", "")])
held = Reservations(2, journal, condition, utc_s)
left.append(leaves(held))
story.append([held.number_for(n, "OTHER", None) for n in (1, 2)])
held.used(5, 7)
story.append(word(held.cancel(5)))
conditions[1] = conditions[2] = "Faulted"
held.tick(2000)
story.append([json.loads(journal.saved["reserved"]), word(held.reserve(0, 1, "A", None, 1))])
for saved in (b"x", b"{}", b"[[1]]", b'[[1, 5, "ME", 7, 1, 1, 1]]'):
    journal.saved["reserved"] = saved
    story.append(Reservations(2, journal, condition, utc_s).admits(1, "X", None))
print(json.dumps(story))
print(json.dumps(left))
"""


@needs_micropython
def test_reservations_are_the_same_on_both_interpreters_and_leave_no_garbage():
    """DESIGN.md: the steps of an idle station make none, reserved or not."""
    here, there, left = on_both(SCRIPT)
    assert here == there and len(here) > 10
    # One measurement may cost a block of 16 bytes itself.
    assert max(left) <= 16
