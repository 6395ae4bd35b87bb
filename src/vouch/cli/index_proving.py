"""`vouch index prove`: questions with their relevant documents, measured, and held against the last version.

It does not know how a verdict is reached.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from vouch.cli.console import HELD, OK, UNDECIDED, command, escaped, out, show_json
from vouch.cli.knowing import App, Of, Topic, topics
from vouch.cli.progress import progress_bar
from vouch.errors import UsageError
from vouch.proof.cases import read_cases
from vouch.proof.retrieval import MEASURES, Gate, RetrievalReport, prove_retrieval, read_report, write_report
from vouch.values.score import Verdict

CODES: Final[dict[Verdict, int]] = {"ship": OK, "hold": HELD, "undecided": UNDECIDED}

_DEEPER: Final = 6
"""So many chunks are asked for where one document is wanted: several may be of the same one."""


@command
async def prove(
    app: App,
    questions: Annotated[Path, typer.Argument(help="A file of cases; `expected` names the relevant documents.")],
    of: Of = None,
    k: Annotated[int, typer.Option("--k", min=1, help="Of the first so many documents.")] = 10,
    by: Annotated[str, typer.Option("--by", help=f"The measure that decides: {', '.join(MEASURES)}.")] = "ndcg",
    claim: Annotated[float | None, typer.Option("--claim", help="The least value of the measure to show.")] = None,
    margin: Annotated[float, typer.Option("--margin", help="By how much it may fall against the last version.")] = 0.02,
    keep: Annotated[
        bool | None, typer.Option("--keep/--no-keep", help="Keep the result as the baseline; without: if it ships.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", help="Folder for the report (.vouch/proofs/index-NAME).")] = None,
    json: Annotated[bool, typer.Option("--json", help="Show the whole report as JSON.")] = False,
) -> int:
    """Prove what is found for questions whose relevant documents are known. Exit: 0 ship, 1 hold, 2 error, 3 undecided.

    Measures recall, nDCG and reciprocal rank of the first k documents, with intervals, as the app searches. One measure
    decides: whether it fell against the last version that was kept, question by question.

    \b
    Examples:
      vouch index prove shop questions.jsonl
      vouch index prove shop questions.jsonl --by recall --k 5 --claim 0.9
    """
    if by not in MEASURES:
        raise UsageError(f"--by {by!r}: one of {', '.join(MEASURES)} is wanted")
    gate = Gate(by, k, claim, margin)
    cases = read_cases(questions).cases
    async with topics(app, of) as found:
        if len(found) > 1:
            names = ", ".join(topic.name for topic in found)
            raise UsageError(f"{app!r} knows by several indexes; name one: --of NAME; there are: {names}")
        topic = found[0]
        folder = (to or topic.root / ".vouch" / "proofs") / f"index-{_plain(topic.name)}-{_plain(questions.stem)}"
        before = read_report(folder / "baseline.json")
        with progress_bar() as bar:
            task = bar.add_task(f"{topic.name} · {questions.name}", total=len(cases))
            report = await prove_retrieval(
                lambda query: _documents(topic, query, k),
                cases,
                gate,
                name=questions.name,
                version=await _version(topic),
                before=before,
                progress=lambda done, n: bar.update(task, completed=done, total=n),
            )
    write_report(report, folder / "report.json")
    if keep or (keep is None and report.verdict == "ship"):
        write_report(report, folder / "baseline.json")
    if json:
        show_json(report)
    else:
        _show(report, folder)
    return CODES[report.verdict]


async def _documents(topic: Topic, query: str, k: int) -> list[str]:
    return [hit.chunk.document for hit in await topic.knowledge.search(query, _DEEPER * k)]


async def _version(topic: Topic) -> str:
    """The version of the index that answers, brought up to date first."""
    index = await topic.following.index()
    return "" if index is None else index.version


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name)


def _show(report: RetrievalReport, folder: Path) -> None:
    out.print(f"{report.verdict}: {report.why}")
    out.print(f"  {report.n:,} questions of {escaped(report.name)}, index version {report.version}")
    for name, each in report.measures.items():
        out.print(f"  {name:18} {each.estimate:.4f}  [{each.low:.4f}, {each.high:.4f}]")
    if (change := report.change) is not None:
        least, most = change.difference.low, change.difference.high
        out.print(
            f"  against {change.than}: {change.difference.estimate:+.4f} [{least:+.4f}, {most:+.4f}] on {change.n:,} "
            f"questions, another for {change.changed:,}"
        )
    if report.fell:
        out.print(f"  fell most: {escaped(', '.join(report.fell))}")
    out.print(f"  Report: {folder / 'report.json'}")
