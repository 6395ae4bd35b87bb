"""The gateway as it is served: a real server on a real port, in front of a provider that speaks the real format.

It does not know what is tested with it.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vouch.journal.journal import Journal
from vouch.models.http.pool import HttpPool
from vouch.project.project import Project
from vouch.serve.gateway import Gateway
from vouch.serve.opening import opened
from vouch.serve.operations.desk import Desk
from vouch.serve.server import Server, listen
from vouch.values.event import RequestServed

HELLO = {"messages": [{"role": "user", "content": "Hello?"}]}


@dataclass
class Served:
    """What an answer was: its status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def events(self) -> list[Any]:
        """The data of a stream's events, as JSON where it is."""
        texts = [line[6:] for line in self.body.decode().splitlines() if line.startswith("data: ")]
        return [text if text == "[DONE]" else json.loads(text) for text in texts]


@dataclass
class Serving:
    """A gateway that is being served at `address`."""

    address: str
    root: Path
    gateway: Gateway
    http: HttpPool

    async def post(
        self, path: str, body: dict[str, Any] | bytes, *, headers: dict[str, str] | None = None, method: str = "POST"
    ) -> Served:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"content-type": "application/json", **(headers or {})}
        response = await self.http.request(method, self.address + path, given, data)
        return Served(response.status, response.headers, await response.read())

    async def chat(self, model: str = "up/stand-in", *, headers: dict[str, str] | None = None, **more: Any) -> Served:
        return await self.post("/v1/chat/completions", {"model": model, **HELLO, **more}, headers=headers)

    async def served(self) -> list[RequestServed]:
        """All requests that were written down, oldest first."""
        await self.gateway.settled()
        journal: Journal = self.gateway._journal
        return [event.body async for event in journal.events("request.served")]  # type: ignore[misc]


def write_project(root: Path, address: str, more: str = "") -> None:
    """A project whose provider `up` is at `address`."""
    (root / "vouch.toml").write_text(f'[providers.up]\naddress = "{address}"\n{more}')


@asynccontextmanager
async def serving(root: Path, *, demanded: bool = False, desk: Desk | None = None) -> AsyncGenerator[Serving]:
    """Serve the project in `root`."""
    ready = asyncio.Event()
    place: socket.socket = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{place.getsockname()[1]}"
    http = HttpPool()
    async with opened(Project.find(root), demanded=demanded, desk=desk) as gateway:
        server = Server(gateway, place, drain=1)
        task = asyncio.create_task(server.run(ready.set))
        await ready.wait()
        try:
            yield Serving(address, root, gateway, http)
        finally:
            await http.aclose()
            server.stop()
            await task
