"""MicroPython's ``machine`` as a passive register file, for CPython and the unix interpreter.

Nothing here moves by itself. Whoever plays the hardware (the harness: in the same process, or at
the far end of a socket) loads inputs before a step of the firmware and takes outputs after it:

    bench.load(snapshot)      inputs; what a snapshot does not name stays as it was
    bench.take() -> snapshot  outputs that changed since the last take

Both are small dicts of lists of integers and short strings, fit for JSON:

    inputs   "t": now_ms            the harness's time; there is no other clock here
             "p": [[pin, level]]    digital inputs
             "a": [[pin, high_mv, low_mv, duty_bp, noise_mv]]   what an ADC pin sees: a square wave
                                    of 1 kHz between two levels, duty in 1/100 percent; one more
                                    number: so many of 64 samples are spoiled, up and down in turn.
                                    None for the levels: the converter fails
             "u": [[uart, "hex"]]   bytes that arrived
             "k": [[counter, edges]]   what a pulse counter has counted since power came
             "c": cards before readers; see buses.py    "g": see desk_guard.py, also outputs
    outputs  "p": [[pin, level]]  "w": [[pin, duty_u16, freq_hz]]  "u": [[uart, "hex"]]
             "f": how often the watchdog was fed   "r": "hard" or "soft", a reset is wanted

An ADC read costs nothing across the seam: reads walk through a table of samples, taken at
instants that are not synchronised with the wave, made anew whenever the wave changes.

``use(bench)`` says which bench newly made objects and the functions of the module belong to; an
object stays on the bench that it was made on, so that several stations fit in one process.
``reset`` returns here, unlike on hardware: the harness sees the wish in the outputs of the step.
"""

from binascii import hexlify, unhexlify

import buses
from waves import noise, phases

SPI = buses.SPI
I2C = buses.I2C

PWRON_RESET = 1
HARD_RESET = 2
WDT_RESET = 3
DEEPSLEEP_RESET = 4
SOFT_RESET = 5

# Samples in a table. Prime, so that bursts of any usual length start everywhere in it.
_SAMPLES = 257
# Spikes are told for so many samples, a usual burst.
_BURST = 64
_FULL_SCALE_MV = 3300
_MAX_U16 = 65535
_RX_BYTES = 256


