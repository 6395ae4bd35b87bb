"""Reading a file of cases: JSON lines with an input and what is expected, every mistake named with its line.

It does not know what the cases are for.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Struct

from vouch.errors import CaseError
from vouch.values.case import Case, Dataset

LARGEST_BYTES: Final = 256_000_000
"""Larger files are refused before they are read: they would not fit into memory beside their answers."""

_MISTAKES_SHOWN: Final = 5


class _Line(Struct, forbid_unknown_fields=True):
    input: str
    expected: Any = None
    id: Annotated[str, Meta(min_length=1)] | int | None = None
    tags: tuple[str, ...] = ()
    source: str = ""
    then: tuple[str, ...] = ()
    setting: Any = None


_decoder: Final = msgspec.json.Decoder(_Line)


def read_cases(file: Path) -> Dataset:
    """The cases in a file, in its order; a case without an id is called after its line. Raises `CaseError`."""
    data = _read(file)
    cases: list[Case] = []
    mistakes: list[str] = []
    lines: dict[str, int] = {}
    # Only "\n" ends a line: texts may hold other characters that Python would split at.
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            case = _case(line, number)
        except (msgspec.MsgspecError, RecursionError) as error:
            mistakes.append(f"line {number}: {error}")
            continue
        if case.id in lines:
            mistakes.append(f"line {number}: id {case.id!r} is already used on line {lines[case.id]}")
        lines[case.id] = number
        cases.append(case)
    if mistakes:
        shown = "; ".join(mistakes[:_MISTAKES_SHOWN])
        more = f"; and {len(mistakes) - _MISTAKES_SHOWN} more" if len(mistakes) > _MISTAKES_SHOWN else ""
        raise CaseError(
            f'{file}: {shown}{more}. A line is a JSON object such as {{"id": "c-1", "input": "...", "expected": "..."}}'
        )
    if not cases:
        raise CaseError(
            f'{file} holds no cases; write a line a case: {{"id": "c-1", "input": "...", "expected": "..."}}'
        )
    return Dataset(file.name, tuple(cases))


def _read(file: Path) -> bytes:
    try:
        _check(file)
        data = file.read_bytes()
    except FileNotFoundError:
        raise CaseError(f"there is no file of cases {str(file)!r}") from None
    except (OSError, ValueError) as error:
        raise CaseError(f"{str(file)!r} cannot be read ({getattr(error, 'strerror', error)})") from error
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise CaseError(
            f"{file}, line {line}: not UTF-8 text (byte {data[error.start]:#04x}); save it as UTF-8"
        ) from error
    return data.removeprefix(b"\xef\xbb\xbf")


def _check(file: Path) -> None:
    found = file.stat()
    if stat.S_ISDIR(found.st_mode):
        raise CaseError(f"{file} is a folder; name a file of cases")
    if not stat.S_ISREG(found.st_mode):
        raise CaseError(f"{file} is a pipe or a device, which may have no end; write the cases to a file")
    if found.st_size > LARGEST_BYTES:
        size, most = found.st_size / 1e6, LARGEST_BYTES / 1e6
        raise CaseError(f"{file} has {size:,.0f} MB; at most {most:,.0f} MB: split it into several proofs")


def _case(line: bytes, number: int) -> Case:
    read = _decoder.decode(line)
    name = f"line-{number}" if read.id is None else str(read.id)
    return Case(name, read.input, read.expected, read.tags, read.source, read.then, read.setting)
