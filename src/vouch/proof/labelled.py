"""A file of answers, some of them labelled by people: JSON lines, every mistake named with its line.

It does not know which judge is held against them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from vouch.errors import CaseError
from vouch.proof.hashing import ListDigest
from vouch.proof.numbering import Numbering
from vouch.proof.spool import spooled
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
    """Answers in a fixed order, with unique ids; those of a file that was `opened` lie aside on the disk.

    `hashed` is their digest, where somebody has computed it already.
    """

    name: str
    answers: Sequence[Labelled]
    hashed: str = ""

    @property
    def digest(self) -> str:
        """The content address of all of them, labels included."""
        return self.hashed or digest(self.answers)


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
    return Answers(file.name, tuple(_answers(file)))


@contextmanager
def opened(file: Path, aside: Path | None = None) -> Generator[Answers]:
    """The same, whatever their number: they are read once, and put into the folder `aside` until the block ends."""
    hashing = ListDigest()
    with spooled(Labelled, _hashed(_answers(file), hashing), aside) as answers:
        yield Answers(file.name, answers, hashing.hexdigest())


def _hashed(answers: Iterable[Labelled], hashing: ListDigest) -> Iterator[Labelled]:
    for answer in answers:
        hashing.add(answer)
        yield answer


def _answers(file: Path) -> Iterator[Labelled]:
    """One at a time, until the first mistake; all of them are told when the rest has been looked through."""
    mistakes: list[str] = []
    twice: dict[str, None] = {}
    ids = Numbering()
    for number, line in _lines(file):
        try:
            answer = _answer(line, number)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            mistakes.append(f"line {number}: {error}")
            continue
        count = len(ids)
        if ids.of(answer.case.id) < count:
            twice[answer.case.id] = None
        elif not mistakes and not twice:
            yield answer
    mistakes += [f"id {name!r} is used more than once" for name in twice]
    if mistakes or not len(ids):
        shown = "; ".join(mistakes[:_MISTAKES_SHOWN]) or "it holds no answers"
        more = f"; and {len(mistakes) - _MISTAKES_SHOWN} more" if len(mistakes) > _MISTAKES_SHOWN else ""
        raise CaseError(f"{file}: {shown}{more}. A line is a JSON object such as {_EXAMPLE}")


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their numbers; raises `CaseError` for what cannot be read."""
    try:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if text.strip():
                    yield number, text
    except FileNotFoundError:
        raise CaseError(f"there is no file of answers {str(file)!r}; write a line an answer: {_EXAMPLE}") from None
    except (OSError, ValueError) as error:
        raise CaseError(f"{str(file)!r} cannot be read ({getattr(error, 'strerror', error)})") from error


def _answer(line: bytes, number: int) -> Labelled:
    read = _decoder.decode(line)
    name = f"line-{number}" if read.id is None else str(read.id)
    case = Case(name, read.input, read.expected, read.tags, read.source)
    passages = tuple(one if isinstance(one, Found) else Found("", one) for one in read.found)
    result = Result("", "answered", read.output, found=passages)
    return Labelled(case, result, None if read.human is None else float(read.human))