class Bench:
    """The registers of one emulated processor."""

    def __init__(self, seed: int = 1, cause: int = PWRON_RESET):
        self.now_ms = 0
        self.cause = cause
        self.inputs = {}
        self.levels = {}
        self.duties = {}
        self.adc_tables = {}
        self.received = {}
        self.counts = {}
        self.sent = {}
        self.lost = 0
        self.fed = 0
        self.watchdog_ms = None
        self.reset_wish = None
        # Of the board's network stream the hands tell how much it sent.
        self.stream = None
        # The same of the files that are fetched or sent; None before the first.
        self.files = None
        # What firmware this is, where it is not the one of the source tree.
        self.version = None
        self.parts = buses.Parts()
        self.rtc = None  # of a coprocessor
        self._changed_levels = {}
        self._changed_duties = {}
        self._phases = phases(_SAMPLES)
        self._bell = noise(_SAMPLES, seed % 65536 + 1)

    def load(self, snapshot: dict) -> None:
        """Take over the inputs in ``snapshot``."""
        self.now_ms = snapshot.get("t", self.now_ms)
        for pin, level in snapshot.get("p", ()):
            self.inputs[pin] = level
        for wave in snapshot.get("a", ()):
            self._fill_table(self.adc_table(wave[0]), *wave[1:])
        for uart, data in snapshot.get("u", ()):
            self._receive(uart, unhexlify(data))
        for counter, edges in snapshot.get("k", ()):
            self.counts[counter] = edges
        self.parts.load(snapshot.get("c", ()))
        if "g" in snapshot:
            import desk_guard

            self.rtc = self.rtc or desk_guard.Rtc()
            self.rtc.load(snapshot["g"])

    def attach(self, bus: str, id: int, part, select: int = None) -> None:
        """Connect an emulated part to a bus; see buses.py."""
        self.parts.attach(bus, id, part, select)

    def take(self) -> dict:
        """The outputs that changed since the last call."""
        outputs = {}
        if self._changed_levels:
            outputs["p"] = [[pin, level] for pin, level in self._changed_levels.items()]
            self._changed_levels.clear()
        if self._changed_duties:
            outputs["w"] = [[pin, wave[0], wave[1]] for pin, wave in self._changed_duties.items()]
            self._changed_duties.clear()
        if self.sent:
            outputs["u"] = [[uart, hexlify(data).decode()] for uart, data in self.sent.items()]
            self.sent.clear()
        if self.fed:
            outputs["f"] = self.fed
            self.fed = 0
        if self.reset_wish is not None:
            outputs["r"] = self.reset_wish
            self.reset_wish = None
        if self.rtc is not None:
            outputs["g"] = self.rtc.take()
        return outputs

    def adc_table(self, pin: int) -> list:
        """The samples of ``pin`` in microvolts; always the same list. 0 V until loaded."""
        if pin not in self.adc_tables:
            self.adc_tables[pin] = [0] * _SAMPLES
        return self.adc_tables[pin]

    def set_level(self, pin: int, level: int) -> None:
        """An output pin takes ``level``."""
        if self.levels.get(pin) != level:
            self.levels[pin] = self._changed_levels[pin] = level
            if pin in self.parts.selects:
                self.parts.selects[pin].select(not level, self.now_ms)

    def set_duty(self, pin: int, duty_u16: int, freq_hz: int) -> None:
        """A PWM pin takes a duty."""
        wave = (duty_u16, freq_hz)
        if self.duties.get(pin) != wave:
            self.duties[pin] = self._changed_duties[pin] = wave

    def transmit(self, uart: int, data: bytes) -> None:
        """``data`` leaves ``uart``."""
        if uart not in self.sent:
            self.sent[uart] = bytearray()
        self.sent[uart].extend(data)

    def rx_buffer(self, uart: int) -> list:
        """[bytes not yet read, the most that fit]."""
        if uart not in self.received:
            self.received[uart] = [b"", _RX_BYTES]
        return self.received[uart]

    def _receive(self, uart, data):
        buffer = self.rx_buffer(uart)
        # What does not fit is lost, as in the hardware's driver.
        whole = buffer[0] + data
        buffer[0] = whole[: buffer[1]]
        self.lost += len(whole) - len(buffer[0])

    def _fill_table(self, table, high_mv, low_mv, duty_bp, noise_mv, spikes=0):
        if high_mv is None:
            for index in range(_SAMPLES):
                table[index] = None
            return
        high_uv, low_uv, full_uv = high_mv * 1000, low_mv * 1000, _FULL_SCALE_MV * 1000
        bell = self._bell
        index = 0
        for phase in self._phases:
            sample_uv = (high_uv if phase < duty_bp else low_uv) + bell[index] * noise_mv
            table[index] = 0 if sample_uv < 0 else full_uv if sample_uv > full_uv else sample_uv
            index += 1
        for spike in range(spikes * _SAMPLES // _BURST):
            table[spike * _BURST // spikes] = 0 if spike & 1 else full_uv


current = Bench()


def use(bench: Bench) -> None:
    """Objects made from now on, and the functions below, belong to ``bench``."""
    global current
    current = bench


class Pin:
    """One pin. ``id`` is a number."""

    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_UP = 2
    PULL_DOWN = 1

    def __init__(self, id, mode=None, pull=None, value=None):
        self._bench = current
        self.id = id
        self._mode = None
        self.init(mode, pull, value)

    def init(self, mode=None, pull=None, value=None) -> None:
        """Set direction, pull and level; what is None stays."""
        if mode is not None:
            self._mode = mode
        if pull is not None:
            self._bench.inputs.setdefault(self.id, 1 if pull == self.PULL_UP else 0)
        if value is not None:
            self._bench.set_level(self.id, 1 if value else 0)

    def value(self, level=None) -> int:
        """Read the pin, or drive it to ``level``."""
        if level is not None:
            self._bench.set_level(self.id, 1 if level else 0)
            return None
        if self._mode == self.OUT:
            return self._bench.levels.get(self.id, 0)
        return self._bench.inputs.get(self.id, 0)

    __call__ = value

    def on(self) -> None:
        """Drive the pin high."""
        self.value(1)

    def off(self) -> None:
        """Drive the pin low."""
        self.value(0)


class ADC:
    """An analogue input; see ``Bench.load`` for what it sees."""

    ATTN_0DB = 0
    ATTN_2_5DB = 1
    ATTN_6DB = 2
    ATTN_11DB = 3

    def __init__(self, pin, atten=ATTN_11DB):
        self.atten = atten
        self._rtc = current.rtc
        self._table = current.adc_table(pin.id)
        self._next = 0

    def read_uv(self) -> int:
        """One sample in microvolts."""
        if self._rtc is not None:
            self._rtc.adc_is_read()
        index = self._next
        self._next = index - 1 if index else _SAMPLES - 1
        sample_uv = self._table[index]
        if sample_uv is None:
            raise OSError(5)
        return sample_uv

    def read(self) -> int:
        """One sample in counts, full scale 4095."""
        return self.read_uv() * 4095 // (_FULL_SCALE_MV * 1000)

    def read_u16(self) -> int:
        """One sample, full scale 65535."""
        return self.read_uv() * _MAX_U16 // (_FULL_SCALE_MV * 1000)


class PWM:
    """A square wave on a pin."""

    def __init__(self, pin, freq=1000, duty_u16=0):
        self._bench = current
        self._pin = pin.id
        self._wave = (duty_u16, freq)
        self.duty_u16(duty_u16)

    def duty_u16(self, duty=None) -> int:
        """The duty, 0..65535; set it when ``duty`` is given."""
        if duty is None:
            return self._wave[0]
        if not 0 <= duty <= _MAX_U16:
            raise ValueError("duty_u16 %d is not in 0..%d" % (duty, _MAX_U16))
        self._wave = (duty, self._wave[1])
        self._bench.set_duty(self._pin, self._wave[0], self._wave[1])

    def freq(self, freq_hz=None) -> int:
        """The frequency; set it when ``freq_hz`` is given."""
        if freq_hz is None:
            return self._wave[1]
        self._wave = (self._wave[0], freq_hz)
        self._bench.set_duty(self._pin, self._wave[0], self._wave[1])


class UART:
    """A serial line. Reads never wait: ``timeout`` 0 is what drivers must use anyway."""

    def __init__(
        self,
        id,
        baudrate=115200,
        bits=8,
        parity=None,
        stop=1,
        tx=None,
        rx=None,
        timeout=0,
        timeout_char=0,
        rxbuf=_RX_BYTES,
        txbuf=_RX_BYTES,
    ):
        self._bench = current
        self.id = id
        self.baudrate = baudrate
        self._buffer = current.rx_buffer(id)
        self._buffer[1] = rxbuf

    def any(self) -> int:
        """How many bytes wait to be read."""
        return len(self._buffer[0])

    def read(self, count=-1) -> bytes:
        """Up to ``count`` bytes, all of them when negative; None when there are none."""
        waiting = self._buffer[0]
        if not waiting or count == 0:
            return None
        end = len(waiting) if count < 0 else count
        self._buffer[0] = waiting[end:]
        return waiting[:end]

    def readinto(self, target, count=None) -> int:
        """Read into ``target``; the number of bytes, None when there are none."""
        data = self.read(len(target) if count is None else min(count, len(target)))
        if data is None:
            return None
        target[: len(data)] = data
        return len(data)

    def write(self, data) -> int:
        """Send ``data``; all of it is taken at once."""
        self._bench.transmit(self.id, bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is ever left to be sent."""

    def txdone(self) -> bool:
        """Nothing is ever left to be sent."""
        return True


class Counter:
    """A hardware pulse counter (MicroPython 1.26 on the ESP32): 0 when it is made, then rising."""

    def __init__(self, id, src=None, filter_ns=0):
        self._counts = current.counts
        self.id = id
        self._zero = self._counts.get(id, 0)

    def value(self) -> int:
        """Edges since it was made."""
        return self._counts.get(self.id, 0) - self._zero


class WDT:
    """A watchdog; the harness judges whether it was fed in time ("f" in the outputs)."""

    def __init__(self, id=0, timeout=5000):
        self._bench = current
        self._bench.watchdog_ms = timeout

    def feed(self) -> None:
        """Show that the firmware is alive."""
        self._bench.fed += 1


def reset() -> None:
    """Ask for a hard reset."""
    current.reset_wish = "hard"


def soft_reset() -> None:
    """Ask for a soft reset."""
    current.reset_wish = "soft"


def reset_cause() -> int:
    """Why the processor started, as the bench was told."""
    return current.cause


def unique_id() -> bytes:
    """The same six bytes for every emulated processor."""
    return b"\x02\x50\x4c\x00\x00\x01"
