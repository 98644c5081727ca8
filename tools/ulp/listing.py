"""The program as it lies in memory, beside its source.

``python -m tools.ulp.listing [NAME=VALUE ...]``, of the names that a board gives; -1 is none.
"""

import sys

from tools.paths import ROOT
from tools.ulp.assembler import assemble

SOURCE = ROOT / "firmware/chargepoint/guard/guard.S"
BOARD_NAMES = "PILOT PROXIMITY TEMPERATURE RELAY SECOND RESIDUAL".split()


def listing(text: str, program) -> str:
    """A line a word: its place, the word, and the line of the source that it came from."""
    source = text.splitlines()
    return "\n".join(
        f"{at:4d}  {word:08x}  {number:4d}  {source[number - 1].split('#')[0].strip()}"
        for at, (word, number) in enumerate(zip(program.words, program.lines))
    )


def main(words: list) -> int:
    given = dict.fromkeys(BOARD_NAMES, -1) | {"PILOT": 0, "RELAY": 21, "RESIDUAL_TRIPS": 1}
    for word in words:
        name, _, value = word.partition("=")
        if name not in given or not value.lstrip("-").isdigit():
            print(f"listing: {word}: expected NAME=NUMBER, NAME of {', '.join(given)}")
            return 2
        given[name] = int(value)
    text = SOURCE.read_text(encoding="utf-8")
    print(listing(text, assemble(text, given)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
