"""A meter that signs: an SDM630 with registers of our own for signed readings (function 3).

Reading 7001 asks for a signed begin, 7002 for a signed end. 7010 is the length of the text in
bytes, 0 until it is made; from 7100 on the text lies, two bytes a register. The text has the form
of OCMF, with characters that a careless transport would change.
"""

import hashlib
import json

from .modbus_meter import ILLEGAL_ADDRESS
from .sdm630 import Sdm630

SIGNING_MS = 3000

_ASK = 0x7000
_LENGTH = 0x7010
_TEXT = 0x7100
_MARKS = {1: "B", 2: "E"}


class SigningMeter(Sdm630):
    """``signed`` are the texts that it ever made. ``mute``: it takes for ever. ``padding`` makes
    each text so many bytes longer."""

    def __init__(self, world):
        super().__init__(world)
        self.signed = []
        self.mute = False
        self.padding = 0
        self._text = b""
        self._ready_ms = 0
        self._now_ms = 0

    def receive(self, data: bytes, now_ms: int) -> None:
        """Take bytes from the bus."""
        self._now_ms = now_ms
        super().receive(data, now_ms)

    def registers(self, function: int, register: int, count: int) -> bytes | int:
        """The data of ``count`` registers, or the code of an exception."""
        if function != 3 or register < _ASK or register >= 0x8000:
            return super().registers(function, register, count)
        if register - _ASK in _MARKS and count == 1:
            self._sign(_MARKS[register - _ASK])
            return b"\0\0"
        if register == _LENGTH and count == 1:
            waits = self.mute or self._now_ms < self._ready_ms
            return (0 if waits else len(self._text)).to_bytes(2, "big")
        at = 2 * (register - _TEXT)
        data = self._text[max(at, 0) : at + 2 * count].ljust(2 * count, b"\0")
        return data if at >= 0 else ILLEGAL_ADDRESS

    def _sign(self, mark: str) -> None:
        reading = {
            "TM": f"{self._now_ms} S", "TX": mark, "RV": self._world.import_wh / 1000,
            "RI": "1-0:1.8.0", "RU": "kWh", "ST": "G",
        }  # fmt: skip
        payload = {
            "FV": "1.0", "GI": 'Zähler "1" \\ €', "MS": str(self.serial),
            "PG": f"T{len(self.signed) + 1}", "XX": "/" * self.padding, "RD": [reading],
        }  # fmt: skip
        body = json.dumps(payload, ensure_ascii=False, separators=(", ", ":"))
        signature = hashlib.sha256(body.encode()).hexdigest()
        text = f'OCMF|{body}|{{"SD":"{signature * 2}"}}'
        self.signed.append(text)
        self._text = text.encode()
        self._ready_ms = self._now_ms + SIGNING_MS
