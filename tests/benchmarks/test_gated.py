"""The machinery of the gateway's benchmarks: what it counts must be what went over the wire."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from benchmarks.gated.asking import CHUNKS, MARK, Target
from benchmarks.gated.client import Heard, connect, streams
from benchmarks.gated.process import Process, cores, free_port, wait_for
from benchmarks.gated.upstream import FAULTS, Upstream
from benchmarks.gateway_soak import STREAMED, Crowd

from vouch.testing.serving import ServerConnection


@asynccontextmanager
async def standing(*, faulty: int = 0) -> AsyncGenerator[Target]:
    """An upstream in this process."""
    upstream, there = Upstream(faulty=faulty), set[ServerConnection]()
    server = await asyncio.get_running_loop().create_server(
        lambda: ServerConnection(upstream.handle, there), "127.0.0.1", 0
    )
    yield Target(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/chat/completions")
    for connection in list(there):
        connection.abort()
    server.close()
    await server.wait_closed()


def test_a_request_has_one_place_for_its_number_and_about_the_size_that_was_asked_for() -> None:
    body = Target("http://127.0.0.1:1/v1", model="m").body(size=32_000)
    assert body.decode().count(MARK) == 1
    assert 31_000 < len(body) < 33_000
    assert json.loads(body)["model"] == "m"


async def test_every_chunk_of_a_stream_is_heard_and_each_text_was_on_its_way_for_a_while() -> None:
    async with standing() as target:
        heard = await streams(target, connections=2, seconds=0.01, pause=1)
    number = heard.endings["answered"]
    assert number >= 2
    assert heard.endings.total() == number
    assert heard.pieces == number * (CHUNKS + 1)
    assert len(heard.delays) == number * (CHUNKS - 3)
    assert len(heard.firsts) == number
    assert all(0 < delay < 5 for delay in heard.delays)


async def test_a_fault_of_each_kind_ends_as_what_it_is() -> None:
    heard, endings = Heard(), list[str]()
    async with standing(faulty=1) as target:
        body = target.body(stream=True)
        for _ in FAULTS:
            client = await connect(target, heard)
            endings.append(await client.ask(target.head(body) + body))
            client.close()
    # In the order of FAULTS from the second on.
    assert endings == ["unfinished", "told", "unfinished", "told"]
    assert heard.status == {500: 1, 503: 1}


async def test_a_crowd_hears_the_end_of_all_that_it_asked() -> None:
    async with standing() as target:
        crowd = Crowd(target)
        await crowd.busy(4, 0.05)
        asked = crowd.asked
        await crowd.steady(400, 0.1)
        unfinished = await crowd.over(10)
    assert unfinished == 0
    assert crowd.heard.endings == {"answered": crowd.asked}
    assert crowd.asked > asked >= STREAMED


async def test_a_crowd_says_how_many_have_no_end() -> None:
    async with standing(faulty=4) as target:
        crowd = Crowd(target)
        for _ in range(16):
            crowd.ask()
        unfinished = await crowd.over(10)
    assert unfinished == crowd.heard.endings["unfinished"] == 2


linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
CHILD = "x = b'x' * 30_000_000; sum(i * i for i in range(2_000_000)); print('done', flush=True); input()"
PARENT = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {CHILD!r}], stdin=subprocess.PIPE).wait()"


@linux
def test_a_process_tells_its_childrens_cpu_time_and_memory_and_ends_them(tmp_path: Path) -> None:
    place = tmp_path / "log"
    process = Process([sys.executable, "-c", PARENT], log=place, on=cores().others)
    try:
        assert wait_for(process, lambda: b"done" in place.read_bytes(), 30) is not None
        process.settle()
        assert process.cpu_seconds() > 0.05
        assert process.resident_mb() > 30
    finally:
        process.stop()
    assert not process.alive
    assert process.resident_mb() == 0


@linux
def test_what_does_not_come_up_is_said_with_its_last_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = Process([sys.executable, "-c", "raise SystemExit('no room')"], log=tmp_path / "log", on=cores().others)
    assert wait_for(process, lambda: False, 10) is None
    assert "no room" in capsys.readouterr().out
    assert 0 < free_port() < 65_536
