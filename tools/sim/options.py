"""The command line of ``pilotlight sim``, checked before anything is started."""

import argparse
import re
from pathlib import Path

from host_tests.harness import led_loop, paths
from host_tests.harness.csms.upgrade import SUBPROTOCOL
from host_tests.harness.targets import TARGETS
from host_tests.harness.world.world import PARTS
from tools.asked import HINT, asked
from tools.sim.errors import Unusable
from tools.sim.kept import Kept

paths.use_firmware()

from chargepoint.wire.url import parse  # noqa: E402

# What stands on the desk; a real board is flashed, not simulated.
BOARDS = {"unix": "unix", "in_process": "unix", "qemu": "qemu_mps2"}
MOST_CONNECTORS = {"unix": 4, "in_process": 4, "qemu": 1}
MOST_STATIONS = {"unix": 50, "in_process": 200, "qemu": 1}
IDENTITY = "PL-0001"
_COUNTED = re.compile(r"(.*?)(\d*)")
_HOST_PORT = re.compile(r"(?:(?P<host>[^:\[\]]+)|\[(?P<six>[0-9a-fA-F:.]+)\]):(?P<port>\d{1,5})")
# Hexadecimal keys of security profile 1 stand for raw bytes (OCPP 1.6 Security, A00.FR.205).
_RAW_KEY = re.compile(r"(?:[0-9a-fA-F]{2}){16,20}")
_PEM = re.compile(rb"^-----BEGIN [A-Z0-9 ]+-----", re.MULTILINE)
_KEY = "AuthorizationKey"
_FILES = (("ca", "tls_ca"), ("cert", "tls_certificate"), ("key", "tls_key"))


def add_to(parser: argparse.ArgumentParser) -> None:
    """The options, as the issue has them."""
    add = parser.add_argument
    add("--target", choices=list(TARGETS), default="unix", help="where the firmware runs (unix)")
    add("--board", metavar="NAME", help="a board of boards/ that the target can be")
    add("--connectors", type=int, metavar="N", help="how many connectors (1)")
    add("--csms", metavar="URL", help=f"a back end ({SUBPROTOCOL}, ws or wss); without: our own")
    add("--identity", metavar="ID", help="the station's name (PL-0001)")
    word = asked("password of HTTP Basic auth")
    add("--password", metavar="P", type=word, help=f"password of HTTP Basic auth ({HINT})")
    add("--ca", metavar="FILE", help="wss: certificate of the authority we trust, PEM")
    add("--cert", metavar="FILE", help="wss: the station's own certificate, PEM")
    add("--key", metavar="FILE", help="wss: the key of --cert, PEM")
    add("--lacks", action="append", metavar="PART", help=f"not fitted: {', '.join(PARTS)}")
    add("--tethered", action="store_true", default=None, help="a cable of its own: no socket")
    add("--setting", action="append", default=[], metavar="KEY=VALUE", help="may be repeated")
    add("--state", type=Path, metavar="DIR", help="keep the station's store here")
    add("--stations", type=int, default=1, metavar="N", help="so many, with names that count on")
    add("--speed", type=float, default=1, metavar="X", help="so many times as fast as a clock")
    add("--page", type=int, metavar="PORT", help="the page for a browser is there (0: anywhere)")
    add("--no-page", action="store_true", help="no page")
    add("--own-page", action="store_true", help="the station's own page for technicians, too")
    add("--control", metavar="HOST:PORT", help="take commands over TCP, one JSON object a line")
    add("--script", type=Path, metavar="FILE", help="carry out such lines, then end")
    add("--headless", action="store_true", help="no picture; tell what happens line by line")
    add(
        "--on-reset",
        choices=["exit", "restart"],
        default="restart",
        help="what a Reset does to the process",
    )


