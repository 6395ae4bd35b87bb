"""`vouch prove --judge`: hold a proof's judge against answers that people have labelled.

It does not know how a judge is proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import msgspec

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.cli.console import out, show_json
from vouch.cli.unchanged import Said
from vouch.cli.wanted import Wanted, plain_name
from vouch.contracts.judge import Judged
from vouch.errors import AppError, UsageError
from vouch.proof.judge_sentences import judge_summary
from vouch.proof.judging import APP, JudgeReport, Method, Options, prove_judge
from vouch.proof.labelled import opened
from vouch.proof.sentences import printable
from vouch.proof.spool import aside
from vouch.proof.whole import write_whole
from vouch.values.money import Usage


def options_of(wanted: Wanted) -> Options:
    """How to prove a judge, from what was typed; raises an `AppError` for what cannot be."""
    return Options(claim=wanted.claim, method=cast("Method", wanted.method), fresh=wanted.fresh)


async def prove_judges(
    app: App,
    proofs: Sequence[Proof],
    file: Path,
    house: House,
    *,
    to: Path,
    options: Options,
    json: bool = False,
) -> list[tuple[JudgeReport, Path]]:
    """Prove the judge of every proof that has one on the answers in `file`; gives each report and where it was put."""
    judged = [proof for proof in proofs if isinstance(proof.scorer, Judged)]
    if not judged:
        raise AppError(
            f"no proof of app {app.name!r} has a judge; give one a judged scorer, such as "
            "judges.geval('...', judge='openai/gpt-4o-mini')"
        )
    found: list[tuple[JudgeReport, Path]] = []
    with opened(file, aside(house.journal.place)) as answers:
        for proof in judged:
            place = to / f"judge-{plain_name(proof.name)}.json"
            rows = place.with_suffix(".jsonl")
            report = await prove_judge(proof.scorer, answers, house, options=options, rows_to=rows)
            _write(report, place)
            if json:
                show_json(report)
            else:
                out.print(_text(report, place))
            found.append((report, place))
    return found


def said_of_judge(report: JudgeReport, place: Path) -> Said | None:
    """What is said again of a proof of a judge when nothing has changed; None where it would be asked again."""
    if report.unscored:
        return None
    found = msgspec.structs.replace(report, calls=0, found=report.n, usage=Usage(), cost=None, seconds=0.0)
    return Said(
        run=report.proof_run,
        app=APP,
        proof=report.dataset,
        n=report.n,
        verdict=report.verdict,
        report=str(place.absolute()),
        files=tuple(str(file.absolute()) for file in (place, place.with_suffix(".jsonl"))),
        text=_text(found, place),
    )


def _text(report: JudgeReport, place: Path) -> str:
    head = f"{printable(report.judge)} · {printable(report.dataset)}"
    return "\n  ".join([head, *judge_summary(report), f"Report: {place}"])


def _write(report: JudgeReport, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(place, msgspec.json.format(msgspec.json.encode(report), indent=1))
    except OSError as error:
        raise UsageError(
            f"the report cannot be written to {str(place)!r} ({error.strerror}); name another folder: --to FOLDER"
        ) from error
