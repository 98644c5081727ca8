"""What runs on the board's interpreter: short MicroPython, sent over its console.

The station was interrupted, which withdraws every request; its guard may run on, and its
watchdog for it. ``prepare`` ends both. Registers: docs/guard.md; places are words of the mailbox.
Each text prints figures, a name and whole numbers a line, and then that it is done.
"""

from tools.guard_check.bench import Bench
from tools.repl.said import DONE

# The watchdog's time while a person goes through the measurements.
_WATCHDOG_MS = 60 * 60 * 1000
# The RTC watchdog: 50 ms of its 150 kHz, one stage, which resets the RTC domain. Left on it must
# be fed by the guard.
WATCHDOG_MS = 50

_PREPARE = """\
import time
from machine import ADC, PWM, WDT, Pin, mem32
from esp32 import ULP
_dog = WDT(timeout={watchdog_ms})
def _put(at, value):
    mem32[0x50000000 + 4 * at] = value
def _got(at):
    return mem32[0x50000000 + 4 * at] & 0xFFFF
def _watch(limit):
    mem32[0x3ff480a4] = 0x50d83aa1
    mem32[0x3ff4808c] = 0
    if limit:
        mem32[0x3ff48090] = limit * 150
        mem32[0x3ff480a0] = 1 << 31
        mem32[0x3ff4808c] = 0xC001F880
_watch(0)
if _got({program_at}) == {program_id}:
    _put({stop_at}, 1)
    time.sleep_ms(20)
mem32[0x3ff48018] = mem32[0x3ff48018] & ~(1 << 24)
mem32[0x3ff48408] = {coil_bits}
mem32[0x3ff48414] = {coil_bits}
_pwm = PWM(Pin({pwm_pad}, Pin.OUT), freq=1000, duty_u16=65535)
_blob = {blob}
def _start(high_most, high_least, low_most, bad_limit, beat_limit):
    _watch(0)
    _put({stop_at}, 1)
    time.sleep_ms(20)
    for pad in {channels}:
        ADC(Pin(pad), atten={attenuation}).read()
    mem32[0x3ff48854] = mem32[0x3ff48854] & ~(1 << 31 | 1 << 18)
    mem32[0x3ff48800] = mem32[0x3ff48800] & ~(1 << 27)
    mem32[0x3ff48858] = mem32[0x3ff48858] & ~(3 << 26)
    mem32[0x3ff48408] = {coil_bits}
    for register, cleared, wanted in {wirings}:
        mem32[register] = mem32[register] & ~cleared | wanted
    mem32[0x3ff48410] = {coil_bits}
    ulp = ULP()
    ulp.load_binary(0, _blob)
    for at, value in zip({limits_at}, (high_most, high_least, low_most, bad_limit, beat_limit)):
        _put(at, value)
    ulp.set_wakeup_period(0, 1000)
    ulp.run({entry})
    time.sleep_ms(5)
_beats = 0
def _beat(ms=5):
    global _beats
    _beats = _beats + 1 & 0xFFFF
    _put({beat_at}, _beats)
    _dog.feed()
    time.sleep_ms(ms)
def _ask(value):
    _put({second_at}, value)
    _put({request_at}, value)
"""
# What it is that would be shipped.
_SOURCE = """\
try:
    import guard_program
    print("source", guard_program.SOURCE)
except ImportError:
    print("source none")
"""
# With the chip's pull-up (some 45 kohm) against the pull-down outside.
_PULLS = """\
for name, register, cleared, wanted, bit in {pads}:
    kept = mem32[register]
    mem32[register] = kept & ~cleared | wanted
    time.sleep_ms(20)
    high = 0
    for _ in range(10):
        high += mem32[0x3ff48424] >> bit & 1
        time.sleep_ms(1)
    mem32[register] = kept
    print(name, high)
"""
# The clock by the chip's own: cycles of the crystal (40 MHz) in 1000 of the clock / 256.
_WINDOW = """\
_start(0xFFF, 0, 0xFFF, 1, 2000)
mem32[0x3ff48070] = mem32[0x3ff48070] & ~(1 << 7) | 1 << 9
mem32[0x3ff5f068] = 1000 << 16 | 1 << 13
mem32[0x3ff5f068] = 1000 << 16 | 1 << 13 | 1 << 31
began, from_us = _got({windows_at}), time.ticks_us()
for _ in range(400):
    _beat()
ended, until_us = _got({windows_at}), time.ticks_us()
print("windows", ended - began & 0xFFFF)
print("took_us", time.ticks_diff(until_us, from_us))
print("crystal", mem32[0x3ff5f06c] >> 7 if mem32[0x3ff5f068] >> 15 & 1 else 0)
"""
_POLLING = """\
began, from_us = _got({windows_at}), time.ticks_us()
for _ in range(100):
    _beat(0)
    for _ in range(200):
        mem32[0x50000000]
        mem32[0x3ff48424]
ended, until_us = _got({windows_at}), time.ticks_us()
print("polled_windows", ended - began & 0xFFFF)
print("polled_us", time.ticks_diff(until_us, from_us))
"""
# One read as drivers would do it; whether the guard goes on, and whether the interpreter does.
_ADC = """\
_start(0xFFF, 0, 0xFFF, 1, 2000)
_watch(2000)
value = ADC(Pin({pilot_pad}), atten={attenuation}).read()
began = _got({windows_at})
for _ in range(10):
    _beat()
print("guard_windows", _got({windows_at}) - began & 0xFFFF)
_watch(0)
"""
# The relays, held and let go; the pads are read back by the guard, and here.
_HOLD = """\
_start(0xFFF, 0, 0xFFF, 1, 2000)
_watch({watchdog_ms})
_ask({request})
for _ in range(600):
    _beat()
print("held", _got({relay_at}), mem32[0x3ff48424] >> {relay_bit} & 1, _got({trips_at}))
_ask(0)
for _ in range(4):
    _beat()
print("released", _got({relay_at}), mem32[0x3ff48424] >> {relay_bit} & 1)
_watch(0)
"""
_BEAT = """\
_start(0xFFF, 0, 0xFFF, 1, 100)
_ask({request})
for _ in range(10):
    _beat()
closed, from_us = _got({relay_at}), time.ticks_us()
while _got({relay_at}) and time.ticks_diff(time.ticks_us(), from_us) < 2000000:
    pass
print("silent", closed, time.ticks_diff(time.ticks_us(), from_us), _got({cause_at}))
"""
_LEVEL = """\
_watch(0)
_put({stop_at}, 1)
time.sleep_ms(20)
_adc = ADC(Pin({pilot_pad}), atten={attenuation})
_pwm.duty_u16({duty_u16})
time.sleep_ms(50)
counts, uv = sorted([_adc.read() for _ in range(64)]), sorted([_adc.read_uv() for _ in range(64)])
print("level", counts[32], uv[32] // 1000, counts[59] - counts[4])
"""
_QUIET = """\
_pwm.duty_u16(32768)
_start({high_most}, {high_least}, {low_most}, {bad_limit}, 2000)
_ask({request})
for _ in range(10):
    _beat()
most, least, bad, longest = _got({high_at}), _got({high_at}), 0, 0
before, from_ms = 0, time.ticks_ms()
{during_before}
while time.ticks_diff(time.ticks_ms(), from_ms) < {for_ms}:
    _beat(1)
    high, run = _got({high_at}), _got({bad_at})
    most, least, longest = max(most, high), min(least, high), max(longest, run)
    bad += run > before
    before = run
    {during}
{during_after}
print("quiet", most, least, bad, longest, _got({trips_at}), _got({cause_at}), _got({relay_at}))
_ask(0)
_beat()
"""
_RADIO_BEFORE = "import network; _radio = network.WLAN(network.STA_IF); _on = 0"
_RADIO = """\
_on += 1
    if _on % 500 == 1:
        _radio.active(True)
    elif _on % 500 == 100:
        _radio.scan()
    elif _on % 500 == 400:
        _radio.active(False)"""
