"""A long, seeded quarrel with an ill-behaved server: no answer is ever mixed up, and no place is ever lost."""

from __future__ import annotations

import asyncio
import random

import pytest

from models.http.raw import Raw, raw_server, read_request
from vouch.errors import ConnectionFailed, MalformedAnswer, ModelError
from vouch.models.http.lane import Lane
from vouch.models.http.pool import HttpPool


def ill_behaved(drawn: random.Random) -> object:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            said = (await read_request(reader)).partition(b"\r\n\r\n")[2]
            mood = drawn.random()
            if mood < 0.1:
                return
            if drawn.random() < 0.5:
                await asyncio.sleep(drawn.random() * 0.003)
            body = said * drawn.choice((1, 1, 50_000))
            if mood < 0.2:
                writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + body)
                return
            if mood < 0.3:
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (len(body) + 9) + body)
                return
            if mood < 0.35:
                writer.write(b"gibberish")
                return
            if mood < 0.45:
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body + b"more")
                continue
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            for start in range(0, len(body), 40_000):
                piece = body[start : start + 40_000]
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                await writer.drain()
            writer.write(b"0\r\n\r\n")

    return serve


async def ask(pool: HttpPool, server: Raw, said: bytes, drawn: random.Random) -> str:
    try:
        response = await pool.request("POST", server.url, {}, said)
        if drawn.random() < 0.1:
            await response.aclose()
            return "closed"
        body = b"".join([piece async for piece in response.chunks()])
    except (ConnectionFailed, MalformedAnswer):
        return "failed"
    assert body == said * (len(body) // len(said))
    assert body
    return "answered"


@pytest.mark.parametrize("seed", range(3))
async def test_answers_are_never_mixed_up_and_places_never_lost(seed: int) -> None:
    drawn = random.Random(seed)
    pool = HttpPool(max_connections=4, first_byte_timeout=5.0, idle_timeout=5.0)
    async with raw_server(ill_behaved(drawn)) as server:  # type: ignore[arg-type]
        tasks: list[asyncio.Task[str]] = []
        for number in range(300):
            tasks.append(asyncio.create_task(ask(pool, server, b"<%d>" % number, drawn)))
            if drawn.random() < 0.3:
                await asyncio.sleep(drawn.random() * 0.004)
            if drawn.random() < 0.2:
                drawn.choice(tasks).cancel()
        results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 30)
        assert [one for one in results if isinstance(one, Exception)] == []
        counted = {kind: results.count(kind) for kind in ("answered", "failed", "closed")}
        assert counted["answered"] > 80
        assert counted["failed"] > 5
        (lane, _), *_ = pool._here.lanes.values()
        await asyncio.sleep(0.02)
        check(lane)
        await pool.aclose()
        assert (lane._taken, lane._standing, lane._idle) == (0, set(), [])


def check(lane: Lane) -> None:
    assert lane._taken == len(lane._standing) == len(lane._idle) <= 4
    assert not [one for one in lane._waiting if not one.done()]


async def test_a_waiting_request_is_told_when_its_lane_is_closed() -> None:
    async def never(lane: Lane) -> None:
        await asyncio.sleep(60)

    lane = Lane("host", 1, never)  # type: ignore[arg-type]
    connecting, waiting = asyncio.create_task(lane.take()), asyncio.create_task(lane.take())
    await asyncio.sleep(0)
    lane.close()
    with pytest.raises(ModelError, match="the connections to host were closed here"):
        await waiting
    with pytest.raises(ModelError, match="closed here"):
        await lane.take()
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)
    assert lane._taken == 0
