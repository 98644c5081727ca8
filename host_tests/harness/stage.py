"""The stage of a scenario: world, vehicle, cards, network, back end and a station on any target.

A scenario sees this and nothing else. Time is virtual and led from here: the world moves on, the
back end's loop becomes quiet, the firmware makes one step. Steps are 10 ms while anything is going
on and up to a second while nothing is; no event of the world or of the back end is stepped over.
"""

import hashlib
import time
from pathlib import Path

from host_tests.harness import paths
from host_tests.harness.csms.server import Csms
from host_tests.harness.devices import meters
from host_tests.harness.devices.bus_reader import BusReader
from host_tests.harness.devices.console import Console
from host_tests.harness.devices.pn532 import Pn532
from host_tests.harness.files import FileServer
from host_tests.harness.network import Network
from host_tests.harness.pace import STEP_MS, Pace
from host_tests.harness.people import CARD, CARD_TAG, People  # noqa: F401 (asked for here)
from host_tests.harness.portal import Portal
from host_tests.harness.targets import LACKS, make_target
from host_tests.harness.virtual_loop import UtcClock, VirtualLoop
from host_tests.harness.world import World
from host_tests.harness.world.wiring import Wiring

paths.use_firmware()

import pins  # noqa: E402
from chargepoint.wire.url import parse  # noqa: E402

_PATIENCE_S = 0.25
_OF_SOCKETS = ("proximity", "lock")
_BOOT_MS = 300
_CAUSES = {"hard": "HARD_RESET", "soft": "SOFT_RESET", "watchdog": "WDT_RESET"}

IDENTITY = "PL-0001"


