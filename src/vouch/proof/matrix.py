"""A matrix: the same cases asked of several combinations of models and prompts, all compared with the first.

It does not know where models and prompts come from, nor how the table is shown.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from msgspec import Struct, structs

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.errors import AppError, CaseError
from vouch.prompts.prompt import Prompt
from vouch.proof.asking import Options, Progress
from vouch.proof.cases import opened
from vouch.proof.change import gathered
from vouch.proof.numbering import Numbering
from vouch.proof.prove import prove
from vouch.proof.report import Report
from vouch.proof.runs_kept import RunsKept, read_runs
from vouch.proof.spool import aside
from vouch.stats import clustered, multiple, paired, repeats
from vouch.stats.percentile import percentile
from vouch.values.money import Money, Usage
from vouch.values.score import Interval, Verdict


class Variant(NamedTuple):
    """One combination: a model's name and a prompt's, and the app made of them."""

    model: str
    prompt: str
    app: App


class Versus(Struct, frozen=True):
    """How a combination differs from the first on the same n cases: `lost` were right there, `won` are right here.

    `p` is two-sided, `p_adjusted` Holm's over all combinations; `n` counts what counts alone: cases, or their sources.
    """

    difference: Interval
    lost: int
    won: int
    n: int
    p: float
    p_adjusted: float = 1.0


class Combination(Struct, frozen=True, kw_only=True):
    """What one combination showed. Seconds, cost and tokens are those of its runs, also where they were found.

    `median` and `p95` are seconds a run; `cost` is None where no price is known, or where there are several currencies.
    """

    model: str
    prompt: str
    version: str
    verdict: Verdict
    right: int
    answered: int
    n: int
    unscored: int
    accuracy: Interval | None
    median: float
    p95: float
    usage: Usage
    cost: Money | None
    cached: int
    proof_run: str
    versus: Versus | None = None


class Matrix(Struct, frozen=True, kw_only=True):
    """All combinations of one proof, in the order they were given; the first is what the others are compared with."""

    app: str
    proof: str
    dataset: str
    dataset_digest: str
    scorer: str
    confidence: float
    combinations: tuple[Combination, ...]
    schema: int = 1


Begun = Callable[[Variant], Progress | None]
"""Called before each combination; gives who is told of its progress."""


def variants(app: App, models: Sequence[str], prompts: Sequence[Path]) -> list[Variant]:
    """Every model with every prompt; without models those of the app, together, and without prompts the app's own.

    Raises an `AppError` for a combination that is given twice, and a `PromptError` for a prompt that cannot be read.
    """
    read = [Prompt.file(path.absolute()) for path in prompts]
    names = [str(path) for path in prompts]
    chosen = list(zip(names, read, strict=True)) or [(app.instructions.name, app.instructions)]
    apps = [(model, replace(app, models=[model])) for model in models] or [("+".join(app.model_names), app)]
    found = [
        Variant(model, name, made if not prompts else replace(made, prompt=prompt))
        for model, made in apps
        for name, prompt in chosen
    ]
    if len({(one.model, one.prompt) for one in found}) < len(found):
        raise AppError(f"models {list(models)!r} and prompts {names!r}: name each once")
    return found


async def prove_matrix(
    found: Sequence[Variant],
    proof: Proof,
    house: House,
    *,
    root: Path = Path(),
    options: Options | None = None,
    begun: Begun = lambda _variant: None,
) -> tuple[Matrix, list[Report]]:
    """Prove every combination, one after the other, and compare; none is kept, and no report holds rows.

    Raises what `prove` raises, and a `CaseError` where the cases changed from one combination to the next.
    """
    chosen = replace(options or Options(), keep=False, early=False, rows=0)
    proven: list[Report] = []
    runs: list[RunsKept] = []
    with TemporaryDirectory(prefix="vouch-", dir=aside(house.journal.place)) as folder:
        rows = Path(folder) / "rows.jsonl"
        for variant in found:
            proven.append(
                await prove(variant.app, proof, house, root=root, options=chosen, progress=begun(variant), rows_to=rows)
            )
            runs.append(await asyncio.to_thread(read_runs, rows))
        with opened(proof, root, Path(folder)) as cases:
            if {report.dataset_digest for report in proven} != {cases.digest}:
                raise CaseError(f"{cases.name!r} was changed while combinations were proven; prove the matrix again")
            numbering = Numbering()
            clusters = array("I", (numbering.of("\0".join(case.cluster)) for case in cases.cases))
    first, *others = runs
    compared = [versus(first, other, clusters, proof) for other in others]
    adjusted = multiple.holm([one.p for one in compared]) if compared else ()
    told = [structs.replace(one, p_adjusted=p) for one, p in zip(compared, adjusted, strict=True)]
    report = proven[0]
    matrix = Matrix(
        app=report.app,
        proof=report.proof,
        dataset=report.dataset,
        dataset_digest=report.dataset_digest,
        scorer=report.scorer,
        confidence=report.confidence,
        combinations=tuple(
            combination(variant, one, kept, against)
            for variant, one, kept, against in zip(found, proven, runs, [None, *told], strict=True)
        ),
    )
    return matrix, proven


def combination(variant: Variant, report: Report, runs: RunsKept, compared: Versus | None = None) -> Combination:
    """One line of the matrix."""
    return Combination(
        model=variant.model,
        prompt=variant.prompt,
        version=report.app_version,
        verdict=report.verdict,
        right=report.right,
        answered=report.answered,
        n=report.n,
        unscored=report.unscored,
        accuracy=report.accuracy,
        median=percentile(runs.seconds, 0.5) or 0.0,
        p95=percentile(runs.seconds, 0.95) or 0.0,
        usage=runs.usage,
        cost=runs.cost,
        cached=report.cached,
        proof_run=report.proof_run,
        versus=compared,
    )


def versus(first: RunsKept, other: RunsKept, clusters: Sequence[int], proof: Proof) -> Versus:
    """`other` against `first` on the same cases: exact McNemar; by source, or by case where each ran several times.

    `clusters` says by case what it counts together with. Two-sided p-values are twice the smaller one-sided one, at
    most 1.
    """
    before, after = ([kept.rights(place, proof.repeats) for place in range(len(clusters))] for kept in (first, other))
    confidence, margin = proof.gate.confidence, proof.gate.no_worse_than
    lost = sum(sum(was) > sum(now) for was, now in zip(before, after, strict=True))
    won = sum(sum(was) < sum(now) for was, now in zip(before, after, strict=True))
    if proof.repeats > 1 and len(set(clusters)) > 1:
        old, new = (gathered(clusters, rights) for rights in (before, after))
        there = repeats.compare(old, new, margin=margin, confidence=confidence)
        back = repeats.compare(new, old, margin=margin, confidence=confidence)
        return Versus(there.difference, lost, won, there.n, _two_sided(there.p_worse, back.p_worse))
    was, now = ([rights[0] for rights in some] for some in (before, after))
    if len(set(clusters)) < len(clusters):
        forth = clustered.compare(was, now, clusters, margin=margin, confidence=confidence)
        back = clustered.compare(now, was, clusters, margin=margin, confidence=confidence)
        return Versus(forth.difference, lost, won, forth.clusters, _two_sided(forth.p_worse, back.p_worse))
    single = paired.compare(was, now, margin=margin, confidence=confidence)
    return Versus(single.difference, lost, won, single.n, single.p_different)


def _two_sided(worse: float, better: float) -> float:
    return min(1.0, 2 * min(worse, better))
