"""A loop that the wall leads: at a speed, late without skipping, its sockets served in between."""

import asyncio
import time

import pytest

from host_tests.harness.led_loop import LedLoop


@pytest.fixture
def led():
    loop = LedLoop(speed=100)
    yield loop
    loop.finish()


def test_time_passes_as_fast_as_it_is_asked_to(led):
    began_s = time.monotonic()
    # From here on: the wall went on since the loop was made.
    led.speed = 100
    led.pass_to(5000)
    assert led.now_ms() == 5000
    assert time.monotonic() - began_s >= 0.05
    led.speed = 1000
    led.pass_to(15_000)
    assert time.monotonic() - began_s >= 0.06


def test_timers_fire_at_their_own_virtual_time(led):
    fired = []
    for delay_s in (0.5, 0.01, 0.02):
        led.call_later(delay_s, lambda: fired.append(led.now_ms()))
    led.pass_to(1000)
    assert fired == [10, 20, 500]


def test_late_loop_skips_nothing_and_forgets_most_of_its_delay(led):
    led.speed = 1
    fired = []

    def hold_up():
        time.sleep(0.6)
        fired.append((led.now_ms(), time.monotonic()))

    led.call_later(0.3, hold_up)
    led.pass_to(900)
    # Of the 600 ms that were left a quarter of a second at most was caught up with.
    (at_ms, went_on_s), *more = fired
    assert at_ms == 300 and not more and time.monotonic() - went_on_s >= 0.3


def test_sockets_are_served_while_it_waits(led):
    led.speed = 1
    heard = []

    async def listen(reader, writer):
        heard.append(await reader.readline())
        writer.close()

    async def talk(port):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"now\n")
        writer.close()

    server = led.run(asyncio.start_server(listen, "127.0.0.1", 0))
    led.create_task(talk(server.sockets[0].getsockname()[1]))
    until_s = time.monotonic() + 60
    while not heard and time.monotonic() < until_s:
        led.pass_to(led.now_ms() + 10)
    server.close()
    assert heard == [b"now\n"]


def test_speed_that_was_reached_is_measured(led):
    led.speed = 10
    led.pass_to(15_000)
    assert 0 < led.reached <= 11
