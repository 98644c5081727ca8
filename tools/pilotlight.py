"""``pilotlight COMMAND``: the tools for people. ``pilotlight sim --help`` tells of the sim."""

import argparse
import sys

from tools.sim import main as sim
from tools.sim import options


def main(arguments: list[str] | None = None) -> int:
    """Carry out the command line; the exit status."""
    parser = argparse.ArgumentParser(prog="pilotlight", description="Tools of a charge point.")
    chosen = parser.add_subparsers(dest="command", required=True)
    options.add_to(chosen.add_parser("sim", help="a charge point on the desk"))
    return sim.run(parser.parse_args(arguments))


if __name__ == "__main__":
    sys.exit(main())
