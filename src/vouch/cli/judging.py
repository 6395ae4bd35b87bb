"""`vouch prove --judge`: hold a proof's judge against answers that people have labelled.

It does not know how a judge is proven.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from vouch.app.app import App
from vouch.app.declaration import Proof
from vouch.app.house import House
from vouch.cli.console import HELD, OK, UNDECIDED, out, show_json
from vouch.contracts.judge import Judged
from vouch.errors import AppError, UsageError
from vouch.proof.judge_sentences import judge_summary
from vouch.proof.judging import JudgeReport, Options, prove_judge
from vouch.proof.labelled import read_answers
from vouch.proof.sentences import printable
from vouch.values.score import Verdict

CODES: dict[Verdict, int] = {"ship": OK, "hold": HELD, "undecided": UNDECIDED}


async def prove_judges(
    app: App,
    proofs: Sequence[Proof],
    file: Path,
    house: House,
    *,
    to: Path,
    options: Options,
    json: bool = False,
) -> int:
    """Prove the judge of every proof that has one on the answers in `file`; the reports go into the folder `to`."""
    judged = [proof for proof in proofs if isinstance(proof.scorer, Judged)]
    if not judged:
        raise AppError(
            f"no proof of app {app.name!r} has a judge; give one a judged scorer, such as "
            "judges.geval('...', judge='openai/gpt-4o-mini')"
        )
    answers = read_answers(file)
    codes: list[int] = []
    for proof in judged:
        report = await prove_judge(proof.scorer, answers, house, options=options)
        place = to / f"judge-{proof.name}.json"
        _write(report, place)
        if json:
            show_json(report)
        else:
            out.print(f"{printable(report.judge)} · {printable(report.dataset)}")
            for sentence in judge_summary(report):
                out.print(f"  {sentence}")
            out.print(f"  Report: {place}")
        codes.append(CODES[report.verdict])
    return HELD if HELD in codes else UNDECIDED if UNDECIDED in codes else OK


def _write(report: JudgeReport, place: Path) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1))
    except OSError as error:
        raise UsageError(
            f"the report cannot be written to {str(place)!r} ({error.strerror}); name another folder: --to FOLDER"
        ) from error
