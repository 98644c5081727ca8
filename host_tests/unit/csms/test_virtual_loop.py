"""The harness's loop: time that only the harness moves, sockets that deliver at once."""

import asyncio

import pytest

from host_tests.harness.virtual_loop import UtcClock, VirtualLoop


def test_a_timer_fires_at_its_own_virtual_time_without_waiting(loop, waited_s):
    fired = []
    for delay_s in (30, 0.01, 3600):
        loop.call_later(delay_s, lambda: fired.append(loop.now_ms()))
    loop.advance_to(7_200_000)
    assert fired == [10, 30_000, 3_600_000]
    assert waited_s() < 1


def test_a_timer_set_by_a_timer_fires_within_the_same_advance(loop):
    fired = []
    loop.call_later(1, lambda: loop.call_later(1, lambda: fired.append(loop.now_ms())))
    loop.advance_to(5000)
    assert fired == [2000]


def test_the_next_timer_is_told_and_a_cancelled_one_is_not(loop):
    loop.call_later(0.25, print).cancel()
    loop.call_later(1.0005, print).cancel()
    loop.call_later(2.3, lambda: None)
    assert loop.next_due_ms() == 2300
    loop.advance_to(2299)
    assert loop.next_due_ms() == 2300
    loop.advance_to(2300)
    assert loop.next_due_ms() is None


def test_time_that_runs_backwards_is_refused(loop):
    loop.advance_to(10)
    with pytest.raises(ValueError, match="it is 10 ms, wanted 9 ms"):
        loop.advance_to(9)


def test_a_conversation_over_tcp_is_over_in_one_run(loop):
    echoed = []

    async def echo(reader, writer):
        while line := await reader.readline():
            writer.write(line)
        writer.close()

    async def talk(port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in range(20):
            writer.write(b"%d\n" % number)
            echoed.append(await reader.readline())
        writer.close()

    server = loop.run(asyncio.start_server(echo, "127.0.0.1", 0))
    loop.create_task(talk(server.sockets[0].getsockname()[1]))
    loop.run_until_quiet()
    assert echoed == [b"%d\n" % number for number in range(20)]
    server.close()


def test_a_coroutine_that_needs_time_is_not_waited_for(loop):
    with pytest.raises(RuntimeError, match="still waits at 0 ms"):
        loop.run(asyncio.sleep(1))


def test_real_time_waits_for_the_wall():
    loop = VirtualLoop(real_time=True)
    fired = []
    loop.call_later(0.02, lambda: fired.append(loop.now_ms()))
    loop.run_until_quiet()
    assert not fired
    loop.advance_to(loop.now_ms() + 40)
    assert len(fired) == 1 and 20 <= fired[0] <= loop.now_ms()
    loop.finish()


def test_the_calendar_follows_the_loop(loop):
    clock = UtcClock(loop, "2026-03-01T00:00:00+01:00")
    began_ms = clock.utc_ms()
    loop.advance_to(1500)
    assert clock.utc_ms() - began_ms == 1500
    assert clock.utc_s() == 1772319600 + 1
