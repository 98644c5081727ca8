"""Secret words of a command line: any user of the computer reads those of a running command."""

import argparse
import getpass
from collections.abc import Callable

ASKED = "-"
# For the help of such an option.
HINT = f"{ASKED}: ask for it"


def asked(what: str) -> Callable[[str], str]:
    """The ``type`` of an argparse option: the word given, or, for "-", what is typed at the
    terminal meanwhile and not shown. argparse.ArgumentTypeError where there is no one to ask."""

    def word(given: str) -> str:
        if given != ASKED:
            return given
        try:
            return getpass.getpass(f"{what}: ")
        except EOFError:
            raise argparse.ArgumentTypeError(f"{what}: nothing was typed") from None

    return word
