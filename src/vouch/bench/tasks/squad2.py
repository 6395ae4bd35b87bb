"""SQuAD 2.0: the words of a paragraph that answer a question, or that it has no answer there.

It does not know how answers are scored, but for the words that say there is none.

Rajpurkar et al. (2018), Know What You Don't Know. The figure is F1 of words, exact match beside it; questions with and
without an answer are also told apart. Questions on one paragraph count together in intervals. Read are the official
JSON (also of SQuAD 1.1), records with context, question and answers, and records that name the paragraph by `pid`,
which then stand beside a file of paragraphs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, cast

from vouch.bench.answers import first_line, meant
from vouch.bench.files import TABLES, Record, ending, files_of, read_json, records
from vouch.bench.row import Row, Split, split_named
from vouch.bench.task import Task
from vouch.contracts.scorer import Scorer
from vouch.errors import CaseError
from vouch.scorers.squad import squad
from vouch.values.digest import digest

NONE: Final = "unanswerable"
"""What a model is to say where the paragraph has no answer."""


def read(data: Path) -> list[Row]:
    """The questions on paragraphs; raises `CaseError`."""
    rows: list[Row] = []
    paragraphs: dict[str, str] = {}
    questions: list[Record] = []
    for file in _files(data):
        published: Any = read_json(file) if ending(file) == ".json" else None
        if isinstance(published, dict):
            rows += _published(cast("dict[str, Any]", published), file)
            continue
        for record in records(file, within=data):
            if "question" in record.fields:
                questions.append(record)
            elif (pid := record.text("pid")) and (text := record.text("text", "context")):
                paragraphs[pid] = text
    rows += [_row(record, paragraphs, data) for record in questions]
    if not rows:
        raise CaseError(f"{data} holds no questions; give SQuAD's JSON, or records with context, question and answers")
    return rows


def _files(data: Path) -> list[Path]:
    """The files of a set; with a file of questions comes that of its paragraphs."""
    files = files_of(data, *TABLES)
    if len(files) == 1 and "questions" in files[0].name:
        beside = files[0].with_name(files[0].name.replace("questions", "paragraphs"))
        return [*files, beside] if beside.is_file() else files
    return files


def _published(whole: dict[str, Any], file: Path) -> Iterator[Row]:
    split = split_named(file.stem)
    try:
        for article in whole["data"]:
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    answers = [answer["text"] for answer in asked["answers"]]
                    yield _made(split, paragraph["context"], asked["question"], answers)
    except (KeyError, TypeError) as error:
        raise CaseError(f"{file} is not SQuAD's JSON (at {error}); data, paragraphs and qas are wanted") from error


def _row(record: Record, paragraphs: dict[str, str], data: Path) -> Row:
    context = record.text("context") or paragraphs.get(record.text("pid") or "")
    question = record.text("question")
    answers: Any = record.fields.get("all_answers", record.fields.get("answers"))
    if isinstance(answers, dict):
        answers = cast("dict[str, Any]", answers).get("text")
    if context is None or question is None or not isinstance(answers, list):
        raise CaseError(f"{data}: {record.place}: a question, its paragraph (context) and a list of answers are wanted")
    return _made(record.split, context, question, [str(answer) for answer in cast("list[object]", answers)])


def _made(split: Split, context: str, question: str, answers: list[str]) -> Row:
    different = list(dict.fromkeys(answers))
    return Row(
        split,
        f"Paragraph: {context.strip()}\nQuestion: {question.strip()}",
        different,
        different[0] if different else NONE,
        f"paragraph {digest(context)[:12]}",
        ("has an answer" if different else "has no answer",),
    )


def answer_of(output: str) -> str:
    """The answer that an output gives; empty where it says that there is none."""
    line = first_line("Answer", output)
    return "" if line.casefold() in (NONE, "no answer", "none", "n/a") else line


def _scorers(_rows: Sequence[Row]) -> tuple[Scorer, ...]:
    return meant(squad("f1"), answer_of), meant(squad("exact"), answer_of)


TASK: Final = Task(
    name="squad2",
    about="SQuAD 2.0: answers in a paragraph, or none",
    measure="F1",
    read=read,
    instruction=lambda _rows: (
        "Answer the question with the shortest words of the paragraph that answer it, exactly as they stand there, and "
        f"nothing else. Answer {NONE} where the paragraph does not say it."
    ),
    scorers=_scorers,
    asks="Answer",
    local=("baseline/frequent", "baseline/reader"),
)
