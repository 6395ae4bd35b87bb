"""Tests of a change of the settings: requests under way are finished, and what cannot be used changes nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from serve.serving import Serving, write_project
from vouch.errors import ConfigError
from vouch.models.http.pool import HttpPool
from vouch.project.project import Project
from vouch.serve.gateway import Gateway
from vouch.serve.keys.gate import Gate
from vouch.serve.opening import opened
from vouch.serve.operations.desk import Desk
from vouch.serve.server import Server, listen
from vouch.serve.standing import Standing
from vouch.testing.provider import StandIn

APP = '''"""Says yes."""
from vouch import App, Scripted

app = App(name="yes", models=[Scripted(lambda request: "yes", name="scripted/yes")])
'''


@asynccontextmanager
async def standing_on(root: Path) -> AsyncGenerator[tuple[Standing, Serving]]:
    desk = Desk(Gate(demanded=False))

    @asynccontextmanager
    async def opens() -> AsyncGenerator[Gateway]:
        async with opened(Project.find(root), demanded=False, desk=desk) as gateway:
            yield gateway

    ready = asyncio.Event()
    http = HttpPool()
    async with Standing(opens) as standing:
        place = listen("127.0.0.1", 0)
        server = Server(standing, place, drain=1)
        task = asyncio.create_task(server.run(ready.set))
        await ready.wait()
        address = f"http://127.0.0.1:{place.getsockname()[1]}"
        try:
            yield standing, Serving(address, root, standing.gateway, http)
        finally:
            await http.aclose()
            server.stop()
            await task


async def names(server: Serving) -> list[str]:
    return [one["id"] for one in (await server.post("/v1/models", b"", method="GET")).json["data"]]


async def test_new_routes_hold_for_new_requests_and_old_ones_are_finished(tmp_path: Path) -> None:
    async with StandIn(reply=lambda body: "old", latency=0.3) as old, StandIn(reply=lambda body: "new") as new:
        write_project(tmp_path, old.address)
        async with standing_on(tmp_path) as (standing, server):
            slow = [asyncio.create_task(server.chat()) for _ in range(5)]
            while standing.gateway.under_way < 5:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            before = standing.gateway
            write_project(tmp_path, new.address, '[routes.auto]\nmodels = ["up/m"]\n')
            assert await standing.renew() == ""
            assert standing.gateway is not before
            assert before.under_way == 5
            answer = await server.chat("auto")
            assert answer.json["choices"][0]["message"]["content"] == "new"
            told = [(await one).json["choices"][0]["message"]["content"] for one in slow]
            assert told == ["old"] * 5
            assert before.under_way == 0


async def test_nothing_is_dropped_while_settings_change_again_and_again(tmp_path: Path) -> None:
    async with StandIn() as provider:
        write_project(tmp_path, provider.address)
        async with standing_on(tmp_path) as (standing, server):

            async def client() -> list[int]:
                return [(await server.chat()).status for _ in range(20)]

            clients = [asyncio.create_task(client()) for _ in range(4)]
            for _ in range(3):
                assert await standing.renew() == ""
            statuses = [status for one in clients for status in await one]
    assert statuses == [200] * 80


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ("[routes.auto]\nmodel = 3\n", "did you mean 'models'"),
        ("[routes", "is not TOML"),
        ('[apps]\nyes = "app:app"\n[prices."up/m"]\ninput = -1\noutput = 0\n', "a price is 0 or more"),
    ],
)
async def test_broken_settings_change_nothing_and_why_is_said(tmp_path: Path, settings: str, why: str) -> None:
    write_project(tmp_path, "http://127.0.0.1:9/v1", '[routes.auto]\nmodels = ["up/m"]\n')
    async with standing_on(tmp_path) as (standing, server):
        before = standing.gateway
        (tmp_path / "vouch.toml").write_text(settings)
        assert why in await standing.renew()
        assert standing.gateway is before
        assert await names(server) == ["auto"]


async def test_an_app_that_was_served_and_is_broken_now_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "app.py").write_text(APP)
    write_project(tmp_path, "http://127.0.0.1:9/v1", '[apps]\nyes = "app:app"\n')
    async with standing_on(tmp_path) as (standing, server):
        assert await names(server) == ["app/yes"]
        (tmp_path / "app.py").write_text("import nothing_of_this_name\n")
        assert "nothing_of_this_name" in await standing.renew()
        assert await names(server) == ["app/yes"]
        write_project(tmp_path, "http://127.0.0.1:9/v1")
        assert await standing.renew() == ""
        assert await names(server) == []


async def test_what_cannot_be_opened_at_first_is_raised(tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text("[serve]\nlog = 3\n")
    with pytest.raises(ConfigError, match="log"):
        async with standing_on(tmp_path):
            pytest.fail("it cannot be opened")


def test_there_is_none_before_it_is_opened() -> None:
    async def never() -> Gateway:
        raise AssertionError

    async def ask() -> None:
        with pytest.raises(ConfigError, match="no gateway is open"):
            _ = Standing(never).gateway  # type: ignore[arg-type]

    asyncio.run(ask())
