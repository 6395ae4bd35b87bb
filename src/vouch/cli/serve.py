"""`vouch serve`: the gateway.

It does not know how a request is served.
"""

from __future__ import annotations

import socket
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from vouch.cli.console import OK, command, escaped, notes
from vouch.project.project import Project
from vouch.serve.server import LOOPBACK, listen
from vouch.serve.service import Service
from vouch.serve.workers import Workers, inherited, own_command, say_ready


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("serve")(serve)


@command
async def serve(
    folder: Annotated[Path, typer.Option("--in", help="The project's folder.")] = Path(),
    host: Annotated[str | None, typer.Option("--host", help="Where to listen; loopback unless told otherwise.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="The port; 0 takes a free one.")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that serve together.")] = 1,
    reload: Annotated[bool, typer.Option("--reload", help="Read vouch.toml again whenever it changes.")] = False,
    place: Annotated[int, typer.Option("--socket", help="An open socket to listen on: its file descriptor.")] = -1,
    parent: Annotated[int, typer.Option("--parent", hidden=True)] = -1,
    shared: Annotated[Path | None, typer.Option("--shared", hidden=True)] = None,
    processes: Annotated[int, typer.Option("--processes", hidden=True)] = 1,
) -> int:
    """Serve models, routes and apps behind the APIs that clients already speak, until Ctrl-C.

    Without a key the server is reached from this machine only; to listen elsewhere it demands one. On SIGHUP it reads
    vouch.toml again; what it cannot use it says, and goes on as before.

    \b
    Examples:
      vouch serve
      vouch serve --host 0.0.0.0 --port 8080 --workers 4
    """
    project = Project.find(folder)
    settings = project.config.serve
    host = host or settings.host
    listening = inherited(place) if place >= 0 else listen(host, settings.port if port is None else port)
    with listening:
        if workers > 1:
            return await _serve_together(project, listening, host, workers, watch=reload)
        service = Service(project, demanded=host not in LOOPBACK, say=_say, shared=shared, processes=processes)
        ready = (lambda: _say_where(host, listening)) if parent < 0 else (lambda: say_ready(parent))
        await service.run(listening, ready, watch=reload, ends=parent)
    return OK


async def _serve_together(project: Project, listening: socket.socket, host: str, workers: int, *, watch: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="vouch-") as folder:
        commanded = own_command(project.root, host, watch=watch)
        together = Workers(commanded, listening, Path(folder), count=workers, say=_say)
        return await together.run(lambda: _say_where(host, listening))


def _say(what: str) -> None:
    notes.print(escaped(what), style="yellow", soft_wrap=True)


def _say_where(host: str, place: socket.socket) -> None:
    shown = f"[{host}]" if ":" in host else host
    port = place.getsockname()[1]
    notes.print(f"vouch serves http://{shown}:{port}/v1 (Ctrl-C ends it)", soft_wrap=True, highlight=False)
