"""The main of the emulated board under `make bench`: every step tells what it took.

It says on the log, for tools/bench/session.py:

    import USED                             bytes of the heap once everything is imported
    collect INSTRUCTIONS                    what a collection of garbage takes, now and then
    step INSTRUCTIONS USED GREW WRITES      instructions of station.step() alone, bytes of the heap
                                            in use after it, by how much they grew (less than 0: it
                                            collected garbage), writes to the store

Counts of instructions want QEMU's ``-icount shift=6``: 64 ns each, of a timer that counts 40 ns.
"""

import gc

import micropython

import board
from chargepoint.run import run

gc.collect()
_IMPORTED = gc.mem_alloc()
_MASK = 0x3FFFFFFF
_COLLECT_EACH = 256


@micropython.viper
def _start_timer():
    timer = ptr32(0x40000000)  # noqa: F821  (CMSDK timer 0: CTRL, VALUE, RELOAD)
    timer[2] = 0x3FFFFFFF  # what fits a small integer: reading it makes no garbage
    timer[1] = 0x3FFFFFFF
    timer[0] = 1


@micropython.viper
def _ticks() -> int:
    return ptr32(0x40000000)[1]  # noqa: F821


def _instructions(begin: int) -> int:
    return ((begin - _ticks()) & _MASK) * 5 // 8


class _Meter:
    """Stands in place of ``device.station.step``."""

    def __init__(self, device):
        self._step = device.station.step
        self._log = device.log
        self._steps = 0
        self._writes = 0
        self._write = device.store.write
        device.store.write = self._count_write
        begin = _ticks()
        self._nothing(0)
        self._empty = _instructions(begin)
        self._say(f"import {_IMPORTED}")
        device.station.step = self.step

    def step(self, now_ms: int) -> None:
        """One step of the station, and its figures."""
        if self._steps % _COLLECT_EACH == 0:
            begin = _ticks()
            gc.collect()
            self._say(f"collect {_instructions(begin)}")
        self._steps += 1
        self._writes = 0
        before = gc.mem_alloc()
        begin = _ticks()
        self._step(now_ms)
        took = _instructions(begin) - self._empty
        used = gc.mem_alloc()
        self._say(f"step {took} {used} {used - before} {self._writes}")

    def _count_write(self, name, data):
        self._writes += 1
        return self._write(name, data)

    def _nothing(self, now_ms):
        pass

    def _say(self, text):
        self._log.write("info", text)


def _build():
    device = board.build()
    _start_timer()
    _Meter(device)
    return device


run(_build)
