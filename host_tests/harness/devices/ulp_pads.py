"""The RTC pads and the RTC watchdog beside the emulated ULP coprocessor."""

BASE = 0x3FF48400
OUT, OUT_SET, OUT_CLEAR = BASE, BASE + 0x04, BASE + 0x08
ENABLE, ENABLE_SET, ENABLE_CLEAR = BASE + 0x0C, BASE + 0x10, BASE + 0x14
IN = BASE + 0x24
FIRST = 14  # the bit of RTC pad 0
_ACTS = {
    OUT_SET: (OUT, True),
    OUT_CLEAR: (OUT, False),
    ENABLE_SET: (ENABLE, True),
    ENABLE_CLEAR: (ENABLE, False),
}
# RTC number: (register, bit of MUX, lowest bit of the function, bit of the input's enable).
_PADS = {
    0: (0x7C, 27, 22, 19),
    1: (0x7C, 26, 17, 14),
    2: (0x7C, 25, 12, 9),
    3: (0x7C, 24, 7, 4),
    4: (0x80, 29, 26, 23),
    5: (0x80, 28, 21, 18),
    6: (0x84, 17, 15, 11),
    7: (0x88, 17, 15, 11),
    8: (0x8C, 18, 15, 11),
    9: (0x8C, 17, 9, 5),
    **{number: (0x94 + 4 * (number - 10), 19, 17, 13) for number in range(10, 18)},
}
_INPUT_ONLY = range(6)


class Pads:
    """A pad that nobody outside drives is low; one that was not handed over to RTC (MUX,
    function 0) is neither driven nor read."""

    def __init__(self, registers: dict):
        self._registers = registers
        self._inputs = {}
        self._in = None  # what IN reads, reckoned once: the guard looks in every window

    def drive(self, bit: int, level: bool) -> None:
        """What the outside drives a pad to."""
        self._inputs[bit] = level
        self._in = None

    def write(self, address: int, value: int) -> bool:
        """A register of RTC_IO; whether that changed anything."""
        register, sets = _ACTS.get(address, (address, None))
        before = self._registers.get(register, 0)
        if sets is not None:
            value = before | value if sets else before & ~value
        self._registers[register] = value
        if value != before:
            self._in = None
        return value != before

    def forget(self) -> None:
        """The registers were reset."""
        self._in = None

    def read(self, address: int) -> int:
        """IN is reckoned; what only acts reads as 0."""
        if address == IN:
            if self._in is None:
                self._in = sum(1 << FIRST + number for number in _PADS if self._seen(number))
            return self._in
        return 0 if address in _ACTS else self._registers.get(address, 0)

    def level(self, bit: int) -> bool:
        """Whether the pad is driven high; False while it floats: the pull-down outside."""
        return self._driven(bit - FIRST) and bool(self._registers.get(OUT, 0) >> bit & 1)

    def levels(self) -> dict:
        """bit -> level of each pad that could be driven."""
        return {FIRST + number: self.level(FIRST + number) for number in _PADS}

    def _driven(self, number) -> bool:
        enabled = self._registers.get(ENABLE, 0) >> FIRST + number & 1
        return bool(enabled) and number not in _INPUT_ONLY and self._handed_over(number)

    def _handed_over(self, number) -> bool:
        place, mux, function, _ = _PADS[number]
        word = self._registers.get(BASE + place, 0)
        return bool(word >> mux & 1) and not word >> function & 3

    def _seen(self, number) -> bool:
        place, _, _, enable = _PADS[number]
        if not self._handed_over(number) or not self._registers.get(BASE + place, 0) >> enable & 1:
            return False
        if self._driven(number):
            return self.level(FIRST + number)
        return bool(self._inputs.get(FIRST + number, False))


class Watchdog:
    """The RTC watchdog, RWDT: four stages of its own 150 kHz clock."""

    CONFIG, STAGES, FEED, PROTECT = 0x3FF4808C, 0x3FF48090, 0x3FF480A0, 0x3FF480A4
    KEY = 0x50D83AA1
    _HZ = 150_000
    _ACTION_BITS = (28, 25, 22, 19)
    RESET_CPU, RESET_SYSTEM, RESET_RTC = 2, 3, 4

    def __init__(self, registers: dict, clock):
        self._registers = registers
        self._clock = clock  # -> now_us
        self._fed_us, self._stage = 0, 0

    @property
    def deadline_us(self):
        """When the stage that runs ends; None while it is off."""
        if self._stage > 3 or not self._registers.get(self.CONFIG, 0) >> 31:
            return None
        limit = self._registers.get(self.STAGES + 4 * self._stage, 0)
        return self._fed_us + limit * 1_000_000 / self._HZ

    def write(self, address: int, value: int) -> None:
        """One of its registers; without the key in PROTECT nothing is written."""
        if address != self.PROTECT and self._registers.get(self.PROTECT, self.KEY) != self.KEY:
            return
        if address == self.FEED:
            if value >> 31:
                self._fed_us, self._stage = self._clock(), 0
            return
        switched_on = address == self.CONFIG and not self._registers.get(address, 0) >> 31
        self._registers[address] = value
        if switched_on:
            self._fed_us, self._stage = self._clock(), 0

    def expire(self) -> int:
        """The stage that runs is over: what it asks for (0 nothing, 1 to 4 as documented)."""
        action = self._registers.get(self.CONFIG, 0) >> self._ACTION_BITS[self._stage] & 7
        self._fed_us, self._stage = self.deadline_us, self._stage + 1
        return action
