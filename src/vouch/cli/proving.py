"""Making the proofs that `vouch prove` is asked for: run, report, show.

It does not know which options are typed how, nor how a verdict is reached.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Final

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.cli.loading import loading
from vouch.cli.progress import progress_bar
from vouch.cli.unchanged import Said, Sealing
from vouch.cli.wanted import ROWS, Wanted, code_of, folder_of
from vouch.errors import AppError, UsageError
from vouch.project.project import Project, locate
from vouch.proof.asking import Options
from vouch.proof.cases import dataset_of
from vouch.proof.prove import prove as prove_app
from vouch.proof.recorded import read_proof
from vouch.proof.report import Report
from vouch.values.score import Verdict

_JUDGING: Final = "vouch.cli.judging"
_MATRIX: Final = "vouch.cli.matrix"
_REPORTS: Final = "vouch.cli.reports"
_WATCHING: Final = "vouch.cli.watching"
"""Each is loaded only where it is wanted, and reports when there is one: the first case is asked a tenth earlier."""


async def carry_out(wanted: Wanted, sealing: Sealing) -> int:
    """Do what is wanted, and give the exit code."""
    if wanted.watch:
        return await _keep_watch(wanted)
    with loading():
        project, name = locate(wanted.app)
        built = project.app(name, data=wanted.data)
    async with await project.house() as house:
        if wanted.judge is not None:
            verdicts, said = await _prove_judges(project, built, house, wanted, wanted.judge)
        elif wanted.models is not None or wanted.prompts is not None:
            return await _prove_matrix(project, built, house, wanted)
        else:
            verdicts, said = await _prove_proofs(project, built, house, wanted)
    # Sealed when all of it is on the disk; what could come out otherwise is never sealed.
    sealing.seal(project.root, [one for one in said if one is not None] if all(said) else [])
    return code_of(verdicts)


async def _prove_proofs(
    project: Project, built: App, house: House, wanted: Wanted
) -> tuple[list[Verdict], list[Said | None]]:
    found = await _prove_all(project, built, house, wanted)
    said_of = import_module(_REPORTS).said_of
    said = [said_of(report, _folder(project, built, report.proof, wanted)) for report in found]
    return [report.verdict for report in found], said


async def _prove_judges(
    project: Project, built: App, house: House, wanted: Wanted, file: Path
) -> tuple[list[Verdict], list[Said | None]]:
    proofs, place = _chosen(built, wanted.proof), _place(project, wanted)
    judging = import_module(_JUDGING)
    options = judging.options_of(wanted)
    found = await judging.prove_judges(built, proofs, file, house, to=place, options=options, json=wanted.json)
    return [report.verdict for report, _ in found], [judging.said_of_judge(*one) for one in found]


async def _prove_matrix(project: Project, built: App, house: House, wanted: Wanted) -> int:
    matrix = import_module(_MATRIX)
    return await matrix.prove_combinations(
        built,
        _chosen(built, wanted.proof),
        house,
        models=matrix.listed("--models", wanted.models),
        prompts=matrix.listed("--prompts", wanted.prompts),
        root=project.root,
        to=_place(project, wanted),
        options=_options(wanted),
        json=wanted.json,
    )


def _place(project: Project, wanted: Wanted) -> Path:
    """Where what is not one proof's goes."""
    return wanted.to or project.root / ".vouch" / "proofs"


def _folder(project: Project, built: App, proof: str, wanted: Wanted) -> Path:
    return folder_of(project.root, wanted.to, built.name, proof, alone=len(_chosen(built, wanted.proof)) == 1)


async def _prove_all(project: Project, built: App, house: House, wanted: Wanted) -> list[Report]:
    """Prove, write the reports and show them, one proof after the other."""
    proofs = _chosen(built, wanted.proof)
    if wanted.diff is not None and len(proofs) > 1:
        raise UsageError(f"--diff {wanted.diff!r} is one proof, the app has {len(proofs)}; name one: --proof NAME")
    return [await _prove(project, built, proof, house, wanted, alone=len(proofs) == 1) for proof in proofs]


async def _prove(project: Project, built: App, proof: Proof, house: House, wanted: Wanted, *, alone: bool) -> Report:
    before = None
    if wanted.diff is not None:
        # Read first: it may be the very report that this proof is about to replace.
        before = await read_proof(wanted.diff, house.journal, dataset_of(proof, project.root).cases)
    folder = folder_of(project.root, wanted.to, built.name, proof.name, alone=alone)
    with progress_bar() as bar:
        task = bar.add_task(f"{built.name} · {proof.name}", total=None)
        report = await prove_app(
            built,
            proof,
            house,
            root=project.root,
            options=_options(wanted),
            progress=lambda done, n: bar.update(task, completed=done, total=n),
            rows_to=folder / ROWS,
        )
    import_module(_REPORTS).tell(report, folder, before=before, json=wanted.json)
    return report


async def _keep_watch(wanted: Wanted) -> int:
    """Prove now and after each change, until interrupted."""
    # A version that is being written is nothing to compare with.
    wanted = replace(wanted, keep=bool(wanted.keep))

    async def work(project: Project, built: App, house: House) -> Sequence[Report]:
        return await _prove_all(project, built, house, wanted)

    watch = import_module(_WATCHING).watch
    return await watch(wanted.app, work, data=wanted.data, without=[wanted.to] if wanted.to else [])


def _chosen(app: App, name: str | None) -> list[Proof]:
    """The proofs of this name, or all; raises an `AppError` that lists those there are."""
    proofs = [proof for proof in app.proofs if name in (None, proof.name)]
    if not app.proofs:
        raise AppError(f"app {app.name!r} has no proofs; add: proofs=[Proof('cases.jsonl', scorers.label())]")
    if not proofs:
        raise AppError(f"app {app.name!r} has no proof {name!r}; there are: {', '.join(p.name for p in app.proofs)}")
    return proofs


def _options(wanted: Wanted) -> Options:
    options = Options(concurrency=wanted.concurrency, fresh=wanted.fresh, keep=wanted.keep, early=wanted.early)
    # Any case may be among those that differ: side by side, all are looked at.
    return options if wanted.diff is None else replace(options, rows=None)
