"""The harness's end of a card reader that runs beside the firmware (emulated/desk_readers.py).

It says nothing on a serial line; what lies before it and what is wrong with it goes along with
the inputs of a step.
"""

KINDS = {
    "mfrc522": "mfrc522",
    "pn532_i2c": "pn532",
    "pn532_spi": "pn532",
    "onewire": "onewire_key",
}


class BusReader:
    """``kind`` is one of KINDS; ``field`` has ``present_uid``. ``fault`` is a word of part.py."""

    def __init__(self, field, kind: str):
        if kind not in KINDS:
            raise ValueError(f"reader {kind!r}: pn532, {', '.join(KINDS)} expected")
        self._field = field
        self._part = KINDS[kind]
        self.fault: str | None = None

    def rows(self) -> list:
        """The "c" of a step's inputs (emulated/buses.py)."""
        uid = self._field.present_uid
        return [[self._part, [] if uid is None else [uid.hex()], self.fault]]

    def receive(self, data: bytes, now_ms: int) -> None:
        """Nothing comes here."""

    def take(self, now_ms: int) -> bytes:
        """Nothing to be sent."""
        return b""

    def due_ms(self) -> int | None:
        """It says nothing by itself."""
        return None
