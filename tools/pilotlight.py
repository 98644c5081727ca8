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
    of_calibration = chosen.add_parser(
        "calibrate", help="measure the pilot's divider of a board", description=calibrate.ABOUT
    )
    calibrate.add_to(of_calibration)
    of_calibration.set_defaults(run=calibrate.run)
    of_guard = chosen.add_parser(
        "guard-check", help="measure a board's guard", description=guard_check.ABOUT
    )
    guard_check.add_to(of_guard)
    of_guard.set_defaults(run=guard_check.run)
    of_order = chosen.add_parser(
        "provision", help="set a station as ordered", description=provision.ABOUT
    )
    provision.add_to(of_order)
    of_order.set_defaults(run=provision.run)
    of_trial = chosen.add_parser(
        "commission", help="accept a charge point, with a report", description=commission.ABOUT
    )
    commission.add_to(of_trial)
    of_trial.set_defaults(run=commission.run)
    device.add_to(chosen)
    # Its words are its own, --help too.
    chosen.add_parser("backend", help="the bench back end alone", add_help=False)
    given, words = parser.parse_known_args(arguments)
    if given.command == "backend":
        return backend.main(words)
    if words:
        parser.error(f"unrecognized arguments: {' '.join(words)}")
    return given.run(given)


if __name__ == "__main__":
    sys.exit(main())