_RADIO_AFTER = "_radio.active(False)"
# Held, and then nothing that beats: what comes is a reset.
_SILENCE = """\
_start(0xFFF, 0, 0xFFF, 1, 300)
_watch({watchdog_ms})
_ask({request})
for _ in range(20):
    _beat()
while True:
    time.sleep_ms(1000)
"""
_RESET = """\
_start(0xFFF, 0, 0xFFF, 1, 300)
_ask({request})
for _ in range(20):
    _beat()
import machine
machine.reset()
"""
_AFTER = """\
from machine import mem32
def _got(at):
    return mem32[0x50000000 + 4 * at] & 0xFFFF
print("reset", mem32[0x3ff48034] & 0x3F)
print("after", _got({program_at}), _got({relay_at}), _got({latched_at}), _got({cause_at}))
print("pad", mem32[0x3ff48424] >> {relay_bit} & 1)
"""
_SOFT = """\
_start(0xFFF, 0, 0xFFF, 1, 300)
_ask({request})
for _ in range(20):
    _beat()
print("held", _got({relay_at}), _got({windows_at}))
"""
_SOFT_AFTER = """\
import time
from machine import mem32
def _got(at):
    return mem32[0x50000000 + 4 * at] & 0xFFFF
print("moves", _got({windows_at}))
time.sleep_ms(1500)
print("then", _got({windows_at}), _got({relay_at}), _got({cause_at}))
"""
# Held until something opens it, or the time is over.
_TRIPS = """\
_pwm.duty_u16(32768)
_start({high_most}, {high_least}, {low_most}, {bad_limit}, 2000)
_ask({request})
from_ms = time.ticks_ms()
while time.ticks_diff(time.ticks_ms(), from_ms) < {for_ms} and not _got({latched_at}):
    _beat()
print("tripped", _got({latched_at}), _got({cause_at}), _got({relay_at}))
"""


