"""Port Meter on an Eastron SDM630 (or SDM72D-M-2) over Modbus RTU, asked in the background.

Rules:
- A cycle asks for each block of registers in turn and publishes a reading only when all came:
  a reading is of one moment, or there is none. Input is read before a time-out is judged.
- A failed request ends its cycle; the next begins after a silence, so that a late answer can't
  be taken for another one's (blocks also differ in length). Three failures in a row are trouble,
  the first whole cycle ends it.
- A register below the last one, or no number at all, is never believed: the reading is refused
  and the old one kept. It is trouble at once, and ends when the register has grown again.
- What the meter is (code, serial number) is asked after the first good cycle, three times at the
  most; a meter that does not tell is as good.
"""

from micropython import const

from chargepoint.ports import Meter, Reading
from chargepoint.wire import modbus, rows

CYCLE_MS = const(1000)
# An SDM630 answers within 100 ms; the longest answer here takes 31 ms at 9600 baud.
TIMEOUT_MS = const(300)
RETRY_MS = const(200)

_PATIENCE = const(3)
_READ_BYTES = const(128)

_UNITS = const(1000)
_THOUSANDTHS = const(1)

# Function, first register, count; then for each float in it: offset, what it is, its phase, and
# by what its thousandths are divided (kWh become Wh by themselves). No two counts are the same.
_BLOCKS = (
    (
        modbus.READ_INPUT,
        0x0000,
        12,
        (
            (0, "voltage_mv", 0, _THOUSANDTHS),
            (2, "voltage_mv", 1, _THOUSANDTHS),
            (4, "voltage_mv", 2, _THOUSANDTHS),
            (6, "current_ma", 0, _THOUSANDTHS),
            (8, "current_ma", 1, _THOUSANDTHS),
            (10, "current_ma", 2, _THOUSANDTHS),
        ),
    ),
    (modbus.READ_INPUT, 0x0034, 2, ((0, "power_w", None, _UNITS),)),
    (
        modbus.READ_INPUT,
        0x0046,
        6,
        (
            (0, "frequency_mhz", None, _THOUSANDTHS),
            (2, "energy_wh", None, _THOUSANDTHS),
            (4, "export_wh", None, _THOUSANDTHS),
        ),
    ),
)

# Asked once: the serial number, then what the meter is.
_IDENTITY = (
    (modbus.READ_HOLDING, 0xFC00, 2),
    (modbus.READ_HOLDING, 0xFC02, 1),
)
_MAKES = {0x0070: "Eastron SDM630", 0x0089: "Eastron SDM72D-M-2"}

_TROUBLES = {"silent": "silent", "foreign unit": "foreign"}  # all else is rubbish

_REST = const(0)
_ASKING = const(1)

# state, event, next state, effect
_ROWS = (
    (_REST, "due", _ASKING, "_begin"),
    (_ASKING, "answered", _ASKING, "_ask"),
    (_ASKING, "whole", _REST, "_finish"),
    (_ASKING, "failed", _REST, "_fail"),
)


class Sdm630Meter(Meter):
    """``uart`` has any(), read(n) and write(data), none of which waits; ``unit`` is 1-247."""

    def __init__(self, uart, unit: int = 1):
        self._uart = uart
        self._unit = unit
        self._answer = modbus.Answer()
        self._state = _REST
        self._due_ms = None
        self._begun_ms = 0
        self._asked_ms = 0
        self._round = _BLOCKS
        self._words = []
        self._failures = 0
        self._identity_tries = _PATIENCE

    def poll(self, now_ms: int) -> None:
        """Read what came, then judge, then send what is due."""
        self._hear()
        if self._state == _ASKING:
            self._judge(now_ms)
        elif self._due_ms is None or now_ms >= self._due_ms:
            self._happen("due", now_ms)

    def _hear(self) -> None:
        if self._uart.any():
            data = self._uart.read(_READ_BYTES)
            if data and self._state == _ASKING:
                self._answer.receive(data)

    def _judge(self, now_ms: int) -> None:
        if self._answer.words is not None:
            self._words.append(self._answer.words)
            whole = len(self._words) == len(self._round)
            self._happen("whole" if whole else "answered", now_ms)
        elif self._answer.error is not None or now_ms - self._asked_ms >= TIMEOUT_MS:
            self._happen("failed", now_ms)

    def _happen(self, event: str, now_ms: int) -> None:
        self._state, effect = rows.find(_ROWS, self._state, event)
        getattr(self, effect)(now_ms)

    def _begin(self, now_ms: int) -> None:
        self._begun_ms = now_ms
        self._words = []
        self._ask(now_ms)

    def _ask(self, now_ms: int) -> None:
        """The next block of the round."""
        function, register, count = self._round[len(self._words)][:3]
        self._answer.expect(self._unit, function, count)
        self._asked_ms = now_ms
        self._uart.write(modbus.read_request(self._unit, function, register, count))

    def _finish(self, now_ms: int) -> None:
        if self._round is _IDENTITY:
            self._name()
        else:
            self._publish(now_ms)

    def _fail(self, now_ms: int) -> None:
        if self._round is _IDENTITY:
            self._identity_tries -= 1
            self._measure_at(self._begun_ms + CYCLE_MS)
            return
        word = self._answer.error or self._answer.give_up()
        self._blame(_TROUBLES.get(word, "rubbish"), now_ms)

    def _blame(self, trouble: str, now_ms: int) -> None:
        self._failures += 1
        if self._failures < _PATIENCE:
            self._measure_at(now_ms + RETRY_MS)
        else:
            self.trouble = trouble
            self._measure_at(now_ms + CYCLE_MS)

    def _measure_at(self, due_ms: int) -> None:
        self._round = _BLOCKS
        self._due_ms = due_ms

    def _publish(self, now_ms: int) -> None:
        reading = _reading(self._words)
        # No value in it is older than the question; the answer takes longer than an opening.
        reading.taken_ms = self._begun_ms
        if reading.energy_wh is None or reading.energy_wh < 0:
            self._blame("rubbish", now_ms)
        elif self.reading is not None and reading.energy_wh < self.reading.energy_wh:
            self._failures = _PATIENCE
            self._blame("backwards", now_ms)
        else:
            self._accept(reading, now_ms)

    def _accept(self, reading: Reading, now_ms: int) -> None:
        self.reading = reading
        self.trouble = None
        self._failures = 0
        self._measure_at(self._begun_ms + CYCLE_MS)
        if self.make is None and self._identity_tries:
            self._round = _IDENTITY
            self._due_ms = now_ms

    def _name(self) -> None:
        self.serial = str(modbus.to_integer(self._words[0]))
        code = self._words[1][0]
        self.make = _MAKES.get(code, "Eastron %04X" % code)
        self._measure_at(self._begun_ms + CYCLE_MS)


def _reading(answers: list) -> Reading:
    """The reading in the words of all blocks."""
    reading = Reading()
    for block, words in enumerate(answers):
        for offset, quantity, phase, divisor in _BLOCKS[block][3]:
            milli = modbus.float32_to_milli(words[offset], words[offset + 1])
            _keep(reading, quantity, phase, _divided(milli, divisor))
    return reading


def _divided(milli: int, divisor: int) -> int:
    """To the nearest, halves up; None for no number."""
    return None if milli is None else (milli + divisor // 2) // divisor


def _keep(reading: Reading, quantity: str, phase: int, value: int) -> None:
    if phase is None:
        setattr(reading, quantity, value)
    else:
        getattr(reading, quantity)[phase] = value
