"""XSum: a news article in one sentence.

It does not know how answers are scored, but for the line they stand in.

Narayan et al. (2018), Don't Give Me the Details, Just the Summary! The figure is ROUGE-L with stems, as papers give it.
Read are records with document and summary, and pairs of files whose lines belong together (train.source, train.target;
train.document, train.summary).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vouch.bench.answers import after, meant
from vouch.bench.files import TABLES, ending, files_of, read_text, records
from vouch.bench.row import Row, split_named
from vouch.bench.task import Task
from vouch.contracts.scorer import Scorer
from vouch.errors import CaseError
from vouch.scorers.rouge import rouge

_PAIRED: Final = {".source": ".target", ".document": ".summary"}


def read(data: Path) -> list[Row]:
    """The articles with their summaries; raises `CaseError`."""
    rows: list[Row] = []
    for file in files_of(data, *TABLES, *_PAIRED):
        rows += _of_lines(file) if ending(file) in _PAIRED else _of_records(file, data)
    if not rows:
        raise CaseError(f"{data} holds no articles; give records with document and summary")
    return rows


def _of_records(file: Path, data: Path) -> list[Row]:
    rows: list[Row] = []
    for record in records(file, within=data):
        article, summary = record.text("document", "article", "text"), record.text("summary", "target", "highlights")
        if article is None or summary is None:
            columns = ", ".join(sorted(record.fields)) or "none"
            raise CaseError(f"{file}: {record.place} has the fields {columns}; wanted are document and summary")
        if article.strip() and summary.strip():
            rows.append(Row(record.split, article, summary, summary))
    return rows


def _of_lines(file: Path) -> list[Row]:
    other = file.with_suffix(_PAIRED[ending(file)])
    articles, summaries = (read_text(each).removesuffix("\n").split("\n") for each in (file, other))
    if len(articles) != len(summaries):
        raise CaseError(f"{file} has {len(articles)} lines, but {other.name} has {len(summaries)}; as many are wanted")
    split = split_named(file.stem)
    pairs = zip(articles, summaries, strict=True)
    return [Row(split, article, summary, summary) for article, summary in pairs if article.strip() and summary.strip()]


def _scorers(_rows: Sequence[Row]) -> tuple[Scorer, ...]:
    return tuple(meant(rouge(unit, stemmed=True), lambda output: after("Summary", output)) for unit in ("L", "1", "2"))


TASK: Final = Task(
    name="xsum",
    about="XSum: an article in one sentence",
    measure="ROUGE-L",
    read=read,
    instruction=lambda _rows: "Say in one sentence what the article is about.",
    scorers=_scorers,
    asks="Summary",
    local=("baseline/lead",),
)
