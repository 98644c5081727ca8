"""Port Meter on a CSE7766, a one-phase metering chip that talks by itself at 4800 8E1.

Frames of 24 bytes (standards.md §6): a state, 5A, then three pairs of coefficient and period (24
bits each: voltage, current, power), which of them are new, a rolling count of energy pulses (16
bits), and the sum of the bytes from the third on.

Rules:
- A pulse is coefficient / 10^6 Ws. Pulses are added to a KeptRegister: the chip forgets its count
  without power. After a silence, and when the count grew by more than ``most_w`` allow, it may
  have begun anew: what it counted in between is lost rather than made up.
- A quotient is a value; what the frame does not call valid is 0 (below what the chip can measure),
  a voltage is then None. A power period out of range means no load.
- A state of AA (not calibrated) or an error of voltage, current or storage is "rubbish", as is
  noise; no byte for SILENT_MS is "silent". The reading is kept; the first good frame ends it.
"""

from micropython import const

from chargepoint.ports import Meter, Reading

LINE = (4800, 0, 1)  # baud, parity even, stop bits: as machine.UART takes them
CYCLE_MS = const(1000)
SILENT_MS = const(3000)
MOST_W = const(9000)  # 32 A at 280 V
# A frame takes 55 ms on the line; the values in it are of before.
FRAME_MS = const(100)

_LENGTH = const(24)
_READ_BYTES = const(128)  # holds four whole frames at least
_NORMAL = const(0x55)
_ERROR = const(0xF0)
_POWER_RANGE = const(0x02)
_WORSE = const(0x0D)  # storage, current range, voltage range
_HAS_VOLTAGE = const(0x40)
_HAS_CURRENT = const(0x20)
_HAS_POWER = const(0x10)


class Cse7766Meter(Meter):
    """``uart`` has any(), read(count) and readinto(buffer), none of which waits; opened as LINE.

    ``register`` is a KeptRegister; ``most_w`` is the most that can flow here, in W.
    """

    gives = "energy_wh power_w voltage_mv current_ma"

    def __init__(self, uart, register, most_w: int = MOST_W):
        self.make = "CSE7766"
        self._uart = uart
        self._register = register
        self._most_w = most_w
        self._chunk = bytearray(_READ_BYTES)
        self._frame = bytearray(_LENGTH)
        self._at = 0
        self._started_ms = None
        self._good_ms = None
        self._heard_ms = None
        self._taken_ms = None  # when the pulses were last counted
        self._pulses = 0

    def poll(self, now_ms: int) -> None:
        """Read what came, judge the silence, save what is due."""
        if self._started_ms is None:
            self._started_ms = now_ms
        if self._uart.any():
            self._heard_ms = now_ms
            # After a step that was held up the newest bytes are enough: the pulses roll on.
            # All but a chunk of them, which holds whole frames wherever it begins.
            while self._uart.any() > _READ_BYTES:
                self._uart.read(self._uart.any() - _READ_BYTES)
                self._at = 0
            count = self._uart.readinto(self._chunk) or 0
            for at in range(count):
                self._hear(self._chunk[at], now_ms)
        self._judge(now_ms)
        self._register.poll(now_ms)

    def _hear(self, byte: int, now_ms: int) -> None:
        self._frame[self._at] = byte
        self._at += 1
        if not self._may_begin():
            self._resume()
        elif self._at == _LENGTH:
            if _sum(self._frame) == byte:
                self._at = 0
                self._take(now_ms)
            else:
                self._resume()

    def _may_begin(self) -> bool:
        first = self._frame[0]
        known = first in (_NORMAL, 0xAA) or first & 0xF0 == _ERROR
        return known and (self._at < 2 or self._frame[1] == 0x5A)

    def _resume(self) -> None:
        """Look for a frame that begins later in what came."""
        frame = self._frame
        while self._at:
            self._at -= 1
            for at in range(self._at):
                frame[at] = frame[at + 1]
            if self._at == 0 or self._may_begin():
                return

    def _judge(self, now_ms: int) -> None:
        good_ms = self._started_ms if self._good_ms is None else self._good_ms
        if now_ms - good_ms >= SILENT_MS:
            heard = self._heard_ms is not None and now_ms - self._heard_ms < SILENT_MS
            self.trouble = "rubbish" if heard else "silent"

    def _take(self, now_ms: int) -> None:
        """A whole frame: count the energy; publish once a second."""
        state = self._frame[0]
        if state == 0xAA or (state & 0xF0 == _ERROR and state & _WORSE):
            return
        self._good_ms = now_ms
        if self._taken_ms is not None and now_ms - self._taken_ms < CYCLE_MS and not self.trouble:
            return
        self._count(now_ms)
        if self._register.energy_wh is None:
            self.trouble = "rubbish"
            return
        self.trouble = None
        self._publish(now_ms, state)

    def _count(self, now_ms: int) -> None:
        frame = self._frame
        pulses = frame[21] << 8 | frame[22]
        if self._taken_ms is not None and now_ms - self._taken_ms < SILENT_MS + CYCLE_MS:
            energy_uws = (pulses - self._pulses & 0xFFFF) * _number(frame, 14)
            # 1 W for 1 ms is 1000 microwatt-seconds; half a second on top is for late frames.
            if energy_uws <= self._most_w * 1000 * (now_ms - self._taken_ms + 500):
                self._register.add(energy_uws)
        self._pulses = pulses
        self._taken_ms = now_ms

    def _publish(self, now_ms: int, state: int) -> None:
        frame, reading = self._frame, Reading()
        valid = frame[20]
        reading.taken_ms = now_ms - FRAME_MS
        reading.energy_wh = self._register.energy_wh
        voltage_mv = _quotient(frame, 2, 1000) if valid & _HAS_VOLTAGE else None
        current_ma = _quotient(frame, 8, 1000) if valid & _HAS_CURRENT else 0
        reading.voltage_mv = [voltage_mv, None, None]
        reading.current_ma = [current_ma, None, None]
        no_load = state != _NORMAL and state & _POWER_RANGE
        power_w = 0 if no_load or not valid & _HAS_POWER else _quotient(frame, 14, 1)
        reading.power_w = power_w
        self.reading = reading


def _sum(frame: bytes) -> int:
    total = 0
    for at in range(2, _LENGTH - 1):
        total += frame[at]
    return total & 0xFF


def _number(frame: bytes, at: int) -> int:
    return frame[at] << 16 | frame[at + 1] << 8 | frame[at + 2]


def _quotient(frame: bytes, at: int, scale: int) -> int:
    """Coefficient / period, times ``scale``, to the nearest; None when there is no period."""
    period = _number(frame, at + 3)
    return (_number(frame, at) * scale + period // 2) // period if period else None
