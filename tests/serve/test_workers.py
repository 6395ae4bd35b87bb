"""Tests of several processes that serve together: that they share limits and money, and are begun and ended as one."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from serve.serving import HELLO, write_project
from serve.test_gateway import PRICED, keyed
from vouch.errors import ConfigError
from vouch.journal.journal import Journal
from vouch.models.http.pool import HttpPool
from vouch.serve.keys.terms import Terms
from vouch.serve.workers import inherited
from vouch.testing.provider import StandIn


class Together:
    """`vouch serve` in processes, and what it says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said = ""
        self.address = ""
        self.http = HttpPool()

    async def hear(self, pattern: str) -> str:
        """Wait until it has said this."""
        assert self.process.stderr is not None
        while (found := re.search(pattern, self.said)) is None:
            line = await asyncio.wait_for(self.process.stderr.readline(), 30)
            assert line, self.said
            self.said += line.decode()
        return found[0]

    async def chat(self, token: str = "", **more: Any) -> tuple[int, dict[str, str]]:
        body = json.dumps({"model": "up/stand-in", **HELLO, **more}).encode()
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        answer = await self.http.request("POST", f"{self.address}/v1/chat/completions", headers, body)
        await answer.read()
        return answer.status, dict(answer.headers)

    async def get(self, path: str) -> str:
        answer = await self.http.request("GET", self.address + path, {})
        return (await answer.read()).decode()

    def children(self) -> list[int]:
        text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(word) for word in text.split()]


@asynccontextmanager
async def together(root: Path, *arguments: str, workers: int = 2) -> AsyncGenerator[Together]:
    command = [sys.executable, "-m", "vouch", "serve", "--in", str(root), "--port", "0", "--workers", str(workers)]
    process = await asyncio.create_subprocess_exec(*command, *arguments, stderr=asyncio.subprocess.PIPE)
    serving = Together(process)
    try:
        found = await serving.hear(r"serves (http://\S+)/v1")
        serving.address = found.removeprefix("serves ").removesuffix("/v1")
        yield serving
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 30) == 0
    finally:
        await serving.http.aclose()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_budget_holds_over_all_processes_and_one_that_dies_is_replaced(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "one two three", latency=0.05) as provider:
        write_project(tmp_path, provider.address, PRICED)
        (tmp_path / ".vouch").mkdir()
        name, money = await keyed(tmp_path, Terms(budget=Decimal(150), period="total"))
        _, often = await keyed(tmp_path, Terms(requests_per_minute=9))
        async with together(tmp_path) as serving:
            answers: list[tuple[int, dict[str, str]]] = []
            answers += await asyncio.gather(*[serving.chat(money, max_tokens=3) for _ in range(100)])
            while any(status == 200 for status, _ in answers[-10:]) or len(answers) < 200:
                await asyncio.sleep(0.3)  # meanwhile, once a second, they give back what they drew and did not need
                answers += await asyncio.gather(*[serving.chat(money, max_tokens=3) for _ in range(10)])
            statuses = [(await serving.chat(often))[0] for _ in range(12)]
            await asyncio.sleep(1.1)
            counted = await serving.get("/metrics")
            first = serving.children()
            os.kill(first[0], signal.SIGKILL)
            await serving.hear("another takes its place")
            for _ in range(200):
                now = serving.children()
                if len(now) == 2 and now != first:
                    break
                await asyncio.sleep(0.1)
            assert [(await serving.chat())[0] for _ in range(4)] == [200] * 4
        journal = await Journal.open(tmp_path / ".vouch/journal.db")
        events = [event.body async for event in journal.events("request.served")]
        await journal.aclose()
    spent = sum(body.cost.amount for body in events if body.cost and body.key == name)  # type: ignore[union-attr]
    good = [headers for status, headers in answers if status == 200]
    paid = sum(Decimal(headers["x-vouch-cost"]) for headers in good)
    assert 150 - 50 < paid <= 150, "all but the estimate of a request or two is spent, and never more"
    assert spent == paid
    assert statuses.count(200) == 9
    total = sum(float(line.split()[-1]) for line in counted.splitlines() if line.startswith("vouch_requests_total"))
    assert total == len(answers) + 12


async def test_they_take_new_settings_together(tmp_path: Path) -> None:
    write_project(tmp_path, "http://127.0.0.1:9/v1")
    async with together(tmp_path) as serving:
        assert '"two"' not in await serving.get("/v1/models")
        write_project(tmp_path, "http://127.0.0.1:9/v1", '[routes.two]\nmodels = ["up/a"]\n')
        serving.process.send_signal(signal.SIGHUP)
        await serving.hear(r"(?s)was read again.*was read again")
        assert '"two"' in await serving.get("/v1/models")
        write_project(tmp_path, "http://127.0.0.1:9/v1", "[routes.two]\nmodel = 3\n")
        serving.process.send_signal(signal.SIGHUP)
        assert "did you mean 'models'" in await serving.hear(r"the old settings stay: .*\n")
        assert '"two"' in await serving.get("/v1/models")


async def test_what_keeps_one_from_beginning_ends_all(tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text("")
    command = [sys.executable, "-m", "vouch", "serve", "--in", str(tmp_path), "--port", "0", "--workers", "2"]
    process = await asyncio.create_subprocess_exec(*command, "--host", "0.0.0.0", stderr=asyncio.subprocess.PIPE)
    _, said = await asyncio.wait_for(process.communicate(), 40)
    assert process.returncode == 2
    assert b"vouch keys make" in said


def test_a_socket_that_is_none() -> None:
    with pytest.raises(ConfigError, match="no socket"):
        inherited(9_999)
    with socket.socket() as silent, pytest.raises(ConfigError, match="does not listen"):
        inherited(silent.fileno())
