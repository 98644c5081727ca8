"""boards/esp32_devkit: its build() runs, and its frozen programs bring an application up."""

import json
import socket
import ssl
import subprocess
from datetime import UTC, datetime

import pytest
import tls

from chargepoint.run import Loop
from hands import LineLog
from host_tests.harness import paths
from host_tests.harness.csms.certificates import Authority, server_context
from host_tests.harness.store import MemoryStore
from host_tests.unit.boards import devkit
from host_tests.unit.boards.coprocessor import Coprocessor
from host_tests.unit.boards.test_boards import BOARDS
from host_tests.unit.loopback import until
from tools.boards import description
from tools.build.image import compile_module, compiled_files, pack

MICROPYTHON = paths.TOOLS / "bin/micropython"
FROZEN = paths.BOARDS / "esp32/frozen"
# The divider of board.md: millivolts at the pad for volts on the pilot.
PAD_MV = {12: 2289, 9: 2035, 6: 1780, -12: 254}


class Bench:
    """A device of this board, stepped by hand."""

    def __init__(self, monkeypatch, **factory):
        self.network = devkit.Network()
        described, pins, _ = description.revision("esp32_devkit", paths.BOARDS)
        self.chip = Coprocessor(described, pins)
        self.board, self.registers = devkit.load_board(
            monkeypatch, self.network, "esp32_devkit", self.chip
        )
        self.store = MemoryStore()
        self.store.write("factory", json.dumps(factory).encode())
        self.log = LineLog()
        self.device = self.board.build(self.log, self.store)
        self.now_ms = 0

    def run(self, ms, high, low=None):
        """Steps of 10 ms with the pilot between ``high`` and ``low`` volts."""
        low = high if low is None else low
        loop = Loop(self.device)
        outputs = {}
        for _ in range(ms // 10):
            self.now_ms += 10
            wave = [36, PAD_MV[high], PAD_MV[low], 5000, 0]
            self.registers.load({"t": self.now_ms, "a": [wave], "p": [[34, 0]]})
            self.chip.sees(*wave[:4])
            self.chip.ulp.advance(10_000)
            loop.once()
            outputs.update(self.registers.take())
        return outputs


def test_a_start_leaves_the_contactor_open_and_the_pilot_steady(monkeypatch):
    bench = Bench(monkeypatch)
    outputs = bench.registers.take()
    assert bench.chip.relays == [0], "nobody drives it"
    assert [33, 65535, 1000] in outputs["w"]
    assert bench.registers.watchdog_ms == 8000


def test_a_step_is_made_and_feeds_the_watchdog(monkeypatch):
    bench = Bench(monkeypatch)
    assert bench.run(10, 12)["f"] == 1
    bench.run(800, 12, -12)
    bench.run(10, 12)
    assert bench.device.station.bay(1).connector.pilot_mv == pytest.approx((12000, 12000), abs=20)


def test_the_divider_shows_a_vehicle(monkeypatch):
    bench = Bench(monkeypatch)
    bench.run(800, 12, -12)
    bench.run(100, 9)
    assert bench.device.station.bay(1).connector.state == "B"
    assert bench.device.station.bay(1).connector.pilot_mv == pytest.approx((9000, 9000), abs=20)


def test_the_meter_and_the_reader_are_asked_on_their_own_lines(monkeypatch):
    outputs = Bench(monkeypatch).run(10, 12)
    assert {uart for uart, _ in outputs["u"]} == {1, 2}


def test_the_wifi_of_the_settings_is_joined(monkeypatch):
    bench = Bench(monkeypatch, WifiSsid="garage", WifiPassword="secret words")
    assert bench.network.wlan.calls == [
        ("active", True),
        ("disconnect",),
        ("connect", "garage", "secret words"),
    ]


def test_the_password_of_the_wifi_is_never_shown(monkeypatch):
    bench = Bench(monkeypatch, WifiSsid="garage", WifiPassword="secret words")
    assert bench.device.station.settings.text("WifiPassword") is None


def test_a_factory_setting_out_of_range_is_refused_at_the_start(monkeypatch):
    with pytest.raises(ValueError, match="SupplyLimit"):
        Bench(monkeypatch, SupplyLimit="81")


class TlsServer:
    """A back end that shakes hands when it is polled; ``told`` is what the board says."""

    def __init__(self, folder, **validity):
        authority = Authority(folder)
        self.ca = authority.ca_path.read_bytes()
        self._context = server_context(authority, **validity)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.url = f"wss://127.0.0.1:{self._listener.getsockname()[1]}"
        self.told = b""
        self._line = None

    def poll(self):
        """Do what can be done now."""
        try:
            if self._line is None:
                plain = self._listener.accept()[0]
                plain.setblocking(False)
                self._line = self._context.wrap_socket(
                    plain, server_side=True, do_handshake_on_connect=False
                )
            self._line.do_handshake()
            self.told += self._line.recv(1000)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError:
            pass  # the board went away, as it should have

    def close(self):
        """Go away."""
        self._listener.close()
        if self._line is not None:
            self._line.close()


def dialled(monkeypatch, server, store=None, **factory):
    """A board that dials ``server``, and its link's reason or "" once it asked for the upgrade."""
    bench = Bench(monkeypatch, CentralSystemUrl=server.url, WifiSsid="home", **factory)
    if store is not None:
        store.write("factory", bench.store.read("factory"))
        bench.store = store
        bench.device = bench.board.build(bench.log, store)
    bench.store.write("tls_ca", server.ca)
    bench.network.wlan.connected = True
    rtc = bench.device.clock._rtc
    monkeypatch.setattr(tls, "now_s", lambda: bench.device.clock._read_rtc_s())
    assert rtc.datetime()[0] >= 2026
    connection = bench.device.station.exchange.connection

    def ended():
        # Its first dial only looks the name up, in a thread (sockets_network.py).
        bench.run(10, 12)
        server.poll()
        return server.told or connection.reason.startswith("tls")

    until(ended, "an end of the handshake")
    server.close()
    return bench, connection.reason


def test_certificate_is_valid_before_anyone_told_the_time(monkeypatch, tmp_path):
    """micropython.md §9: in the year 2000 none is; the clock starts at the floor before TLS."""
    valid_from = datetime(2025, 12, 31, tzinfo=UTC)
    server = TlsServer(tmp_path, valid_from=valid_from)
    bench, reason = dialled(monkeypatch, server)
    assert b"Sec-WebSocket-Key" in server.told, reason
    assert bench.device.clock.utc_s() is None


def test_certificate_of_last_month_is_valid_after_a_power_cut(monkeypatch, tmp_path):
    """The floor is the last known time, and it is what certificates are judged by."""
    november = int(datetime(2026, 11, 20, tzinfo=UTC).timestamp())
    server = TlsServer(tmp_path, valid_from=datetime(2026, 11, 1, tzinfo=UTC))
    before = Bench(monkeypatch)
    before.device.station.time.tell(november, before.device.clock.now_ms())
    before.run(200, 12)
    bench, reason = dialled(monkeypatch, server, before.store)
    assert b"Sec-WebSocket-Key" in server.told, reason
    assert bench.device.clock.utc_s() is None


def test_certificate_of_the_future_is_refused_and_the_reason_told(monkeypatch, tmp_path):
    server = TlsServer(tmp_path, valid_from=datetime(2026, 11, 1, tzinfo=UTC))
    _, reason = dialled(monkeypatch, server)
    assert server.told == b""
    assert reason == "tls: The certificate validity starts in the future"


# -- the frozen programs, on MicroPython ----------------------------------------------------------

_HARDWARE = """
import io, os, sys, time, vfs
class Machine:
    def WDT(self, timeout): print("watchdog", timeout)
    def reset(self):
        print("reset")
        raise SystemExit
class Blocks:
    def __init__(self):
        self.memory = bytearray(b"{fill}" * 65536)
    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        buffer[:] = memoryview(self.memory)[at : at + len(buffer)]
    def writeblocks(self, block, buffer, offset=0):
        self.memory[block * 4096 + offset : block * 4096 + offset + len(buffer)] = buffer
    def ioctl(self, operation, argument):
        if operation == 6:
            self.memory[argument * 4096 : argument * 4096 + 4096] = bytes(4096)
        return {{4: 16, 5: 4096}}.get(operation, 0)
class Flashbdev:
    bdev = Blocks()
sys.modules["machine"] = Machine()
sys.modules["flashbdev"] = Flashbdev
boot, main, image = [open(name, "rb").read() for name in sys.argv[1:4]]
for place in ("/rom", "/"):
    try:
        vfs.umount(place)
    except OSError:
        pass
exec(boot.decode().replace("_AGAIN_MS = 1000", "_AGAIN_MS = 1"), {{}})
if image:
    vfs.mount(vfs.VfsRom(image), "/rom")
{more}
try:
    exec(main.decode().replace("_PAUSE_MS = 10000", "_PAUSE_MS = 1"), {{}})
finally:
    print("kept:", "store" in os.listdir("/") and "trace" in os.listdir("/store")
        and open("/store/trace").read())
"""
# The emulated registers in place of the hardware; after the third step someone presses Ctrl-C.
_REGISTERS = """
class Radio:
    def __init__(self, interface): pass
class Network:
    STA_IF, STAT_NO_AP_FOUND, STAT_WRONG_PASSWORD, STAT_CONNECTING = 0, 201, 202, 1001
    WLAN = Radio
class Rtc:
    def datetime(self, value=None): return (2000, 1, 1, 5, 0, 0, 0, 0)
class Dog:
    left = 3
    def __init__(self, timeout): print("watchdog", timeout)
    def feed(self):
        Dog.left -= 1
        if not Dog.left:
            print("fed thrice, relay", machine.current.levels.get(RELAY))
            print("drivers", [name.split(".")[-1] for name in sys.modules if ".drivers." in name])
            raise KeyboardInterrupt
sys.path.insert(0, "/rom")
del sys.modules["machine"]
import machine
machine.RTC, machine.WDT, machine.bitstream = Rtc, Dog, lambda *line: None
class Slot:
    RUNNING = 1
    def __init__(self, label): pass
    def get_next_update(self): raise OSError(2)
class Ulp:
    def load_binary(self, at, blob): print("guard loaded", len(blob))
    def set_wakeup_period(self, index, us): pass
    def run(self, entry): print("guard runs", entry)
class Chip:
    Partition, ULP = Slot, Ulp
sys.modules["esp32"] = Chip
class Mail:
    # The memory of a coprocessor that does nothing.
    def __getattr__(self, name): return 0
class Words:
    UINT16 = 0
    def struct(address, layout): return Mail()
sys.modules["uctypes"] = Words
class Memory(dict):
    def __getitem__(self, at): return self.get(at, 0)
machine.mem32 = Memory()
class Wire:
    def reset(self, pin): return 0
    def readbyte(self, pin): return 255
    def writebyte(self, pin, value): pass
sys.modules["_onewire"] = Wire()
sys.modules["network"] = Network
"""
needs_micropython = pytest.mark.skipif(
    not MICROPYTHON.exists(), reason="no MicroPython here: run `make setup`"
)


def start(tmp_path, files, fill="\\x00", more=""):
    """What the console shows when the board starts with ``files`` as its ROMFS image."""
    image = tmp_path / "app.romfs"
    image.write_bytes(pack(files) if files else b"")
    script = _HARDWARE.format(fill=fill, more=more)
    words = [MICROPYTHON, "-c", script, FROZEN / "_boot.py", FROZEN / "main.py", image]
    said = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    return said.stdout + said.stderr


def compiled(tmp_path, program):
    """An application that is only ``program``."""
    source = tmp_path / "main.py"
    source.write_text(program)
    return {"main.mpy": compile_module(source, "main.py", [])}


@needs_micropython
@pytest.mark.parametrize("board", BOARDS)
def test_the_image_of_each_board_starts_and_steps(tmp_path, board):
    """From the frozen programs through the ROMFS to a stepped station, on the interpreter."""
    files = compiled_files(board)
    described, pins, _ = description.revision(board, paths.BOARDS)
    relay = pins["RELAY"]
    for name in ("machine", "buses", "waves"):
        files[f"{name}.mpy"] = compile_module(paths.EMULATED / f"{name}.py", f"{name}.py", [])
    said = start(tmp_path, files, more=f"RELAY = {relay}" + _REGISTERS)
    assert "watchdog 60000" in said and "watchdog 8000" in said
    assert "wifi: off: no WifiSsid" in said
    guarded = described["guard"] == "ulp"
    assert f"fed thrice, relay {None if guarded else 0}" in said, "a guard's pad is not touched"
    imported = said.partition("drivers [")[2].partition("]")[0]
    parts = [part["driver"] for part in described["parts"].values()]
    for driver in (
        "guard_interlock",
        "guard_ulp",
        "lamp_pin",
        "lamp_ws2812",
        "lock_pins",
        "uart_rs485",
    ):
        named = driver in parts or driver == "uart_rs485" and "METER_DIR" in pins
        assert (repr(driver) in imported) == named, driver
    assert "KeyboardInterrupt" in said
    assert "kept: False" in said


@needs_micropython
def test_an_application_that_fails_to_start_is_traced_and_started_anew(tmp_path):
    failing = compiled(tmp_path, "raise ValueError('SupplyLimit: expected 6 to 80')")
    said = start(tmp_path, failing)
    assert "watchdog 60000" in said
    assert "reset" in said
    kept = said.partition("kept:")[2]
    assert "SupplyLimit: expected 6 to 80" in kept and "line 1" in kept


@needs_micropython
def test_a_board_without_an_application_is_started_anew(tmp_path):
    said = start(tmp_path, {})
    assert "reset" in said
    assert "ImportError" in said


@needs_micropython
def test_a_flash_full_of_rubbish_gets_a_file_system(tmp_path):
    said = start(tmp_path, compiled(tmp_path, "raise ValueError('here')"), fill="\\xa5")
    assert "no file system on the flash, making one" in said
    assert "here" in said.partition("kept:")[2]


@needs_micropython
def test_only_the_image_is_imported_from(tmp_path):
    program = "import sys\nprint('path', sys.path)\nraise ValueError('end')"
    said = start(tmp_path, compiled(tmp_path, program))
    assert "path ['/rom', '.frozen']" in said


_DEPTH = """
import builtins
chain, deepest, real = [], [], builtins.__import__
def counted(name, *more):
    new = name not in sys.modules
    if new:
        chain.append(name)
        if len(chain) > len(deepest):
            deepest[:] = chain
    try:
        return real(name, *more)
    finally:
        if new:
            chain.pop()
builtins.__import__ = counted
import board
print("deepest", len(deepest), deepest)
raise ValueError("enough")
"""


@needs_micropython
def test_imports_do_not_nest_deeply(tmp_path):
    """Each takes a kilobyte of C stack on an ESP32, whose interpreter has 16 KB in all."""
    files = compiled_files("esp32s3_devkit")
    for name in ("machine", "buses", "waves"):
        files[f"{name}.mpy"] = compile_module(paths.EMULATED / f"{name}.py", f"{name}.py", [])
    said = start(tmp_path, files, more="RELAY = 5" + _REGISTERS + _DEPTH)
    depth = said.partition("deepest ")[2].partition(" ")[0]
    assert depth.isdigit() and int(depth) <= 7, said
