"""`vouch prove`: run an app's cases and decide.

It does not know how a verdict is reached.
"""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from typing import Annotated, Final

import typer

from vouch.cli.console import command
from vouch.cli.loading import loading
from vouch.cli.reads import Reads
from vouch.cli.unchanged import Sealing, again
from vouch.cli.wanted import Wanted

_PROVING: Final = "vouch.cli.proving"
"""Loaded only where there is something to prove: what would be said again is said in a fifth of the time."""


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command("prove")(prove)


@command
async def prove(
    app: Annotated[str, typer.Argument(help="An app of the project here, a project's folder, or FOLDER:APP.")],
    proof: Annotated[str | None, typer.Option("--proof", help="Only the proof of this name.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Data for apps that are made from data.")] = None,
    concurrency: Annotated[int, typer.Option("--concurrency", min=1, help="Cases at a time.")] = 32,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again what the journal has answers to.")] = False,
    keep: Annotated[
        bool | None, typer.Option("--keep/--no-keep", help="Keep the result as the baseline; without: if it ships.")
    ] = None,
    early: Annotated[
        bool, typer.Option("--early", help="Ask no more cases than it takes to decide about the change.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Prove again whenever a file of the project changes; keeps nothing.")
    ] = False,
    diff: Annotated[
        str | None,
        typer.Option("--diff", help="Also write diff.html, beside this earlier proof: a run or report.json."),
    ] = None,
    models: Annotated[
        str | None, typer.Option("--models", help="MODEL,MODEL: prove with each instead; one table.")
    ] = None,
    prompts: Annotated[
        str | None, typer.Option("--prompts", help="FILE,FILE: prove with each prompt instead; one table.")
    ] = None,
    judge: Annotated[
        Path | None, typer.Option("--judge", help="Prove the judges of the proofs, on answers labelled by people.")
    ] = None,
    claim: Annotated[
        float | None, typer.Option("--claim", help="With --judge: the least share of agreement with people to show.")
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="With --judge: labels drawn by verdict (stratified) or at random (ppi).")
    ] = "stratified",
    to: Annotated[Path | None, typer.Option("--to", help="Folder for the reports (.vouch/proofs/APP-PROOF).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Show the whole report as JSON.")] = False,
) -> int:
    """Run an app's cases and decide. Exit: 0 ship, 1 hold, 2 error, 3 undecided.

    \b
    Examples:
      vouch prove shop
      vouch prove shop --early --no-keep
      vouch prove shop --json
      vouch prove shop --watch
      vouch prove shop --diff main/report.json
      vouch prove shop --models openai/gpt-4o-mini,ollama/qwen3 --prompts short.prompt.md,long.prompt.md
      vouch prove examples/banking --data banking.csv
      vouch prove shop --judge labelled.jsonl --claim 0.9
    """
    wanted = Wanted(
        app=app,
        proof=proof,
        data=data,
        concurrency=concurrency,
        fresh=fresh,
        keep=keep,
        early=early,
        watch=watch,
        diff=diff,
        models=models,
        prompts=prompts,
        judge=judge,
        claim=claim,
        method=method,
        to=to,
        json=json,
    )
    wanted.check()
    code = again(wanted)
    if code is not None:
        return code
    began = time.time()
    with Reads() as reads:
        with loading():
            proving = import_module(_PROVING)
        return await proving.carry_out(wanted, Sealing(wanted, reads, began))