class Options:
    """``given`` is the parsed command line. Raises Unusable saying what was expected.

    With a state folder a start without an option is as the one before; of ``--setting`` the first
    value stays, as everything does that the station keeps.
    """

    def __init__(self, given: argparse.Namespace):
        kept = Kept(given.state)
        self.target = given.target
        self.connectors = self._connectors(
            given, kept.connectors if given.connectors is None else given.connectors
        )
        self.url = self._url(given)
        self.settings = {**dict(_setting(text) for text in given.setting), **kept.settings}
        self.identity = self._identity(given.identity or kept.identity)
        self.tethered = kept.tethered if given.tethered is None else given.tethered
        self.lacks = self._lacks(kept.lacks if given.lacks is None else given.lacks)
        if given.password is not None:
            self.settings = {**_without(self.settings, _KEY), _KEY: given.password}
        self.files = self._files(given)
        self.state = given.state
        self.control = None if given.control is None else address(given.control)
        self.script = given.script
        self.headless = given.headless
        self.page = _page(given)
        self.own_page = given.own_page
        if given.own_page and given.target == "qemu":
            raise Unusable("--own-page: target qemu has no sockets; use --target unix")
        self.speed = _speed(given.speed)
        self.exit_on_reset = given.on_reset == "exit"
        _check_board(given)

    def keep(self) -> None:
        """Remember for the next start; only once the station took the settings."""
        if self.state is not None:
            Kept.write(self.state, self)

    @property
    def secret(self) -> bytes | None:
        """The password as the back end knows it."""
        key = _find(self.settings, _KEY)
        if not key:
            return None
        return bytes.fromhex(key) if _RAW_KEY.fullmatch(key) else key.encode()

    def _connectors(self, given, count: int) -> int:
        most = MOST_CONNECTORS[given.target]
        if not 1 <= count <= most:
            raise Unusable(f"--connectors {count}: target {given.target} has 1 to {most}")
        return count

    def _lacks(self, parts: list) -> list:
        for part in parts:
            if part not in PARTS:
                raise Unusable(f"--lacks {part}: one of {', '.join(PARTS)} expected")
        if "proximity" in parts and not self.tethered:
            raise Unusable("--lacks proximity: a socket needs it; add --tethered")
        return parts

    def _identity(self, named: str | None) -> str:
        """``--identity`` goes before ``--setting Identity=``."""
        set_to = _find(self.settings, "Identity")
        self.settings = _without(self.settings, "Identity")
        return named or set_to or IDENTITY

    def _url(self, given) -> str | None:
        if given.csms is None:
            if given.ca or given.cert or given.key:
                raise Unusable("--ca, --cert and --key are for a back end elsewhere: add --csms")
            return None
        try:
            secure = parse(given.csms)[0]
        except ValueError as error:
            raise Unusable(f"--csms: {error}") from None
        if secure and given.target == "qemu":
            raise Unusable("--target qemu has no TLS; use --target unix for wss")
        if secure and given.ca is None:
            raise Unusable("--csms wss://...: --ca FILE expected, the authority to trust (PEM)")
        return given.csms

    def _files(self, given) -> dict:
        if (given.cert is None) != (given.key is None):
            raise Unusable("--cert and --key belong together: give both or none")
        found = [(name, getattr(given, option)) for option, name in _FILES]
        return {name: _pem(path) for name, path in found if path is not None}


def of_stations(given: argparse.Namespace) -> list[Options]:
    """The options of each station; of several, each has a name and a state folder of its own."""
    most = MOST_STATIONS[given.target]
    if not 1 <= given.stations <= most:
        raise Unusable(f"--stations {given.stations}: target {given.target} can be 1 to {most}")
    if given.stations == 1:
        return [Options(given)]
    names = _counted(given.identity or IDENTITY, given.stations)
    return [Options(_own(given, name)) for name in names]


def _own(given, name):
    folder = given.state and given.state / name
    return argparse.Namespace(**{**vars(given), "identity": name, "state": folder})


def _counted(first: str, count: int) -> list[str]:
    """``first`` and the names that follow when its last digits count on."""
    stem, digits = _COUNTED.fullmatch(first).groups()
    if not digits:
        stem, digits = f"{first}-", "1"
    return [f"{stem}{int(digits) + at:0{len(digits)}}" for at in range(count)]


def _page(given) -> int | None:
    """The page's port; None: no page."""
    if given.no_page or (given.headless and given.page is None):
        return None
    port = given.page or 0
    if not 0 <= port <= 65535:
        raise Unusable(f"--page {port}: a port expected, 0 (any) to 65535")
    return port


def _speed(speed: float) -> float:
    if not led_loop.SLOWEST <= speed <= led_loop.FASTEST:
        low, high = led_loop.SLOWEST, led_loop.FASTEST
        raise Unusable(f"--speed {speed:g}: expected {low} to {high}")
    return speed


def address(text: str) -> tuple[str, int]:
    """``HOST:PORT`` taken apart; Unusable for anything else."""
    found = _HOST_PORT.fullmatch(text)
    if found is None or int(found["port"]) > 65535:
        raise Unusable(f"--control {text}: HOST:PORT expected, such as 127.0.0.1:7000")
    return found["host"] or found["six"], int(found["port"])


def _find(settings: dict, name: str) -> str | None:
    """Names of settings are the same in any case."""
    return next((text for key, text in settings.items() if key.lower() == name.lower()), None)


def _without(settings: dict, name: str) -> dict:
    return {key: text for key, text in settings.items() if key.lower() != name.lower()}


def _setting(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise Unusable(f"--setting {text}: KEY=VALUE expected")
    return key, value


def _pem(path: str) -> bytes:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}; a PEM file expected") from None
    if not _PEM.search(data):
        raise Unusable(f"{path}: a PEM file expected (-----BEGIN ...)")
    return data


def _check_board(given) -> None:
    wanted, fits = given.board, BOARDS[given.target]
    if wanted is None or wanted == fits:
        return
    known = sorted(folder.parent.name for folder in paths.BOARDS.glob("*/board.py"))
    if wanted not in known:
        raise Unusable(f"--board {wanted}: there is no such board, there are {', '.join(known)}")
    raise Unusable(f"--board {wanted}: --target {given.target} can only be {fits}")
