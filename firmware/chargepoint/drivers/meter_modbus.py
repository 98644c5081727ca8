"""Port Meter on any instrument of meter_models, over Modbus RTU, asked in the background.

Rules:
- A cycle asks for each block of registers in turn and publishes a reading only when all came:
  a reading is of one moment, or there is none. Input is read before a time-out is judged.
- Between an answer and the next request the line is silent for 3.5 characters at least: less, and
  a meter takes the two for one frame (Modbus over serial line 2.5.1.1).
- A failed request ends its cycle; the next begins after a silence, so that a late answer can't
  be taken for another one's. Three failures in a row are trouble, the first whole cycle ends it.
- A register below the last one is never believed: the reading is refused and the old one kept.
  It is trouble at once ("backwards"), and ends when the register has grown again.
- Before its first reading (and again after it was silent) the meter is asked who it is: serial
  number and code. One that does not tell is as good. The code of a model with another map, or
  another serial number than before, is trouble at once ("foreign").
- Registers that the meter refuses, and values that no mains has, are a wrong model: "foreign"
  too, after three cycles; then the makers' codes are asked, so that `make` can name it.
"""

from micropython import const

from chargepoint.ports import Meter, Reading
from chargepoint.wire import modbus, rows

CYCLE_MS = const(1000)
# A meter answers within 200 ms; the time on the line comes on top.
PATIENCE_MS = const(260)
RETRY_MS = const(200)

_PATIENCE = const(3)
_READ_BYTES = const(128)
_OVERHEAD_BITS = const(143)  # 8 bytes asked, 5 around the answer, of 11 bits
_SILENCE_BITS = const(39)  # 3.5 characters of 11 bits

# What a charge point's mains can't be: 3 x 230/400 V + 10 % and 100 V - 40 %, at 50 or 60 Hz.
_MOST_MV = const(320000)
_LEAST_MV = const(60000)
_NO_MAINS_MV = const(5000)
_MOST_MA = const(500000)
_MOST_W = const(400000)
_LEAST_MHZ = const(40000)
_MOST_MHZ = const(70000)

_FLOAT = const(2)  # as meter_models has it
_SIGNED = const(1)

_TROUBLES = {
    "silent": "silent",
    "foreign unit": "foreign",
    "exception 1": "foreign",
    "exception 2": "foreign",
    "exception 3": "foreign",
}  # all else is rubbish

_REST = const(0)
_ASKING = const(1)
_PAUSE = const(2)

# state, event, next state, effect
_ROWS = (
    (_REST, "due", _ASKING, "_begin"),
    (_ASKING, "answered", _PAUSE, "_pause"),
    (_ASKING, "answered late", _ASKING, "_ask"),
    (_PAUSE, "due", _ASKING, "_ask"),
    (_ASKING, "whole", _REST, "_finish"),
    (_ASKING, "failed", _REST, "_fail"),
)


