"""`vouch cases label`: an app's last answers, for people to label.

It does not know which of them are chosen, or why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.cli.console import OK, command, out
from vouch.cli.latest import latest, only
from vouch.contracts.judge import Judged
from vouch.errors import UsageError
from vouch.project.project import locate
from vouch.proof.cases import dataset_of
from vouch.proof.datasets.written import write_lines
from vouch.proof.label_sheet import label_sheet


@command
async def label(
    app: Annotated[str, typer.Argument(help="An app of the project here, a project's folder, or FOLDER:APP.")],
    to: Annotated[Path, typer.Option("--to", help="The file of answers that is written.")] = Path("labels.jsonl"),
    wanted: Annotated[int, typer.Option("--wanted", min=1, help="How many answers to label.")] = 100,
    proof: Annotated[str | None, typer.Option("--proof", help="The proof, where the app has several.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of the draw.")] = 0,
    verdicts: Annotated[
        bool, typer.Option("--verdicts", help="Show what the judge said; whoever labels is swayed by it.")
    ] = False,
) -> int:
    """Write the answers of an app's last proof for people to label: half of those to label are fails of the judge.

    Fill in "human" (true, false or a grade from 0 to 1) in the first lines and prove the judge with the whole file.

    \b
    Examples:
      vouch cases label shop --to labels.jsonl
      vouch cases label shop --proof tone --wanted 200
      vouch prove shop --judge labels.jsonl --claim 0.9
    """
    project, name = locate(app)
    built = project.app(name)
    chosen = _chosen(built, proof)
    cases = dataset_of(chosen, project.root).cases
    async with await project.house() as house:
        report = await latest(house.journal, built, chosen, typed=app)
        sheet = await label_sheet(house.journal, report.proof_run, cases, wanted=wanted, seed=seed, verdicts=verdicts)
    count = write_lines(sheet.lines, to)
    out.print(f"{count:,} answers of {built.name} are written to {to}; the first {sheet.wanted:,} are to be labelled")
    out.print(f"  {sheet.failed:,} of these are answers that the judge failed; keep all lines in the file")
    out.print(f"  Then: vouch prove {app} --judge {to}")
    return OK


def _chosen(app: App, name: str | None) -> Proof:
    found = [proof for proof in app.proofs if name in (None, proof.name)]
    judged = [proof for proof in found if isinstance(proof.scorer, Judged)]
    if found and not judged:
        raise UsageError(
            f"no proof of {app.name!r} has a judge, and labels prove judges; give one a judged scorer, such as "
            "judges.geval('...', judge='openai/gpt-4o-mini')"
        )
    return only(app, judged)
