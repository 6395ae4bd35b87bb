"""Tests of the pool: which connection a request goes over, and for how long."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading

import pytest

from models.http.raw import Raw, always, ok, raw_server, read_request
from vouch.errors import ConfigError, ConnectionFailed
from vouch.models.http import lane as lane_module
from vouch.models.http.connection import Connection, Limits
from vouch.models.http.lane import Lane
from vouch.models.http.pool import HttpPool


async def ask(pool: HttpPool, server: Raw, body: bytes = b"") -> bytes:
    return await (await pool.request("POST", server.url, {}, body)).read()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(ok((await read_request(reader)).partition(b"\r\n\r\n")[2]))


async def test_connections_are_kept_and_never_delay_small_packets(pool: HttpPool) -> None:
    async with raw_server(echo) as server:
        for number in range(5):
            assert await ask(pool, server, b"%d" % number) == b"%d" % number
        (lane, _), *_ = pool._here.lanes.values()
        (connection,) = lane._standing
        assert connection._transport is not None
        plug = connection._transport.get_extra_info("socket")
        assert plug.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert server.connections == 1


async def test_each_server_has_connections_of_its_own(pool: HttpPool) -> None:
    async with raw_server(echo) as one, raw_server(echo) as two:
        assert await ask(pool, one, b"1") == b"1"
        assert await ask(pool, two, b"2") == b"2"
        assert (one.connections, two.connections) == (1, 1)


async def test_a_kept_connection_that_the_server_leaves_is_replaced_once(pool: HttpPool) -> None:
    async def leave_at_the_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ok((await read_request(reader))[-1:]))
        await read_request(reader)

    async with raw_server(leave_at_the_second) as server:
        assert await ask(pool, server, b"a") == b"a"
        assert await ask(pool, server, b"b") == b"b"
        assert server.connections == 2


async def test_a_request_is_not_sent_again_once_the_server_has_begun_to_answer(pool: HttpPool) -> None:
    raw: list[Raw] = []
    async with raw_server(always(ok(b"a"), b"HTTP/1.1 2", raw=raw)) as server:
        raw.append(server)
        assert await ask(pool, server, b"1") == b"a"
        with pytest.raises(ConnectionFailed):
            await ask(pool, server, b"2")
        assert len(server.requests) == 2


async def test_a_request_on_a_new_connection_is_not_sent_again(pool: HttpPool) -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)

    async with raw_server(hang_up) as server:
        with pytest.raises(ConnectionFailed, match=r"127\.0\.0\.1:\d+ broke"):
            await ask(pool, server)
        assert server.connections == 1


async def test_a_request_is_sent_twice_at_most(pool: HttpPool) -> None:
    async def answer_only_the_first_of_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        if server.connections == 1:
            writer.write(ok(b"a"))
            await read_request(reader)

    async with raw_server(answer_only_the_first_of_all) as server:
        assert await ask(pool, server) == b"a"
        with pytest.raises(ConnectionFailed):
            await ask(pool, server)
        assert server.connections == 2


async def test_an_old_connection_is_not_trusted(pool: HttpPool, monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_server(echo) as server:
        await ask(pool, server)
        monkeypatch.setattr(lane_module, "KEPT_IDLE", -1.0)
        await ask(pool, server)
        assert server.connections == 2


async def test_over_the_limit_requests_wait_in_order() -> None:
    order: list[bytes] = []
    begun, go = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            order.append((await read_request(reader))[-1:])
            begun.set()
            await go.wait()
            writer.write(ok(order[-1]))

    pool = HttpPool(max_connections=1)
    async with raw_server(serve) as server:
        tasks = [asyncio.create_task(ask(pool, server, b"%d" % number)) for number in range(8)]
        await begun.wait()
        tasks[4].cancel()
        go.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [b"0", b"1", b"2", b"3", b"5", b"6", b"7"]
    assert [one for one in results if isinstance(one, bytes)] == order
    assert server.connections == 1
    await pool.aclose()


async def test_there_are_never_more_connections_than_the_limit() -> None:
    pool = HttpPool(max_connections=3)
    async with raw_server(echo) as server:
        answers = await asyncio.gather(*(ask(pool, server, b"%d" % number) for number in range(40)))
    assert answers == [b"%d" % number for number in range(40)]
    assert server.connections == 3
    await pool.aclose()


@pytest.mark.parametrize("place_only", [False, True])
async def test_what_is_handed_to_a_request_that_is_cancelled_goes_to_the_next(place_only: bool) -> None:
    pool = HttpPool(max_connections=1)
    async with raw_server(echo) as server:
        held = await pool.request("POST", server.url, {}, b"0" * 3_000_000)
        second = asyncio.create_task(ask(pool, server, b"1"))
        third = asyncio.create_task(ask(pool, server, b"2"))
        await asyncio.sleep(0)
        if place_only:
            await held.aclose()
            await asyncio.sleep(0)
        else:
            await held.read()
        second.cancel()
        assert await third == b"2"
    assert second.cancelled()
    assert server.connections == 1 + place_only
    await pool.aclose()


async def test_a_connection_that_is_closing_is_passed_over(pool: HttpPool) -> None:
    async with raw_server(echo) as server:
        await ask(pool, server)
        (lane, _), *_ = pool._here.lanes.values()
        (connection,) = lane._standing
        connection.abort()
        assert await ask(pool, server, b"x") == b"x"
    assert server.connections == 2


async def test_a_failed_connection_gives_its_place_to_the_next() -> None:
    pool = HttpPool(max_connections=1)
    with socket.socket() as plug:
        plug.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{plug.getsockname()[1]}/"
        results = await asyncio.gather(*(pool.request("GET", url, {}) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [ConnectionFailed] * 3
    assert "127.0.0.1" in str(results[0])
    assert "check the address" in str(results[0])
    await pool.aclose()


async def test_a_server_that_closes_at_once_costs_no_place() -> None:
    async def slam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    pool = HttpPool(max_connections=1)
    async with raw_server(slam) as server:
        for _ in range(5):
            with pytest.raises(ConnectionFailed):
                await asyncio.wait_for(ask(pool, server), 5)
    await pool.aclose()


async def test_a_host_that_cannot_be_found_is_named(pool: HttpPool) -> None:
    with pytest.raises(ConnectionFailed, match=r"no connection to a\.\.b"):
        await pool.request("GET", "http://a..b/v1?key=secret", {})


async def test_closing_the_pool_ends_everything_under_way_and_a_new_request_begins_anew() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    pool = HttpPool(max_connections=1)
    async with raw_server(silent) as server:
        tasks = [asyncio.create_task(ask(pool, server)) for _ in range(2)]
        await asyncio.sleep(0.02)
        await pool.aclose()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [ConnectionFailed] * 2
        assert all("closed here" in str(result) for result in results)
    async with raw_server(echo) as server:
        assert await ask(pool, server, b"x") == b"x"
    await pool.aclose()
    await pool.aclose()


async def test_closing_the_pool_while_it_connects_or_sends_again_ends_that_too() -> None:
    async def leave_at_the_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ok((await read_request(reader))[-1:]))
        await read_request(reader)
        await asyncio.sleep(0.05)

    pool = HttpPool()
    async with raw_server(leave_at_the_second) as server:
        connecting = asyncio.create_task(ask(pool, server))
        await asyncio.sleep(0)
        await pool.aclose()
        with pytest.raises(ConnectionFailed):
            await connecting
        assert await ask(pool, server, b"a") == b"a"
        again = asyncio.create_task(ask(pool, server, b"b"))
        await asyncio.sleep(0.01)
        await pool.aclose()
        with pytest.raises(ConnectionFailed, match="closed here"):
            await again


async def test_a_response_finished_after_its_lane_was_closed_is_not_kept() -> None:
    pool = HttpPool()
    async with raw_server(echo) as server:
        await ask(pool, server)
        (lane, _), *_ = pool._here.lanes.values()
        (connection,) = lane._standing
        lane._closed = True
        lane.freed(connection)
        await asyncio.sleep(0)
        assert not connection.usable
    await pool.aclose()


async def test_a_fresh_connection_at_the_limit_takes_the_place_of_an_idle_one() -> None:
    pool = HttpPool(max_connections=1)
    async with raw_server(echo) as server:
        await ask(pool, server)
        (lane, _), *_ = pool._here.lanes.values()
        connection = await lane.take(fresh=True)
        assert not connection.used
        assert server.connections == 2
    await pool.aclose()


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ConfigError, match="max_connections is 0"):
        HttpPool(max_connections=0)


LOOPS = """
import asyncio
from vouch.models.http.pool import HttpPool
from vouch.testing.provider import StandIn

