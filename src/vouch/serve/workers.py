"""Several processes that serve on one socket: begun, begun again when one dies, told to change and to end together.

It does not know what they serve, and serves nothing itself.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from vouch.errors import ConfigError

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 30.0
LASTED: Final = 10.0
"""Seconds after which a process that ends is not held to be broken from the start."""

READY: Final = b"r"
"""What a process writes to whoever began it when it takes requests."""


class Workers:
    """`count` processes of `command`, each told the socket, its parent, and what it shares."""

    def __init__(
        self, command: Sequence[str], place: socket.socket, folder: Path, *, count: int, say: Callable[[str], None]
    ) -> None:
        self._command = list(command)
        self._place = place
        self._folder = folder
        self._count = count
        self._say = say
        self._running: dict[int, Process] = {}
        self._ending = False
        self._ended = asyncio.Event()

    async def run(self, ready: Callable[[], None]) -> int:
        """Serve until SIGINT or SIGTERM; `ready` is called when all take requests.

        The exit code: that of the first process that ends before it was ready, or 0.
        """
        loop = asyncio.get_running_loop()
        for one in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(one, self._end, one)
        loop.add_signal_handler(signal.SIGHUP, self._tell, signal.SIGHUP)
        try:
            begun = await asyncio.gather(*[self._begun() for _ in range(self._count)])
            broken = [code for _, code in begun if code is not None]
            if broken and not self._ending:
                self._end(signal.SIGTERM)
            elif not broken:
                ready()
            await asyncio.gather(*[self._kept(process) for process, _ in begun])
            return broken[0] if broken and broken[0] > 0 else 0
        finally:
            for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                loop.remove_signal_handler(one)

    async def _kept(self, process: Process) -> None:
        """Have this process, or one in its place, until the end."""
        pause = FIRST_PAUSE
        while True:
            begun = time.monotonic()
            code = await process.wait()
            self._running.pop(process.pid, None)
            if self._ending:
                return
            pause = FIRST_PAUSE if time.monotonic() - begun > LASTED else min(pause * 2, LONGEST_PAUSE)
            self._say(f"process {process.pid} ended with {code}; another takes its place in {pause:g} seconds")
            try:
                await asyncio.wait_for(self._ended.wait(), pause)
            except TimeoutError:
                process, _ = await self._begun()
            else:
                return

    async def _begun(self) -> tuple[Process, int | None]:
        """A process, once it takes requests; with its exit code when it ended before that."""
        ours, its = socket.socketpair()
        listening = self._place.fileno()
        arguments = ["--socket", str(listening), "--parent", str(its.fileno())]
        arguments += ["--shared", str(self._folder), "--processes", str(self._count)]
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                *arguments,
                pass_fds=(listening, its.fileno()),
                # Ctrl-C reaches a whole group of processes: so that each is told once, they are told by us.
                process_group=0,
            )
        except OSError as error:
            ours.close()
            raise ConfigError(f"{self._command[0]!r} cannot be run ({error})") from error
        finally:
            its.close()
        self._running[process.pid] = process
        if self._ending:
            process.terminate()
        ours.setblocking(False)  # noqa: FBT003
        said = await asyncio.get_running_loop().sock_recv(ours, 1)
        # The other side sees by this socket that we are there: it is kept until the process has ended.
        closing = asyncio.create_task(process.wait())
        closing.add_done_callback(lambda _: ours.close())
        return process, None if said == READY else await closing

    def _end(self, how: signal.Signals) -> None:
        self._ending = True
        self._ended.set()
        self._tell(how)

    def _tell(self, what: signal.Signals) -> None:
        for process in self._running.values():
            if process.returncode is None:
                process.send_signal(what)


def own_command(folder: Path, host: str, *, watch: bool) -> list[str]:
    """How this program is begun once more to serve the same project."""
    command = [sys.executable, "-m", "vouch", "serve", "--in", str(folder), "--host", host]
    return [*command, "--reload"] if watch else command


def inherited(descriptor: int) -> socket.socket:
    """The socket that whoever began this process listens on; raises `ConfigError` when it is none."""
    try:
        place = socket.socket(fileno=descriptor)
        listens = place.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise ConfigError(f"--socket {descriptor} is no socket of this process ({error.strerror})") from error
    if not listens:
        place.detach()
        raise ConfigError(f"--socket {descriptor} does not listen; give one that does")
    place.setblocking(False)  # noqa: FBT003
    return place


def say_ready(parent: int) -> None:
    """Tell whoever began this process that it takes requests."""
    os.write(parent, READY)
