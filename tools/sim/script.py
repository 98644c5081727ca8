"""Commands from a file: one JSON object a line; blank lines and lines with # do nothing."""

import json
from pathlib import Path

from tools.sim.errors import Unusable
from tools.sim.tape import NOTE, PERSON


class Script:
    """The lines of ``file``; Unusable when it can't be read."""

    def __init__(self, file: Path):
        self._file = file
        self._lines = list(_read(file))

    async def play(self, street) -> None:
        """Carry out one after the other; the first that fails ends it all with 1."""
        for number, text in self._lines:
            if text.startswith("#"):
                street.tape.tell(NOTE, text.lstrip("# "))
                continue
            street.tape.tell(PERSON, text)
            answer = await street.submit(text)
            if not answer["ok"]:
                street.fail(f"{self._file}:{number}: {text}\n{json.dumps(answer)}")
                return
        street.end(0)


def _read(file: Path):
    try:
        texts = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"--script {file}: {error}; a file of commands expected") from None
    for number, text in enumerate(texts, start=1):
        if text.strip():
            yield number, text.strip()