pool = HttpPool()

async def once():
    async with StandIn() as provider:
        response = await pool.request("GET", provider.address + "/models", {})
        assert response.status == 200
        await response.read()

asyncio.run(once())
asyncio.run(once())
first, second = asyncio.new_event_loop(), asyncio.new_event_loop()
for loop in (first, second, first):
    loop.run_until_complete(once())
for loop in (first, second):
    loop.run_until_complete(loop.shutdown_asyncgens())
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
"""


def test_a_pool_works_in_any_loop_and_its_connections_end_with_the_loop() -> None:
    command = [sys.executable, "-X", "dev", "-W", "error", "-c", LOOPS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_connections_end_when_the_loop_ends() -> None:
    pool = HttpPool()

    async def once() -> list[Connection]:
        async with raw_server(echo) as server:
            await ask(pool, server)
            (lane, _), *_ = pool._here.lanes.values()
            return list(lane._standing)

    (connection,) = asyncio.run(once())
    assert connection.gone


async def test_a_connection_that_is_lost_before_it_is_lent_gives_its_place_back() -> None:
    async def dial(lane: Lane) -> Connection:
        connection = Connection("host", asyncio.get_running_loop(), Limits(1, 1, 1, 1, 1), lane)
        connection.connection_lost(None)
        return connection

    lane = Lane("host", 1, dial)
    for _ in range(3):
        connection = await asyncio.wait_for(lane.take(), 1)
        with pytest.raises(ConnectionFailed, match="before the request was sent"):
            await connection.send(b"")


def test_two_threads_may_use_one_pool_at_once() -> None:
    pool = HttpPool()
    answers: list[bytes] = []

    async def several() -> None:
        async with raw_server(echo) as server:
            answers.extend(await asyncio.gather(*(ask(pool, server, b"%d" % number) for number in range(20))))
        await pool.aclose()

    threads = [threading.Thread(target=lambda: asyncio.run(several())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == sorted(3 * [b"%d" % number for number in range(20)])
