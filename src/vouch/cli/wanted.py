"""What was typed after `vouch prove`: which proofs, how they are made, and where their reports go.

It does not know how a proof is made: it is loaded also where nothing need be.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vouch.cli.console import HELD, OK, UNDECIDED
from vouch.errors import UsageError
from vouch.values.score import Verdict

ROWS: Final = "report.jsonl"
"""The rows of all runs, a line each; report.json holds the first that matter."""

CODES: Final[dict[Verdict, int]] = {"ship": OK, "hold": HELD, "undecided": UNDECIDED}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Everything that was typed; see the options of the command."""

    app: str
    proof: str | None = None
    data: Path | None = None
    concurrency: int = 32
    fresh: bool = False
    keep: bool | None = None
    early: bool = False
    watch: bool = False
    diff: str | None = None
    models: str | None = None
    prompts: str | None = None
    judge: Path | None = None
    claim: float | None = None
    method: str = "stratified"
    to: Path | None = None
    json: bool = False

    @property
    def plain(self) -> bool:
        """Whether a proof is to be made and no more than that."""
        return not (self.fresh or self.watch or self.diff or self.models or self.prompts)

    def check(self) -> None:
        """Raise a `UsageError` for options of which each wants to do something else."""
        given = {
            "--watch": self.watch,
            "--diff": self.diff is not None,
            "--models, --prompts": self.models is not None or self.prompts is not None,
            "--judge": self.judge is not None,
        }
        named = [name for name, value in given.items() if value]
        if len(named) > 1 and named != ["--watch", "--diff"]:
            raise UsageError(f"{' and '.join(named)} do not go together; give one of them")
        if self.judge is None and (self.claim is not None or self.method != "stratified"):
            raise UsageError("--claim and --method are said of a judge; give the labelled answers: --judge FILE")


def folder_of(root: Path, to: Path | None, *names: str, alone: bool) -> Path:
    """Where the reports of an app's proof go; several proofs never share a folder."""
    app, proof = (plain_name(name) for name in names)
    if to is None:
        return root / ".vouch" / "proofs" / f"{app}-{proof}"
    return to if alone else to / proof


def plain_name(name: str) -> str:
    """A name as a file may bear it."""
    return re.sub(r"[^\w.-]", "_", name)


def code_of(verdicts: Collection[Verdict]) -> int:
    """The exit code: an app ships only if all of its proofs do; proved worse outweighs undecided."""
    codes = [CODES[verdict] for verdict in verdicts]
    return HELD if HELD in codes else UNDECIDED if UNDECIDED in codes else OK
