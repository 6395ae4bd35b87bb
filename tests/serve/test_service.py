"""Tests of one process that serves: what it says, how it is told to change and to end, and its log."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from serve.serving import HELLO, write_project
from vouch.errors import ConfigError
from vouch.models.http.pool import HttpPool
from vouch.project.project import Project
from vouch.serve import service
from vouch.serve.server import listen
from vouch.serve.service import Service
from vouch.testing.provider import StandIn

NOWHERE = "http://127.0.0.1:9/v1"


class Running:
    """A service that runs in this process, and what it said."""

    def __init__(self, address: str, said: list[str], task: asyncio.Task[None]) -> None:
        self.address = address
        self.said = said
        self.task = task
        self.http = HttpPool()

    async def get(self, path: str) -> tuple[int, bytes]:
        answer = await self.http.request("GET", self.address + path, {})
        return answer.status, await answer.read()

    async def hear(self, words: str) -> None:
        for _ in range(500):
            if any(words in one for one in self.said):
                return
            await asyncio.sleep(0.01)
        pytest.fail(f"{words!r} was not said: {self.said}")


@asynccontextmanager
async def running(
    root: Path, *, watch: bool = False, ends: int = -1, shared: Path | None = None
) -> AsyncGenerator[Running]:
    said: list[str] = []
    ready = asyncio.Event()
    place = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{place.getsockname()[1]}"
    one = Service(Project.find(root), demanded=False, say=said.append, shared=shared)
    task = asyncio.create_task(one.run(place, ready.set, watch=watch, ends=ends))
    await asyncio.wait({task, asyncio.create_task(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    serving = Running(address, said, task)
    try:
        yield serving
    finally:
        await serving.http.aclose()
        if not task.done():
            os.kill(os.getpid(), signal.SIGTERM)
        await task


async def test_told_by_a_signal_or_by_a_change_it_reads_its_settings_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LOOK_SECONDS", 0.02)
    write_project(tmp_path, NOWHERE)
    async with running(tmp_path, watch=True) as serving:
        write_project(tmp_path, NOWHERE, '[routes.one]\nmodels = ["up/a"]\n')
        await serving.hear("was read again")
        assert b'"one"' in (await serving.get("/v1/models"))[1]
        (tmp_path / "vouch.toml").unlink()
        await serving.hear("no vouch.toml")
        serving.said.clear()
        write_project(tmp_path, NOWHERE, 'database = "other.db"\n')
        (tmp_path / "vouch.toml").write_text('database = "other.db"\n')
        await serving.hear("another database takes a restart")
        serving.said.clear()
        write_project(tmp_path, NOWHERE, '[routes.two]\nmodels = ["up/a"]\n')
        os.kill(os.getpid(), signal.SIGHUP)
        await serving.hear("was read again")
        assert b'"two"' in (await serving.get("/v1/models"))[1]


async def test_it_gives_notice_before_it_takes_no_more(tmp_path: Path) -> None:
    write_project(tmp_path, NOWHERE, "[serve]\nnotice = 30\ndrain = 1\n")
    async with running(tmp_path) as serving:
        assert (await serving.get("/readyz"))[0] == 200
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(200):
            if (await serving.get("/readyz"))[0] == 503:
                break
            await asyncio.sleep(0.01)
        assert (await serving.get("/readyz"))[0] == 503
        assert (await serving.get("/v1/models"))[0] == 200, "it still answers"
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(asyncio.shield(serving.task), 10)


async def test_it_ends_with_whoever_began_it(tmp_path: Path) -> None:
    write_project(tmp_path, NOWHERE, "[serve]\ndrain = 1\n")
    ours, its = socket.socketpair()
    async with running(tmp_path, ends=its.fileno(), shared=tmp_path) as serving:
        assert (await serving.get("/healthz"))[0] == 200
        ours.close()
        await asyncio.wait_for(asyncio.shield(serving.task), 10)
    its.close()


async def test_its_log_and_its_spans(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with StandIn() as provider:
        write_project(tmp_path, provider.address, '[serve]\nlog = "json"\notel = "http://127.0.0.1:9"\n')
        async with running(tmp_path) as serving:
            body = json.dumps({"model": "up/stand-in", **HELLO}).encode()
            answer = await serving.http.request("POST", f"{serving.address}/v1/chat/completions", {}, body)
            await answer.read()
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["run"] == answer.headers["x-vouch-run"]


async def test_nobody_is_served_where_a_key_is_demanded_and_there_is_none(tmp_path: Path) -> None:
    write_project(tmp_path, NOWHERE)
    with listen("127.0.0.1", 0) as place, pytest.raises(ConfigError, match="vouch keys make"):
        await Service(Project.find(tmp_path), demanded=True, say=print).run(place, lambda: None)


async def test_an_app_that_is_not_served_is_named(tmp_path: Path) -> None:
    write_project(tmp_path, NOWHERE, '[apps]\nnone = "none:app"\n')
    async with running(tmp_path) as serving:
        await serving.hear("app none is not served")
