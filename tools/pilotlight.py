"""``pilotlight COMMAND``: the tools for people. ``pilotlight sim --help`` tells of the sim."""

import argparse
import sys

from tools.sim import commands, conditions, options, state
from tools.sim import main as sim

_LINES = """\
Lines of --script and --control, one JSON object each, answered with one ({"ok": true, ...}):
    {"do": "plug_in", "connector": 1, "amps": 16}
"""


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
    return sim.run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