class Stage(People):
    """``settings`` (name -> text) are provisioned; ``target`` is a name of targets.TARGETS.

    ``lacks`` names parts that the station does not have (world.PARTS); ``socket`` False: the cable
    is the station's own, so there is neither proximity nor lock. ``reader`` is "pn532", or one of
    bus_reader.KINDS on the targets in_process and unix. ``meter`` is a kind of devices/meters.py;
    on qemu a Modbus model.
    Use as a context: the power comes on with ``start`` and everything is given back at the end;
    ``at_end``, set for all stages, is called with each before its back end goes.
    ``portal``: it has an access point with its own page (harness/portal.py; not on qemu).
    ``guard`` "ulp": the coprocessor holds the contactor of its one connector in place of the
    interlock (world/guard.py; not on qemu); "none": no one does.
    ``beside`` is a stage whose loop, clock and back end this one shares; it is left last.
    For the sim: ``loop``, one that the wall leads; ``url`` of a back end elsewhere (then ``csms``
    is None), else ``book``, the file of our own; ``files`` (name -> bytes) for the store.
    """

    at_end = None

    _files = None

    def __init__(
        self,
        target: str,
        folder: Path,
        connectors: int = 1,
        settings: dict = None,
        seed: int = 1,
        identity: str = IDENTITY,
        *,
        lacks: tuple = (),
        socket: bool = True,
        reader: str = "pn532",
        meter: str = "SDM630",
        loop: VirtualLoop = None,
        beside: "Stage" = None,
        url: str = None,
        book: str = ":memory:",
        files: dict = None,
        portal: bool = False,
        guard: str = "interlock",
        **options,
    ):
        self.identity = identity
        self._guest = beside is not None
        if self._guest:
            self.loop, self.clock, self.csms = beside.loop, beside.clock, beside.csms
        else:
            self._make_surroundings(loop, None if url else book)
        if self.csms is not None:
            self.csms.add_charge_point(identity)
        self.network = self._own_network() if url is None else self._network_to(url)
        without = {*lacks, *LACKS.get(target, ()), *_left_out(socket, guard)}
        self.world = World(connectors, seed, lacks=without)
        self.world.advance_to(self.loop.now_ms())
        board = {"connectors": connectors, "socket": socket, "lacks": sorted(without)}
        board |= {"reader": reader, "meter": meter, "guard": guard}
        self.portal = Portal(self, board) if portal else None
        provisioning = self._provisioning(board, settings or {}, url)
        self.target = make_target(target, folder, provisioning, seed, **options)
        self._prepare(meter, reader, files or {}, guard)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.target.close()
        self.wiring.console.close()
        if self._files is not None:
            self._files.close()
        if self.at_end is not None and self.csms is not None:
            self.at_end(self)
        if not self._guest:
            if self.csms is not None:
                self.csms.close()
            self.loop.finish()

    # -- time -----------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Virtual time since the stage was made."""
        return self.world.now_ms

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.pace.wake()
        end_ms = self.now_ms + int(seconds * 1000)
        while self.now_ms < end_ms:
            self.step(min(self.pace.next_ms(), end_ms))

    def until(self, condition, timeout_s: float = 60, what: str = "") -> None:
        """Let time pass until ``condition()``; AssertionError with the state when it never is."""
        # Whoever waits may just have changed the world.
        self.pace.wake()
        end_ms = self.now_ms + int(timeout_s * 1000)
        while not condition():
            if self.now_ms >= end_ms:
                raise AssertionError(self._missed(what, timeout_s))
            self.step(min(self.pace.next_ms(), end_ms))

    def step(self, to_ms: int, inputs: dict = None) -> dict:
        """Move everything on to ``to_ms`` and let the station make one step."""
        self.wiring.pass_to(to_ms)
        self.loop.pass_to(to_ms)
        self._heed_guard()
        if not self.on:
            self.loop.run_until_quiet()
            return {}
        snapshot = self.wiring.before_step(to_ms)
        snapshot.update(inputs or {})
        if self._on_the_way():
            snapshot["n"] = 1
        if self._file_on_the_way():
            snapshot["file"] = 1
        heard = self.network.bytes_heard
        outputs = self.target.step(snapshot)
        self.wiring.after_step(outputs)
        self.loop.run_until_quiet()
        if "n" in outputs:
            self._await_bytes(heard + outputs["n"])
        self._await_file(outputs.get("file", 0))
        self.pace.note(outputs)
        self.log.extend((to_ms, level, text) for level, text in outputs.get("l", ()))
        if "r" in outputs:
            self.on_reset(outputs["r"])
        return outputs

    @property
    def addressed(self) -> bool:
        """Bytes for the station arrived since its last step."""
        return self._carried != self.network.bytes_to_station

    def hang(self, ms: int) -> None:
        """The interpreter hangs for ``ms``: time passes, and the firmware makes no step.

        What guards the contactor outside of it acts; the watchdog does not bite, but for the
        guard's own. Then the firmware goes on where it was.
        """
        end_ms = self.now_ms + ms
        hung_ms = 0
        while self.now_ms < end_ms:
            step_ms = min(STEP_MS, end_ms - self.now_ms)
            self._pass_without(self.now_ms + step_ms)
            hung_ms += step_ms
            self.wiring.starve(step_ms)
            self.wiring.carry(self.target.unanswered(hung_ms))
            if self._heed_guard():
                self.advance((end_ms - self.now_ms) / 1000)
        self.pace.wake()

    def reboot(self, cause: str, ms: int) -> None:
        """The processor is reset for ``cause``, by whatever, and needs ``ms`` to boot."""
        self.restarts += 1
        self.on = False
        self.target.power_off()
        self.wiring.restart(cause)
        end_ms = self.now_ms + ms
        while self.now_ms < end_ms:
            self._pass_without(min(self.now_ms + STEP_MS, end_ms))
        self._begin(cause)

    # -- the station's supply -------------------------------------------------------------------

    def start(self, cause: str = "PWRON_RESET") -> None:
        """Give the station's electronics power, or start them anew."""
        self.world.power(True)
        self.wiring.restart(cause)
        self._begin(cause)

    def power_cut(self) -> None:
        """Take the supply away at this very moment."""
        self.on = False
        self.target.power_off()
        self.world.power(False)
        self.wiring.restart()
        self.loop.run_until_quiet()

    def _restart(self, kind):
        if self.wiring.guard is not None:
            # What guards goes on meanwhile, and sees what the last step let go.
            self.reboot(_CAUSES[kind], _BOOT_MS)
            return
        self.restarts += 1
        self.target.power_off()
        self.start(_CAUSES[kind])

    # -- people and facts -----------------------------------------------------------------------

    def file_server(self, ssl_context=None):
        """A server for files beside the back end (harness/files); one a stage."""
        if self._files is None:
            self._files = FileServer(self.loop, ssl_context)
        return self._files

    def update_file(self, other: str = "next", **words) -> bytes:
        """The file of an update for this station; see targets/base.Target.update."""
        return self.target.update(other, **words)

    def secure(self, ssl_context) -> None:
        """From now on our back end speaks TLS (see csms/certificates.py), or no more (None)."""
        self.csms.secure(ssl_context)
        self.network.back_door = None if ssl_context else self.csms.back_door

    # -- inside ---------------------------------------------------------------------------------

    def _begin(self, cause):
        self.target.power_on(cause, self.wiring.before_step(self.now_ms))
        self.on = True
        self.pace.wake()

    def _pass_without(self, to_ms):
        """Time in which the firmware makes no step."""
        self.wiring.pass_to(to_ms)
        self.loop.pass_to(to_ms)
        self.loop.run_until_quiet()

    def _heed_guard(self):
        """The guard's watchdog has reset the chip: the firmware starts anew; whether it was so."""
        guard = self.wiring.guard
        if guard is None or not guard.bitten:
            return False
        if self.on:
            self.on_reset("watchdog")
        guard.bitten = False
        return True

    def _on_the_way(self):
        """Bytes left for the station since it was last asked."""
        before, self._carried = self._carried, self.network.bytes_to_station
        return self._carried != before

    def _await_bytes(self, heard):
        """In virtual time what the station sent arrives now, whatever the kernel is busy with.

        What was sent into a connection that is being cut never does.
        """
        until_s = time.monotonic() + _PATIENCE_S
        while self.network.bytes_heard < heard and time.monotonic() < until_s:
            self.loop.run_until_quiet()

    def _file_on_the_way(self):
        """The file server said something since the station was last asked."""
        before, self._said = self._said, 0 if self._files is None else self._files.said
        return self._said != before

    def _await_file(self, count):
        """What the station sent to the file server arrives now; of what is encrypted, soon."""
        files = self._files
        if files is None or not count or files.secure:
            return
        files.awaited += count
        until_s = time.monotonic() + _PATIENCE_S
        while files.heard < files.awaited and time.monotonic() < until_s:
            self.loop.run_until_quiet()
        files.awaited = files.heard

    def _prepare(self, meter, reader, files, guard):
        parts = self._meters(meter), self._reader(reader), Console()
        self.wiring = Wiring(self.world, pins, *parts)
        if guard == "ulp":
            self.wiring.guard_by(self.target.seed)
        self.pace = Pace(self)
        self.log, self.on, self.restarts = [], False, 0
        self._carried = self._said = 0
        self.on_reset = self._restart
        self.target.prepare()
        for name, data in files.items():
            self.target.provision(name, data)

    def _make_surroundings(self, loop, book):
        self.loop = VirtualLoop(patience_s=0) if loop is None else loop
        self.clock = UtcClock(self.loop) if loop is None else UtcClock.of_the_wall(loop)
        self.csms = None if book is None else self._own_back_end(book)

    def _own_back_end(self, book):
        csms = Csms(self.loop, self.clock, book)
        csms.start()
        csms.add_card(CARD_TAG)
        return csms

    def _own_network(self):
        return Network(self.loop, self.csms.port, back_door=self.csms.back_door)

    def _network_to(self, url):
        _, host, port, _, _ = parse(url)
        return Network(self.loop, port, target_host=host)

    def _provisioning(self, board, settings, url):
        if url is None:
            url = f"ws://127.0.0.1:{self.network.port}/ocpp"
        else:
            # The URL stays as it is (Host header, certificate); only the way leads through here.
            network = self.network
            board["via"] = {f"{network.target_host}:{network.target_port}": network.port}
        factory = {"CentralSystemUrl": url, "Identity": self.identity}
        factory.update(settings)
        # As `make flash` writes it: a unit of its own for each identity.
        secret = hashlib.sha256(self.identity.encode()).hexdigest()[:32]
        unit = {"serial": f"PLT-{secret[:8].upper()}", "secret": secret}
        return {"factory": factory, "board": board, "unit": unit}

    def _reader(self, kind):
        cards = self.world.cards
        return Pn532(cards) if kind == "pn532" else BusReader(cards, kind)

    def _meters(self, kind):
        outlets = self.world.connectors
        return {n: meters.make(kind, outlet.meter) for n, outlet in outlets.items()}

    def _missed(self, what, timeout_s):
        told = [self.csms.statuses(self.identity, n) for n in self.world.connectors]
        lines = "\n".join(f"  {at} {level}: {text}" for at, level, text in self.log[-15:])
        return (
            f"{what or 'the condition'} did not come true within {timeout_s} s; statuses {told}; "
            f"world {self.world.state()}; station {self.facts() if self.on else 'off'}\n{lines}"
        )


def _left_out(socket, guard):
    return (() if socket else _OF_SOCKETS) + (() if guard == "interlock" else ("interlock",))
