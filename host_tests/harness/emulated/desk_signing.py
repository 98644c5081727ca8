"""The desk's driver for the emulated meter that signs (harness/devices/signing_meter.py)."""

from chargepoint.drivers.meter_modbus import ModbusMeter

_ASK = 0x7000
_LENGTH = 0x7010
_TEXT = 0x7100
_MOST = 60  # registers in one answer
_CONTEXTS = {"begin": 1, "end": 2}


class SigningMeter(ModbusMeter):
    """A Modbus meter with a question for its signature behind each cycle while one is wanted."""

    signs = True

    def __init__(self, uart, model):
        ModbusMeter.__init__(self, uart, model)
        self._signing = ()

    def sign(self, context: str, tag: str) -> None:
        """Begin a signed reading."""
        self.signed = None
        self._signing = ((3, _ASK + _CONTEXTS[context], 1),)

    def _publish(self, now_ms):
        ModbusMeter._publish(self, now_ms)
        if self._signing and self.trouble is None:
            self._go_on(self._signing, now_ms + self._silence_ms)

    def _finish(self, now_ms):
        if self._round is not self._signing:
            # Anything of the meter itself, or an answer to a question that was taken back.
            ModbusMeter._finish(self, now_ms)
            return
        if self._signing[0][1] >= _TEXT:
            data = b"".join([word.to_bytes(2, "big") for words in self._words for word in words])
            self.signed = data[: self._length].decode()
            self._signing = ()
        elif self._signing[0][1] < _LENGTH:
            self._signing = ((3, _LENGTH, 1),)
        elif self._words[0][0]:
            self._length = self._words[0][0]
            places = range(0, (self._length + 1) // 2, _MOST)
            self._signing = tuple([(3, _TEXT + at, _MOST) for at in places])
        self._go_on(self.model.blocks, now_ms + self._silence_ms)
