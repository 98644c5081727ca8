"""``pilotlight COMMAND``: the tools for people. ``pilotlight COMMAND --help`` tells of each."""

import argparse
import sys

from host_tests.harness.csms import __main__ as backend
from tools.calibrate import main as calibrate
from tools.commission import main as commission
from tools.device import main as device
from tools.guard_check import main as guard_check
from tools.provision import main as provision
from tools.sim import commands, conditions, options, state
from tools.sim import main as sim

_LINES = """\
Lines of --script and --control, one JSON object each, answered with one ({"ok": true, ...}):
    {"do": "plug_in", "connector": 1, "amps": 16}
Of several stations "station": "PL-0007" says whose it is.
"""
# Each with add_to(parser), run(given) and ABOUT.
_TOOLS = (
    ("calibrate", calibrate, "measure the pilot's divider of a board"),
    ("guard-check", guard_check, "measure a board's guard"),
    ("provision", provision, "set a station as ordered"),
    ("commission", commission, "accept a charge point, with a report"),
)


def main(arguments: list[str] | None = None) -> int:
    """Carry out the command line; the exit status."""
    parser = argparse.ArgumentParser(prog="pilotlight", description="Tools of a charge point.")
    chosen = parser.add_subparsers(dest="command", required=True)
    of_sim = chosen.add_parser(
        "sim",
        help="a charge point on the desk",
        description="A charge point on the desk, beside our own back end or one elsewhere.",
        epilog="\n".join([_LINES, commands.summary(), "", conditions.__doc__, state.__doc__]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_to(of_sim)
    of_sim.set_defaults(run=sim.run)
    for name, tool, about in _TOOLS:
        of_tool = chosen.add_parser(name, help=about, description=tool.ABOUT)
        tool.add_to(of_tool)
        of_tool.set_defaults(run=tool.run)
    device.add_to(chosen)
    # Its words are its own, --help too.
    chosen.add_parser("backend", help="the bench back end, and its pages", add_help=False)
    given, words = parser.parse_known_args(arguments)
    if given.command == "backend":
        return backend.main(words)
    if words:
        parser.error(f"unrecognized arguments: {' '.join(words)}")
    return given.run(given)


if __name__ == "__main__":
    sys.exit(main())
