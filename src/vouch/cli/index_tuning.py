"""`vouch index tune`: which engine an index should have, tried out on its own documents and questions.

It does not know how engines are tried out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast, get_args

import typer
from rich.table import Table

from vouch.cli.console import HELD, OK, command, escaped, out, show_json
from vouch.cli.knowing import App, Of, Topic, topics
from vouch.cli.progress import progress_bar
from vouch.errors import UsageError
from vouch.knowledge.tuning.candidates import candidates
from vouch.knowledge.tuning.choice import By, Trial, Tuned
from vouch.knowledge.tuning.choice import tune as tune_index
from vouch.knowledge.tuning.sample import made_questions
from vouch.proof.cases import read_cases
from vouch.values.event import KnowledgeFound

_FEWEST = 30
"""With fewer questions from the journal, some are made of the documents."""


@command
async def tune(
    app: App,
    of: Of = None,
    questions: Annotated[
        Path | None,
        typer.Option("--questions", help="A file of cases; without: what was asked so far, or made of the documents."),
    ] = None,
    n: Annotated[int, typer.Option("--n", min=2, help="How many questions, at most.")] = 300,
    target: Annotated[float, typer.Option("--target", help="The share of what exact search finds.")] = 0.95,
    k: Annotated[int, typer.Option("--k", min=1, help="Of the first so many chunks.")] = 10,
    by: Annotated[str, typer.Option("--by", help=f"What is to be little: {', '.join(get_args(By))}.")] = "latency",
    seed: Annotated[int, typer.Option("--seed", help="Another draw of questions that are made.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Show everything as JSON.")] = False,
) -> int:
    """Try the index engines on this machine and name the cheapest that finds enough. Exit: 0 one does, 1 none, 2 error.

    Recall is measured against exact search, with an interval; latency, memory and building each in a process alone.
    Nothing of the live index is changed.

    \b
    Examples:
      vouch index tune shop
      vouch index tune shop --questions questions.jsonl --target 0.98 --by memory
    """
    if by not in get_args(By):
        raise UsageError(f"--by {by!r}: one of {', '.join(get_args(By))} is wanted")
    async with topics(app, of) as found:
        if len(found) > 1:
            names = ", ".join(topic.name for topic in found)
            raise UsageError(f"{app!r} knows by several indexes; name one: --of NAME; there are: {names}")
        tuned, origin = await _tuned(found[0], questions, n, target=target, k=k, by=cast("By", by), seed=seed)
    if json:
        show_json({"questions_from": origin, "tuned": tuned})
    else:
        _show(tuned, origin)
    return OK if tuned.chosen else HELD


async def _tuned(
    topic: Topic, file: Path | None, n: int, *, target: float, k: int, by: By, seed: int
) -> tuple[Tuned, str]:
    following = topic.following
    embedder = following.opened()
    if embedder is None:
        raise UsageError(f"{topic.name} is searched by words alone, which every engine does alike: nothing to tune")
    with progress_bar() as bar:
        task = bar.add_task(f"{topic.name} · embedded", total=None)
        entries = await following.builder_for(following.engine).entries(
            lambda done, of: bar.update(task, completed=done, total=of)
        )
        if file is not None:
            asked, origin = [case.input for case in read_cases(file).cases][:n], f"the file {file}"
        else:
            asked, origin = await _journal(topic, n), "the journal"
            if len(asked) < _FEWEST:
                asked, origin = made_questions(entries, n, seed=seed), "sentences of the documents"
        tuned = await tune_index(
            entries,
            asked,
            candidates(sum(len(entry.chunks) for entry in entries)),
            embedder,
            k=k,
            target=target,
            by=by,
            scope=topic.knowledge.scope,
            told=lambda name, done, of: bar.update(task, description=f"try {name}", completed=done, total=of),
        )
    return tuned, origin


async def _journal(topic: Topic, n: int) -> list[str]:
    """What was last searched for, each once."""
    asked: dict[str, None] = {}
    async for event in topic.house.journal.events("knowledge.found", app=topic.app.name):
        if isinstance(event.body, KnowledgeFound) and (query := str(event.body.query).strip()):
            asked.pop(query, None)
            asked[query] = None
    return list(asked)[-n:]


def _show(tuned: Tuned, origin: str) -> None:
    out.print(
        f"{tuned.documents:,} documents, {tuned.chunks:,} chunks; {tuned.questions:,} questions from {origin}; "
        f"recall@{tuned.k} of at least {tuned.target:g} wanted"
    )
    table = Table(box=None, pad_edge=False)
    for title in ("", "engine", f"recall@{tuned.k}", "CPU ms", "p95 ms", "memory MB", "disk MB", "build CPU s"):
        table.add_column(title, justify="left" if title in ("", "engine") else "right")
    for each in tuned.trials:
        if not each.why:
            table.add_row(*_row(each, chosen=each.name == tuned.chosen))
    out.print(table)
    for each in tuned.trials:
        if each.why:
            out.print(f"  {each.name} could not be tried: {escaped(each.why)}")
    chosen = next((each for each in tuned.trials if each.name == tuned.chosen), None)
    if chosen is None:
        out.print("None of them holds the target.")
    else:
        out.print(f"Cheapest by {tuned.by}: {chosen.name}. In the app: Knowledge(..., engine={chosen.code})")


def _row(trial: Trial, *, chosen: bool) -> list[str]:
    recall = "exact" if trial.exact else "-"
    if trial.recall is not None:
        recall = f"{trial.recall.estimate:.3f} [{trial.recall.low:.3f}, {trial.recall.high:.3f}]"
    mark = "->" if chosen else "" if trial.holds else "no"
    figures = (trial.cpu_ms, trial.p95_ms, trial.memory_mb, trial.disk_mb, trial.build_s)
    return [mark, trial.name, recall, *(f"{figure:,.2f}" for figure in figures)]
