"""drivers/uart_rs485: the transceiver is turned around each request, without waiting for it."""

from host_tests.harness import paths

paths.use_firmware()

from chargepoint.drivers.meter_modbus import ModbusMeter  # noqa: E402
from chargepoint.drivers.meter_models import find  # noqa: E402
from chargepoint.drivers.uart_rs485 import Rs485Uart  # noqa: E402


class Direction:
    """The pin, and every level that it had."""

    def __init__(self):
        self.levels = []

    def value(self, level):
        self.levels.append(level)


class Line:
    """A UART whose frames take until ``leave`` is called."""

    def __init__(self):
        self.waiting = b""
        self.sent = []
        self.sending = False

    def any(self):
        return len(self.waiting)

    def read(self, count):
        data, self.waiting = self.waiting[:count], self.waiting[count:]
        return data or None

    def write(self, data):
        self.sent.append(data)
        self.sending = True
        return len(data)

    def txdone(self):
        return not self.sending


def wired():
    line, pin = Line(), Direction()
    return Rs485Uart(line, pin), line, pin


def test_it_listens_at_first():
    _, _, pin = wired()
    assert pin.levels == [0]


def test_it_sends_until_the_last_bit_has_left():
    uart, line, pin = wired()
    assert uart.write(b"request!") == 8
    assert pin.levels == [0, 1]
    assert uart.any() == 0 and uart.read(9) is None and not uart.txdone()
    line.sending = False
    assert uart.any() == 0
    assert pin.levels == [0, 1, 0]


def test_what_comes_while_it_sends_is_noise():
    uart, line, _ = wired()
    uart.write(b"request!")
    line.waiting = b"\x00\xff"
    assert uart.any() == 0 and uart.read(9) is None
    line.sending = False
    assert uart.any() == 0
    line.waiting = b"answer"
    assert uart.any() == 6 and uart.read(9) == b"answer"


def test_a_second_request_is_sent_like_the_first():
    uart, line, pin = wired()
    for _ in range(2):
        uart.write(b"request!")
        line.sending = False
        assert uart.txdone()
    assert pin.levels == [0, 1, 0, 1, 0] and len(line.sent) == 2


def test_a_meter_behind_it_is_asked_and_is_silent_when_nothing_answers():
    """The time-out of the meter's driver runs on; the transceiver does not stay turned."""
    uart, line, pin = wired()
    meter = ModbusMeter(uart, find("SDM630"))
    for now_ms in range(0, 6000, 10):
        meter.poll(now_ms)
        line.sending = False
    assert meter.trouble == "silent"
    assert len(line.sent) > 3
    assert pin.levels[-1] == 0 and pin.levels.count(1) == len(line.sent)


def test_a_line_that_never_gets_rid_of_a_request_makes_the_meter_silent():
    uart, _, pin = wired()
    meter = ModbusMeter(uart, find("SDM630"))
    for now_ms in range(0, 6000, 10):
        meter.poll(now_ms)
    assert meter.trouble == "silent"
    assert pin.levels[-1] == 1


# -- with a timer ---------------------------------------------------------------------------------


class Timer:
    """A one-shot timer that fires when it is told to."""

    def __init__(self):
        self.armed_ms = []
        self.callback = None

    def init(self, mode, period, callback):
        assert mode == 0
        self.armed_ms.append(period)
        self.callback = callback


def timed():
    line, pin, timer = Line(), Direction(), Timer()
    return Rs485Uart(line, pin, timer, 1042), line, pin, timer


def test_a_timer_turns_it_back_between_two_steps():
    uart, line, pin, timer = timed()
    uart.write(b"request!")
    assert timer.armed_ms == [9]
    line.sending = False
    timer.callback(timer)
    assert pin.levels == [0, 1, 0] and timer.armed_ms == [9]
    line.waiting = b"answer"
    assert uart.any() == 6


def test_a_timer_that_is_early_tries_again_a_millisecond_later():
    uart, line, pin, timer = timed()
    uart.write(b"request!")
    timer.callback(timer)
    assert pin.levels == [0, 1] and timer.armed_ms == [9, 1]
    line.sending = False
    timer.callback(timer)
    assert pin.levels == [0, 1, 0] and timer.armed_ms == [9, 1]


def test_a_timer_that_comes_after_the_step_takes_nothing_away():
    uart, line, pin, timer = timed()
    uart.write(b"request!")
    line.sending = False
    assert uart.any() == 0
    line.waiting = b"answer"
    timer.callback(timer)
    assert uart.read(9) == b"answer" and pin.levels == [0, 1, 0]
