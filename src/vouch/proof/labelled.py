"""A file of answers, some of them labelled by people: JSON lines, every mistake named with its line.

It does not know which judge is held against them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from vouch.errors import CaseError
from vouch.values.case import Case
from vouch.values.digest import digest
from vouch.values.result import Found, Result

_MISTAKES_SHOWN: Final = 5
_EXAMPLE: Final = '{"id": "c-1", "input": "...", "output": "...", "human": true}'


class Labelled(Struct, frozen=True):
    """An answer: its case, how its run ended, and what people say of it, in [0, 1]; None where they were not asked.

    Of a pair, the run's output is one answer and what the case expects the other: 1 says that the output is better.
    """

    case: Case
    result: Result
    human: float | None = None


class Answers(Struct, frozen=True):
    """Answers in a fixed order, with unique ids."""

    name: str
    answers: tuple[Labelled, ...]

    @property
    def digest(self) -> str:
        """The content address of all of them, labels included."""
        return digest(self.answers)


class _Line(Struct, forbid_unknown_fields=True):
    input: str
    output: str
    human: Annotated[float, Meta(ge=0, le=1)] | bool | None = None
    expected: Any = None
    id: Annotated[str, Meta(min_length=1)] | int | None = None
    tags: tuple[str, ...] = ()
    source: str = ""
    found: tuple[str | Found, ...] = ()
    # What a judge said is for people who read the file; a judge that is proven judges anew.
    judge: Any = None


_decoder: Final = msgspec.json.Decoder(_Line)


def read_answers(file: Path) -> Answers:
    """The answers in a file, in its order; one without an id is called after its line. Raises `CaseError`."""
    try:
        data = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except FileNotFoundError:
        raise CaseError(f"there is no file of answers {str(file)!r}; write a line an answer: {_EXAMPLE}") from None
    except (OSError, ValueError) as error:
        raise CaseError(f"{str(file)!r} cannot be read ({getattr(error, 'strerror', error)})") from error
    found: list[Labelled] = []
    mistakes: list[str] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(_answer(line, number))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            mistakes.append(f"line {number}: {error}")
    mistakes += _twice(found)
    if mistakes or not found:
        shown = "; ".join(mistakes[:_MISTAKES_SHOWN]) or "it holds no answers"
        more = f"; and {len(mistakes) - _MISTAKES_SHOWN} more" if len(mistakes) > _MISTAKES_SHOWN else ""
        raise CaseError(f"{file}: {shown}{more}. A line is a JSON object such as {_EXAMPLE}")
    return Answers(file.name, tuple(found))


def _answer(line: bytes, number: int) -> Labelled:
    read = _decoder.decode(line)
    name = f"line-{number}" if read.id is None else str(read.id)
    case = Case(name, read.input, read.expected, read.tags, read.source)
    passages = tuple(one if isinstance(one, Found) else Found("", one) for one in read.found)
    result = Result("", "answered", read.output, found=passages)
    return Labelled(case, result, None if read.human is None else float(read.human))


def _twice(found: Sequence[Labelled]) -> list[str]:
    seen: set[str] = set()
    twice = [each.case.id for each in found if each.case.id in seen or seen.add(each.case.id)]
    return [f"id {name!r} is used more than once" for name in dict.fromkeys(twice)]