class ModbusMeter(Meter):
    """``uart`` has any(), read(n) and write(data), none of which waits.

    ``model`` is a Model of meter_models, opened as its ``line`` says; ``unit`` is 1-247.
    ValueError for another unit.
    """

    def __init__(self, uart, model, unit: int = 1):
        if not 1 <= unit <= 247:
            raise ValueError("meter unit %r: expected 1 to 247" % (unit,))
        self.model = model
        self.gives = model.gives
        self._uart = uart
        self._unit = unit
        self._answer = modbus.Answer()
        self._state = _REST
        self._due_ms = None
        self._begun_ms = 0
        self._asked_ms = 0
        self._patience_ms = 0
        self._silence_ms = 2 + _SILENCE_BITS * 1000 // model.line[0]
        self._round = model.blocks
        self._words = []
        self._failures = 0
        self._identity_tries = _PATIENCE if model.identity else 0
        self._stranger = -1

    def poll(self, now_ms: int) -> None:
        """Read what came, then judge, then send what is due."""
        if self._uart.any():
            self._hear(self._uart.read(_READ_BYTES))
        if self._state == _ASKING:
            self._judge(now_ms)
        elif self._due_ms is None or now_ms >= self._due_ms:
            self._happen("due", now_ms)

    def _hear(self, data: bytes) -> None:
        if data and self._state == _ASKING:
            self._answer.receive(data)

    def _judge(self, now_ms: int) -> None:
        late = now_ms - self._asked_ms >= self._patience_ms
        if self._answer.words is not None:
            self._words.append(self._answer.words)
            # After a step that comes so late the line has been silent for long.
            answered = "answered late" if late else "answered"
            whole = len(self._words) == len(self._round)
            self._happen("whole" if whole else answered, now_ms)
        elif self._answer.error is not None or late:
            self._happen("failed", now_ms)

    def _happen(self, event: str, now_ms: int) -> None:
        self._state, effect = rows.find(_ROWS, self._state, event)
        getattr(self, effect)(now_ms)

    def _begin(self, now_ms: int) -> None:
        self._begun_ms = now_ms
        self._words = []
        self._ask(now_ms)

    def _ask(self, now_ms: int) -> None:
        """The next question of the round."""
        function, register, count = self._round[len(self._words)][:3]
        request = modbus.read_request(self._unit, function, register, count)
        self._answer.expect(self._unit, function, count, request)
        self._asked_ms = now_ms
        line_ms = (_OVERHEAD_BITS + 22 * count) * 1000 // self.model.line[0]
        self._patience_ms = PATIENCE_MS + line_ms
        self._uart.write(request)

    def _pause(self, now_ms: int) -> None:
        self._due_ms = now_ms + self._silence_ms

    def _finish(self, now_ms: int) -> None:
        if self._round is self.model.identity:
            self._identify(now_ms)
        elif self._round is not self.model.blocks:
            self._name_stranger(now_ms)
        elif self._identity_tries:
            self._go_on(self.model.identity, now_ms + self._silence_ms)
        else:
            self._publish(now_ms)

    def _fail(self, now_ms: int) -> None:
        word = self._answer.error or self._answer.give_up()
        if self._round is self.model.identity:
            # What it refuses to tell it refuses for ever; what was lost is asked again.
            refused = self._answer.error is not None
            self._identity_tries = 0 if refused else self._identity_tries - 1
            wait_ms = self._silence_ms if refused else RETRY_MS
            self._go_on(self.model.blocks, now_ms + wait_ms)
        elif self._round is not self.model.blocks:
            self._go_on(self.model.blocks, now_ms + RETRY_MS)
        else:
            self._blame(_TROUBLES.get(word, "rubbish"), now_ms)

    def _go_on(self, questions: tuple, due_ms: int) -> None:
        self._round = questions
        self._due_ms = due_ms

    def _blame(self, trouble: str, now_ms: int) -> None:
        """A cycle that gave no reading."""
        self._failures += 1
        if self._failures < _PATIENCE:
            self._go_on(self.model.blocks, now_ms + RETRY_MS)
            return
        self.trouble = trouble
        self._go_on(self.model.blocks, now_ms + CYCLE_MS)
        if self.model.identity:
            self._identity_tries = _PATIENCE
        if trouble == "foreign":
            strangers = self.model.strangers
            self._stranger = (self._stranger + 1) % len(strangers)
            self._go_on((strangers[self._stranger],), now_ms + CYCLE_MS)

    def _blame_at_once(self, trouble: str, now_ms: int) -> None:
        self._failures = _PATIENCE
        self.trouble = trouble
        self._go_on(self.model.blocks, now_ms + CYCLE_MS)

    def _publish(self, now_ms: int) -> None:
        reading = self._reading()
        # No value in it is older than the question; the answer takes longer than an opening.
        reading.taken_ms = self._begun_ms
        if not _is_plausible(reading):
            self._blame("foreign", now_ms)
        elif self.reading is not None and reading.energy_wh < self.reading.energy_wh:
            self._blame_at_once("backwards", now_ms)
        else:
            self.reading = reading
            self.trouble = None
            self._failures = 0
            if not self.model.identity:
                self.make = self.model.make
            due_ms = max(self._begun_ms + CYCLE_MS, now_ms + self._silence_ms)
            self._go_on(self.model.blocks, due_ms)

    def _identify(self, now_ms: int) -> None:
        serial = _text(self._words[0])
        named = self._named(self._words[-1]) if len(self._words) > 1 else (self.model.make, True)
        self.make = named[0]
        if not named[1] or self.serial not in (None, serial):
            self._blame_at_once("foreign", now_ms)
            return
        self.serial = serial
        self._identity_tries = 0
        self._go_on(self.model.blocks, now_ms + self._silence_ms)

    def _named(self, words: tuple) -> tuple:
        """(make, whether its map is ours); a code that no one knows is a sister of ours."""
        code = modbus.to_integer(words)
        maker = self.model.make.rpartition(" ")[0]
        return self.model.named(code) or ("%s %04X" % (maker, code), True)

    def _name_stranger(self, now_ms: int) -> None:
        named = self.model.named(modbus.to_integer(self._words[0]))
        if named is not None:
            self.make = named[0]
        self._go_on(self.model.blocks, now_ms + RETRY_MS)

    def _reading(self) -> Reading:
        """The reading in the words of all blocks."""
        reading = Reading()
        for block, words in enumerate(self._words):
            for field in self.model.blocks[block][3]:
                value = _value(words, field, self.model.low_first)
                quantity, phase = field[3:5]
                if phase is None:
                    setattr(reading, quantity, value)
                else:
                    if getattr(reading, quantity) is None:
                        setattr(reading, quantity, [None, None, None])
                    getattr(reading, quantity)[phase] = value
        return reading


def _value(words: tuple, field: tuple, low_first: bool) -> int:
    """In the unit of the quantity, to the nearest, halves up; None for no number."""
    offset, count, kind, _, _, multiply, divide = field
    words = words[offset : offset + count]
    if kind == _FLOAT:
        high, low = reversed(words) if low_first else words
        value = modbus.float32_to_milli(high, low)
        divide *= 1000
    else:
        value = modbus.to_integer(words, kind == _SIGNED, low_first)
        if modbus.is_absent(value, count, kind == _SIGNED):
            value = None
    return None if value is None else (value * multiply + divide // 2) // divide


def _text(words: tuple) -> str:
    """A serial number: a number in two registers, or a character in each."""
    if len(words) == 2:
        return str(modbus.to_integer(words))
    return "".join([chr(word & 0x7F) for word in words if 32 < word & 0x7F < 127])


def _is_plausible(reading: Reading) -> bool:
    """Whether a charge point's mains can be like this. A quantity that is not given is fine."""
    energy_wh, highest_mv = reading.energy_wh, 0
    if energy_wh is None or energy_wh < 0 or (reading.export_wh or 0) < 0:
        return False
    for millivolts in reading.voltage_mv:
        highest_mv = max(highest_mv, millivolts or 0)
        if millivolts is not None and not 0 <= millivolts <= _MOST_MV:
            return False
    if _NO_MAINS_MV < highest_mv < _LEAST_MV:
        return False
    for milliamps in reading.current_ma:
        if abs(milliamps or 0) > _MOST_MA:
            return False
    frequency_mhz = reading.frequency_mhz or 0
    return abs(reading.power_w or 0) <= _MOST_W and (
        frequency_mhz == 0 or _LEAST_MHZ <= frequency_mhz <= _MOST_MHZ
    )
