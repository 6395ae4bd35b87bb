"""Showing things on a terminal, as words or JSON, and turning errors into one line and an exit code.

It does not know the commands.
"""

from __future__ import annotations

import asyncio
import functools
import re
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final, ParamSpec

import msgspec
import typer
from rich.console import Console

from vouch.errors import StoreError, VouchError

P = ParamSpec("P")

OK: Final = 0
HELD: Final = 1
ERROR: Final = 2
UNDECIDED: Final = 3
INTERRUPTED: Final = 130

# Controls, and what changes how the text around it is read: directions, zero widths, line ends, tags.
_STEERING: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)

# What is shown is data: no text in it is read as markup, as an emoji's name, or as something to colour.
out: Final = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
notes: Final = Console(stderr=True, highlight=False, markup=False, emoji=False)


def command(work: Callable[P, Coroutine[Any, Any, int]]) -> Callable[P, None]:
    """Make an async function a command: its number is the exit code, its error one line on standard error.

    That is a `VouchError`, or an `OSError`: what the machine refuses is no mistake of the program's.
    """

    @functools.wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            code = asyncio.run(work(*args, **kwargs))
        except BrokenPipeError:
            # Whoever read the output has seen enough; Typer ends quietly.
            raise
        except (VouchError, OSError) as error:
            code = _failed(error)
        except KeyboardInterrupt:
            sys.stderr.write("vouch: interrupted; what was done is recorded, the same command goes on from there\n")
            code = INTERRUPTED
        raise typer.Exit(code)

    return run


def show_text(text: str) -> None:
    """One text on standard output: a pipe gets it as it is, a terminal without what would steer it."""
    sys.stdout.write(f"{escaped(text) if out.is_terminal else text}\n")


def escaped(text: str) -> str:
    """`text` on one line or more, without characters that steer a terminal: they are shown as escapes."""
    return _STEERING.sub(lambda found: ascii(found[0])[1:-1], text)


def show_json(value: object) -> None:
    """One value as one line of JSON on standard output."""
    sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def _failed(error: BaseException) -> int:
    kind = "the journal" if isinstance(error, StoreError) else "error"
    sys.stderr.write(f"vouch: {kind}: {error}\n")
    return ERROR
