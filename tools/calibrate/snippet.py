"""What runs on the board's interpreter: short MicroPython, sent over its console.

The station has been interrupted: its loop has opened every contactor, and its watchdog can't be
stopped, so it is given more time than a person needs and fed at each burst.
"""

from tools.calibrate.setup import Setup
from tools.repl.guard import ended
from tools.repl.said import DONE, done

# The watchdog's time while a person goes through the levels.
_WATCHDOG_MS = 30 * 60 * 1000

_PREPARE = """\
from machine import ADC, PWM, WDT, Pin
_dog = WDT(timeout={watchdog_ms})
_coils = [Pin(pad, Pin.OUT, value=level) for pad, level in {relays}]
_pwm = PWM(Pin({pwm_pad}, Pin.OUT), freq=1000, duty_u16=65535)
_adc = ADC(Pin({adc_pad}), atten={attenuation})
def _burst(reads):
    _dog.feed()
    samples = sorted([_adc.read_uv() for _ in range(reads)])
    print(samples[3], samples[reads // 2], samples[-4])
print("{done}")
"""
# The first burst is the settling of the ADC and of the level.
_MEASURE = """\
_pwm.duty_u16({duty_u16})
for _ in range({bursts} + 1):
    _burst({reads})
print("{done}")
"""
# Written beside its place and renamed: the station reads the old record or the new one.
_WRITE = """\
import os
try:
    os.mkdir({folder!r})
except OSError:
    pass
with open({new!r}, "wb") as file:
    file.write({data!r})
os.rename({new!r}, {name!r})
with open({name!r}, "rb") as file:
    print(file.read() == {data!r})
"""


def prepare(setup: Setup) -> str:
    """A guard in the coprocessor has the ADC: it ends first."""
    return ended(setup.board) + _PREPARE.format(
        watchdog_ms=_WATCHDOG_MS,
        relays=setup.relays,
        pwm_pad=setup.pwm_pad,
        adc_pad=setup.adc_pad,
        attenuation=setup.attenuation,
        done=DONE,
    )


def measure(high: bool, bursts: int, reads: int) -> str:
    """``high``: the pilot's amplifier at +12 V, else at -12 V; steady in both."""
    duty_u16 = 65535 if high else 0
    return _MEASURE.format(duty_u16=duty_u16, bursts=bursts, reads=reads, done=DONE)


def write(name: str, data: bytes) -> str:
    """``name`` is the record's full path on the board."""
    folder = name.rpartition("/")[0]
    return _WRITE.format(folder=folder, name=name, new=f"{folder}/.new", data=data)


def bursts_of(said: str) -> tuple:
    """The bursts that were printed, without the first; raises ValueError."""
    found = []
    for line in done(said):
        words = line.split()
        if len(words) != 3 or not all(word.isdigit() for word in words):
            raise ValueError(f"the board said {line!r}, expected three numbers")
        found.append(tuple(map(int, words)))
    return tuple(found[1:])
