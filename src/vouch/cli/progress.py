"""How far a command is, as a bar.

It does not know what the command does.
"""

from __future__ import annotations

import sys

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from vouch.cli.console import notes


def progress_bar() -> Progress:
    """A bar on standard error; nothing where that is not a terminal."""
    description = TextColumn("{task.description}", markup=False)
    columns = (description, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=notes, transient=True, disable=not sys.stderr.isatty())
