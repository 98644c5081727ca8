"""The doorway on the 32-bit interpreter: steps without visitors make no garbage, open or shut."""

from host_tests.unit.interpreters import needs_micropython, on_both

_SCRIPT = """
import gc, json, socket, sys
sys.path[:0] = PATH
if not hasattr(gc, "mem_alloc"):
    gc.mem_alloc = lambda: 0
    sys.path[:0] = ["host_tests/harness/emulated"]

from chargepoint.doorway import Doorway
from chargepoint.drivers.dns_captive import CaptiveDns
from chargepoint.drivers.http_server import HttpServer
from chargepoint.drivers.system import forget
from chargepoint.portal_ports import AccessPoint

class Station: pass
class Here(AccessPoint):
    address = "127.0.0.1"
    def open(self, name, password):
        self.dns = CaptiveDns(socket, "127.0.0.1", bytes(4), 0)
        return True
    def poll(self, now_ms): self.dns.poll()
    def listen(self): return HttpServer(socket, "127.0.0.1", 0)
    def close(self): self.dns.close()
class Service:
    serial, password = "PL1", "secret"
    def step(self, now_ms, console): pass
class Journal:
    commissioned = b"1"
    def get(self, name): return self.commissioned
class Log:
    lines = []
    def write(self, level, text): self.lines.append(text)

station = Station()
station.bays, station.journal, station.service = [], Journal(), None
station.ports = Station()
station.ports.access_point, station.ports.console, station.ports.log = Here, None, Log()
station.ports.forget = forget
def attend():
    station.service = Service()
    return station.service
station.attend = attend
doorway = Doorway(station)

def left(from_ms):
    doorway.step(from_ms)  # what the first step makes stays
    gc.collect()
    before = gc.mem_alloc()
    for at in range(200):
        doorway.step(from_ms + at * 10)
    return gc.mem_alloc() - before

shut = left(0)
doorway.commissioned = False
doorway.step(3000)
seen = [doorway.is_open]
open_ = left(4000)
doorway.commissioned = True
for at in range(500):
    doorway.step(7000 + at * 10)
seen.append(doorway.is_open)
again = left(20000)
print(json.dumps([seen, Log.lines]))
there = [name for name in sys.modules if name.startswith("chargepoint.portal")]
kept = there if sys.implementation.name == "micropython" else []
print(json.dumps([shut, open_, again, kept]))
"""


@needs_micropython
def test_steps_without_visitors_make_no_garbage():
    """Also once it was open: then what only the page needs has left the memory again."""
    here, there, left = on_both(_SCRIPT)
    assert here == there == [[True, False], ["portal: open as Pilotlight PL1", "portal: closed"]]
    assert left == [0, 0, 0, []]
