"""The command `vouch`: one module a command, loaded only when it is typed.

It does not know what the commands do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module, metadata
from io import TextIOWrapper
from typing import Annotated, Final

import typer

COMMANDS: Final = {
    "new": "Make a new project of a few files that runs as it is.",
    "run": "Ask an app one question.",
    "prove": "Run an app's cases and decide: ship, hold or undecided.",
    "bench": "Ask well-known labelled sets of models: one table with intervals, cost and latency.",
    "certify": "Issue a certificate of an app's last proof, or verify one.",
    "approve": "Approve a write that waits, and let its run go on; without a run, list what waits.",
    "reject": "Refuse a write that waits; its run goes on without it.",
    "settle": "Say whether a write of unknown outcome was made.",
    "serve": "Serve models, routes and apps behind the APIs that clients already speak.",
    "mcp": "Serve an app as an MCP server over standard input and output.",
    "trace": "Show recorded runs: the latest, or every event of some.",
    "cases": "Make files of cases: from tables, other tools' files, the journal or documents.",
    "index": "Build, refresh, compare, tune and prove the index of an app's knowledge.",
    "guard": "Test what an app says of the texts that its tools give.",
    "keys": "Virtual keys of the gateway: made, listed, rotated, revoked.",
}

SUBCOMMANDS: Final = {
    "cases": ("import", "journal", "label", "make"),
    "index": ("build", "refresh", "rollback", "diff", "stats", "tune", "prove"),
    "guard": ("check",),
    "keys": ("make", "list", "rotate", "revoke"),
}
"""By command: the commands within it."""

HELP: Final = """The system around the model: declare an app, prove it, watch it.

\b
vouch new shop            make a project in ./shop
vouch run shop "Hello"    ask its app a question
vouch prove shop          prove it: exit 0 ship, 1 hold, 2 error, 3 undecided
vouch trace               list the latest runs
"""


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # An answer that the terminal's encoding lacks is still an answer.
            stream.reconfigure(errors="backslashreplace")
    try:
        program(sys.argv[1:])(prog_name="vouch")
    except KeyboardInterrupt:
        # It came while a command was being loaded; once it runs, it says more.
        sys.exit(130)


def program(arguments: Sequence[str]) -> typer.Typer:
    """The command line for these arguments: commands that are not typed are only named, not loaded."""
    typed = next((argument for argument in arguments if not argument.startswith("-")), None)
    everything = "_VOUCH_COMPLETE" in os.environ
    cli = typer.Typer(
        help=HELP,
        rich_markup_mode=None,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    cli.callback()(_options)
    for name, line in COMMANDS.items():
        if everything or name == typed:
            # Commands load NumPy, SQLAlchemy and more; `vouch --help` needs none of it.
            import_module(f"vouch.cli.{name}").register(cli)
        else:
            cli.command(name, help=line)(_not_loaded)
    return cli


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"vouch {metadata.version('vouch-llm')}")  # noqa: T201
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Options of `vouch` itself."""


def _not_loaded() -> None:
    raise AssertionError("a command that is typed is always loaded")