class Snippets:
    """The texts for one board."""

    def __init__(self, bench: Bench):
        names, program = bench.given, bench.program
        bits = [names[name] for name, _ in bench.coils]
        self._bench = bench
        self._words = {f"{word}_at": bench.place(word) for word in program.mail}
        self._words |= {
            "second_at": bench.place("request_second"),
            "blob": program.image,
            "entry": 4 * program.entry,
            "program_id": program.names["PROGRAM"],
            "request": program.names["REQUEST"],
            "watchdog_ms": WATCHDOG_MS,
            "coil_bits": sum(1 << bit for bit in bits),
            "relay_bit": bits[0],
            "pwm_pad": bench.pwm_pad,
            "pilot_pad": bench.channels[0],
            "channels": bench.channels,
            "attenuation": bench.attenuation,
            "wirings": bench.wirings,
            "limits_at": tuple(
                bench.place(word)
                for word in ("high_most", "high_least", "low_most", "bad_limit", "beat_limit")
            ),
        }

    def _text(self, text: str, **more) -> str:
        return text.format(**(self._words | more)) + f'print("{DONE}")\n'

    def prepare(self) -> str:
        return self._text(_PREPARE, watchdog_ms=_WATCHDOG_MS)

    def source(self) -> str:
        return self._text(_SOURCE)

    def pulls(self, pads: tuple) -> str:
        """``pads``: (name, register, bits to clear, bits to set, bit) with the pull-up on."""
        return self._text(_PULLS, pads=pads)

    def window(self) -> str:
        return self._text(_WINDOW)

    def polling(self) -> str:
        return self._text(_POLLING)

    def adc(self) -> str:
        return self._text(_ADC)

    def hold(self) -> str:
        return self._text(_HOLD)

    def beat(self) -> str:
        return self._text(_BEAT)

    def level(self, high: bool) -> str:
        """``high``: the pilot's amplifier at +12 V, else at -12 V; steady in both."""
        return self._text(_LEVEL, duty_u16=65535 if high else 0)

    def quiet(self, limits: dict, for_ms: int, radio: bool) -> str:
        """``limits``: high_most, high_least, low_most in counts, bad_limit in windows."""
        return self._text(
            _QUIET,
            for_ms=for_ms,
            during_before=_RADIO_BEFORE if radio else "",
            during=_RADIO if radio else "pass",
            during_after=_RADIO_AFTER if radio else "",
            **limits,
        )

    def silence(self) -> str:
        return self._text(_SILENCE)

    def reset(self) -> str:
        return self._text(_RESET)

    def after(self) -> str:
        return self._text(_AFTER)

    def soft(self) -> str:
        return self._text(_SOFT)

    def soft_after(self) -> str:
        return self._text(_SOFT_AFTER)

    def trips(self, limits: dict, for_ms: int) -> str:
        """``limits`` as for quiet."""
        return self._text(_TRIPS, for_ms=for_ms, **limits)
