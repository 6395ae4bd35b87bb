"""Cases out of records, one at a time, every mistake named with its place.

It does not know how a file is read, nor what the cases are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from vouch.errors import CaseError
from vouch.proof.datasets.json_lines import EXAMPLE
from vouch.proof.datasets.record import Mistake, Record
from vouch.proof.numbering import Numbering
from vouch.values.case import Case

_MISTAKES_SHOWN: Final = 5

LINE_HINT: Final = f"A line is a JSON object such as {EXAMPLE}"
TABLE_HINT: Final = "The first line names the columns, such as id,input,expected"


class _Line(Struct, forbid_unknown_fields=True):
    input: str
    expected: Any = None
    id: Annotated[str, Meta(min_length=1)] | int | None = None
    tags: tuple[str, ...] = ()
    source: str = ""
    then: tuple[str, ...] = ()
    setting: Any = None


def cases_of(found: Iterable[Record | Mistake], file: Path, hint: str = LINE_HINT) -> Iterator[Case]:
    """The cases, in order; one without an id is called after its place. Raises `CaseError` at the end of the file.

    Cases come until the first mistake; then the rest is only looked through for more of them. Of what was read only
    the hashes of the ids are kept.
    """
    mistakes: list[str] = []
    count = 0
    places = Numbering()
    for entry in found:
        made = _made(entry, places)
        if isinstance(made, Mistake):
            mistakes.append(f"{made.place}: {made.why}")
        elif not mistakes:
            count += 1
            yield made
    if mistakes:
        shown = "; ".join(mistakes[:_MISTAKES_SHOWN])
        more = f"; and {len(mistakes) - _MISTAKES_SHOWN} more" if len(mistakes) > _MISTAKES_SHOWN else ""
        raise CaseError(f"{file}: {shown}{more}. {hint}")
    if not count:
        raise CaseError(f"{file} holds no cases; write a line a case: {EXAMPLE}")


def _made(entry: Record | Mistake, places: Numbering) -> Case | Mistake:
    if isinstance(entry, Mistake):
        return entry
    try:
        case = _case(entry)
    except (msgspec.MsgspecError, RecursionError) as error:
        return Mistake(entry.place, str(error))
    before = places.of(case.id, entry.number)
    if before != entry.number:
        unit = "on line" if entry.unit == "line" else f"in {entry.unit}"
        return Mistake(entry.place, f"id {case.id!r} is already used {unit} {before}")
    return case


def _case(entry: Record) -> Case:
    read = msgspec.convert(entry.values, _Line)
    name = entry.name if read.id is None else str(read.id)
    return Case(name, read.input, read.expected, read.tags, read.source, read.then, read.setting)
