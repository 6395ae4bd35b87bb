"""`vouch new`: a new project.

It does not know what is in it.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from vouch.cli.console import OK, command, out, show_json
from vouch.project.scaffold import scaffold


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("new")(new)


@command
async def new(
    name: Annotated[str, typer.Argument(help="The app's name; letters, digits, - and _.")],
    folder: Annotated[Path | None, typer.Option("--in", help="Where to make the project's folder.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Show the files as JSON.")] = False,
) -> int:
    """Make a new project of a few files that runs as it is.

    \b
    Examples:
      vouch new shop && vouch prove shop
    """
    root = (folder or Path()) / name
    files = scaffold(root, name)
    if json:
        show_json([str(file) for file in files])
        return OK
    out.print(f"Made {root}:")
    for file in files:
        out.print(f"  {file.relative_to(root)}")
    target = shlex.quote(str(root))
    out.print(f'\nNext:  vouch run {target} "I was charged twice"   and   vouch prove {target}')
    return OK
