"""One process that serves a project: gateway, log and exporter, and how it is told to change or to end.

It does not know the command line, nor the other processes that may serve beside it.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

from vouch.errors import ConfigError
from vouch.project.config import NAME
from vouch.project.project import Project
from vouch.serve.gateway import Gateway
from vouch.serve.keys.gate import Gate
from vouch.serve.keys.ledger import Ledger
from vouch.serve.opening import opened
from vouch.serve.operations.desk import Desk
from vouch.serve.operations.export import Exporter, destination
from vouch.serve.operations.request_log import RequestLog
from vouch.serve.operations.shared_counts import SharedCounts
from vouch.serve.server import Server
from vouch.serve.standing import Standing

_GARBAGE: Final = (20_000, 20, 20)
"""New objects after which garbage is looked for, and how often among older ones."""

LOOK_SECONDS: Final = 1.0
"""How often vouch.toml is looked at."""

Say = Callable[[str], None]


class Service:
    """`demanded`: nobody is let in without a key. `say` tells the operator. `shared` is the folder of those that serve
    together, and `processes` how many there are.
    """

    def __init__(
        self, project: Project, *, demanded: bool, say: Say, shared: Path | None = None, processes: int = 1
    ) -> None:
        self._project = project
        self._demanded = demanded
        self._say = say
        self._counts = None if shared is None else SharedCounts(shared)
        self._ledger = None if shared is None else Ledger(shared / "ledger.db", processes=processes)
        self._desk = Desk(Gate(demanded=demanded, ledger=self._ledger), counts=self._counts)

    async def run(
        self, place: socket.socket, ready: Callable[[], None], *, watch: bool = False, ends: int = -1
    ) -> None:
        """Serve on `place` until SIGINT or SIGTERM; SIGHUP has the settings read again, and so has their change, when
        `watch` is set. It ends, too, when the file descriptor `ends` is closed at its other side.
        """
        settings = self._project.config.serve
        async with self._watchers(), Standing(self._open) as standing:
            if self._demanded and not standing.gateway.keyed:
                raise ConfigError(
                    "anybody could reach it, and there is no key yet; make one: vouch keys make --name NAME"
                )
            for name, why in standing.gateway.withheld.items():
                self._say(f"app {name} is not served: {why}")
            # What is there now stays until the end: garbage is looked for among what requests leave behind, and seldom,
            # since each of them makes some hundred objects and nearly none is part of a circle.
            gc.freeze()
            gc.set_threshold(*_GARBAGE)
            server = Server(standing, place, drain=settings.drain)
            ending = _Ending(server, self._desk, settings.notice)
            with (
                _signals(ending.begin, lambda: asyncio.create_task(self._renew(standing))),
                _closed(ends, ending.begin),
            ):
                beside = [asyncio.create_task(self._watch(standing))] if watch else []
                if self._counts is not None:
                    beside.append(asyncio.create_task(self._counts.keep_saving(self._desk.meters)))
                try:
                    await server.run(ready)
                finally:
                    for task in beside:
                        task.cancel()

    @asynccontextmanager
    async def _open(self) -> AsyncGenerator[Gateway]:
        project = Project.find(self._project.root)
        if project.config.database != self._project.config.database:
            raise ConfigError("another database takes a restart")
        async with opened(project, demanded=self._demanded, desk=self._desk) as gateway:
            yield gateway

    @asynccontextmanager
    async def _watchers(self) -> AsyncGenerator[None]:
        settings = self._project.config.serve
        closing: list[Callable[[], None]] = []
        if settings.log != "off":
            log = RequestLog(settings.log, sys.stdout)
            self._desk.watched_by(log.saw)
            closing.append(log.close)
        if (there := destination(settings.otel)) is not None:
            self._desk.exporter = Exporter(there)
            self._desk.watched_by(self._desk.exporter.saw)
            closing.append(self._desk.exporter.close)
        try:
            yield
        finally:
            self._desk.gate.share()
            for close in closing:
                await asyncio.to_thread(close)
            if self._ledger is not None:
                self._ledger.close()

    async def _renew(self, standing: Standing) -> None:
        why = await standing.renew()
        self._say(f"the old settings stay: {why}" if why else f"{NAME} was read again, and holds from now on")

    async def _watch(self, standing: Standing) -> None:
        file = self._project.root / NAME
        seen = _stamp(file)
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = _stamp(file)
            if now != seen:
                seen = now
                await self._renew(standing)


class _Ending:
    """The first time it gives notice and then ends; the second time it ends at once."""

    def __init__(self, server: Server, desk: Desk, notice: float) -> None:
        self._server = server
        self._desk = desk
        self._notice = notice

    def begin(self) -> None:
        if self._desk.draining or not self._notice:
            self._desk.draining = True
            self._server.stop()
            return
        self._desk.draining = True
        asyncio.get_running_loop().call_later(self._notice, self._server.stop)


@contextmanager
def _signals(end: Callable[[], None], renew: Callable[[], object]) -> Generator[None]:
    loop = asyncio.get_running_loop()
    what: dict[signal.Signals, Callable[[], object]] = {signal.SIGINT: end, signal.SIGTERM: end, signal.SIGHUP: renew}
    for one, act in what.items():
        loop.add_signal_handler(one, act)
    try:
        yield
    finally:
        for one in what:
            loop.remove_signal_handler(one)


@contextmanager
def _closed(descriptor: int, end: Callable[[], None]) -> Generator[None]:
    """Have `end` called when the other side of `descriptor` is gone: nobody may outlive the process that began it."""
    if descriptor < 0:
        yield
        return
    loop = asyncio.get_running_loop()

    def gone() -> None:
        loop.remove_reader(descriptor)
        end()

    loop.add_reader(descriptor, gone)
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            loop.remove_reader(descriptor)


def _stamp(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
