"""Reading tokens with one tag each, and the task of finding the entities that the tags mark.

It does not know which kinds of entities a set has; numbers of tags are named by each task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from vouch.bench.entities import EntityF1, bio, read_entities, written
from vouch.bench.files import TABLES, ending, files_of, read_text, records
from vouch.bench.row import Row, Split, split_named
from vouch.bench.task import Task
from vouch.errors import CaseError
from vouch.scorers.spans import spans

COLUMNS = (".conll", ".txt", ".train", ".testa", ".testb", ".dev", ".test", ".annotated", ".bio", ".iob")
"""Endings of files with a token and its tag on a line."""

NUMBERED = "ner_tags"
"""The field in which tags may be numbers."""

NAMES = (NUMBERED, "tags", "labels")
"""Names of the field with the tags."""

_DOCUMENT = "-DOCSTART-"
"""The token that stands alone where a document begins."""


class _Sentence(NamedTuple):
    tokens: list[str]
    tags: list[str]
    source: str


def entity_task(name: str, about: str, read: Callable[[Path], list[Row]], what: str, local: tuple[str, ...]) -> Task:
    """A task whose answer is a list of entities; its figure is micro F1 of spans with their kinds."""
    return Task(
        name=name,
        about=about,
        measure="span F1",
        read=read,
        instruction=lambda rows: (
            f"Find all named entities in {what}.\n"
            'Answer with a JSON list of objects such as {"type": "TYPE", "text": "WORDS"}, in the order of the text, '
            "with the words exactly as they stand there. Answer [] if there are none.\n"
            f"The types are: {', '.join(kinds_of(rows))}"
        ),
        scorers=lambda _rows: (EntityF1(),),
        asks="Entities",
        local=local,
        readable=lambda _rows, output: read_entities(output) is not None,
    )


def kinds_of(rows: Sequence[Row]) -> list[str]:
    """The kinds of all spans that are expected."""
    return sorted({span.label for row in rows for span in spans(row.expected)})


def tagged_rows(data: Path, *, names: Sequence[str]) -> list[Row]:
    """The sentences of `data`: lines of token and tag, or records with `tokens` and tags; all tags are given as BIO.

    Tags that are numbers stand for `names`, in that order, but only under `ner_tags`: other publishers number them in
    another order. Raises `CaseError`.
    """
    rows: list[Row] = []
    files = files_of(data, *COLUMNS, *TABLES)
    for file in files:
        if ending(file) in TABLES:
            rows += _of_records(file, data, names)
        else:
            split = split_named(file.name)
            rows += [_row(split, each) for each in _sentences(file)]
    if not any(span for row in rows for span in spans(row.expected)):
        raise CaseError(f"{data} marks no entity in {len(rows)} sentences; give files with tokens and their tags")
    return rows


def _row(split: Split, sentence: _Sentence) -> Row:
    tokens, tags, source = sentence
    return Row(split, " ".join(tokens), bio(tags), written(tokens, tags), source)


def _sentences(file: Path) -> Iterator[_Sentence]:
    """Sentences end at an empty line; the tag is the last column; a document begins at -DOCSTART-."""
    tokens: list[str] = []
    tags: list[str] = []
    document = 0
    for number, line in enumerate(f"{read_text(file)}\n\n".split("\n"), 1):
        columns = line.split()
        begins = columns[:1] == [_DOCUMENT]
        if tokens and (begins or not columns):
            yield _Sentence(tokens, tags, _source(file, document))
            tokens, tags = [], []
        document += begins
        if begins or not columns:
            continue
        if len(columns) == 1:
            raise CaseError(f"{file}, line {number}: {line!r:.80} has one column; a token and its tag are wanted")
        tokens.append(columns[0])
        tags.append(_checked(columns[-1], f"{file}, line {number}"))


def _source(file: Path, document: int) -> str:
    return f"{file.name} {document}" if document else ""


def _of_records(file: Path, data: Path, names: Sequence[str]) -> Iterator[Row]:
    document = 0
    for record in records(file, within=data):
        field = next((name for name in NAMES if name in record.fields), "")
        tags: Any = record.fields.get(field)
        words = _texts(record.fields.get("tokens"))
        if not words or not isinstance(tags, list) or len(cast("list[Any]", tags)) != len(words):
            raise CaseError(f"{file}: {record.place}: a list of tokens and one of as many tags are wanted")
        if words == [_DOCUMENT]:
            document += 1
            continue
        known = names if field == NUMBERED else ()
        told = [_named(tag, known, f"{file}: {record.place}, {field}") for tag in cast("list[Any]", tags)]
        # A token with a space in it would be two.
        joined = ["_".join(token.split()) or "_" for token in words]
        source = record.text("source", "document") or _source(file, document)
        yield _row(record.split, _Sentence(joined, told, source))


def _texts(value: object) -> list[str]:
    """The texts of a list that holds nothing else; nothing for any other value."""
    several = cast("list[object]", value) if isinstance(value, list) else []
    found = [one for one in several if isinstance(one, str)]
    return found if len(found) == len(several) else []


def _named(tag: object, names: Sequence[str], place: str) -> str:
    if not isinstance(tag, int):
        return _checked(str(tag), place)
    if 0 <= tag < len(names):
        return names[tag]
    wanted = f"a number under {len(names)}" if names else f"a tag in words (numbers are known only in {NUMBERED!r})"
    raise CaseError(f"{place}: {tag!r} is no tag; {wanted} is wanted")


def _checked(tag: str, place: str) -> str:
    if tag == "O" or (tag[:2] in ("B-", "I-", "E-", "S-") and len(tag) > 2):
        return tag
    raise CaseError(f"{place}: {tag!r} is no tag; O, or B- or I- with a kind, such as B-PER, is wanted")
