"""`vouch mcp`: an app as an MCP server, for whatever speaks that protocol.

It does not know how the protocol is spoken.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from vouch.cli.console import OK, command
from vouch.errors import UsageError
from vouch.project.project import locate
from vouch.tools.mcp import load_sdk


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("mcp")(mcp)


@command
async def mcp(
    app: Annotated[str, typer.Argument(help="An app of the project here, a project's folder, or FOLDER:APP.")],
    data: Annotated[Path | None, typer.Option("--data", help="Data for apps that are made from data.")] = None,
    client_confirms: Annotated[
        bool, typer.Option("--client-confirms", help="The client speaks for the user: its yes to a write is theirs.")
    ] = False,
) -> int:
    """Serve an app as an MCP server over standard input and output, until the input ends.

    It has one tool, `ask`, which gives the answer, how the run ended, and the run to go on with. A client is mostly a
    model: without --client-confirms its yes to a write with confirm=True makes none. Whatever speaks MCP
    starts this command itself; it needs the extra: pip install vouch-llm[mcp]

    \b
    Examples:
      vouch mcp shop
    """
    if is_terminal():
        raise UsageError("`vouch mcp` speaks with a program, not with people; name it there as the server's command")
    serve = load_sdk("vouch.project.mcp").serve
    project, name = locate(app)
    built = project.app(name, data=data)
    async with await project.house() as house:
        await serve(built, house, client_confirms=client_confirms)
    return OK


def is_terminal() -> bool:
    """Whether a person sits before standard input."""
    return sys.stdin.isatty()
