"""Records of a file of JSON: an object a line, or one list of objects.

It does not know which fields an object should have.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from vouch.errors import CaseError
from vouch.proof.datasets.lines import read_lines, read_text
from vouch.proof.datasets.record import Found, Mistake, Record

EXAMPLE: Final = '{"id": "c-1", "input": "...", "expected": "..."}'

_objects: Final = msgspec.json.Decoder(dict[str, Any])


def read_json_lines(file: Path) -> Found:
    """An object a line; empty lines do not count."""
    for number, line in read_lines(file):
        if not line.strip():
            continue
        try:
            yield Record("line", number, _objects.decode(line))
        except (msgspec.MsgspecError, RecursionError) as error:
            yield Mistake(f"line {number}", str(error))


def read_json(file: Path) -> Found:
    """One list of objects where the file begins with a bracket, else an object a line."""
    first = next((line.lstrip() for _, line in read_lines(file) if line.strip()), b"")
    return read_json_list(file) if first.startswith(b"[") else read_json_lines(file)


def read_json_list(file: Path) -> Found:
    """The objects of one list, each with the line on which it begins. The text is held in memory, the objects not."""
    for line, value in _items(file, read_text(file)):
        if isinstance(value, dict):
            yield Record("line", line, value)
        else:
            yield Mistake(f"line {line}", f"an object is wanted, not {value!r:.80}")


def _items(file: Path, text: str) -> Iterator[tuple[int, Any]]:
    decoder = json.JSONDecoder()
    place = _blank(text, 0)
    if not text.startswith("[", place):
        raise CaseError(f"{file} is not a list of objects: [{EXAMPLE}, ...]")
    place, line, counted = _blank(text, place + 1), 1, 0
    while not text.startswith("]", place):
        line, counted = line + text.count("\n", counted, place), place
        try:
            value, place = decoder.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError) as error:
            raise CaseError(f"{file}, {_told(error, line)}") from error
        yield line, value
        place = _blank(text, place)
        if text.startswith(",", place):
            place = _blank(text, place + 1)
        elif not text.startswith("]", place):
            raise CaseError(f"{file}, line {1 + text.count(chr(10), 0, place)}: a comma or the list's end is missing")


def _told(error: Exception, line: int) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}: JSON is malformed: {error.msg} (column {error.colno})"
    return f"line {line}: JSON is nested too deeply"


def _blank(text: str, place: int) -> int:
    while place < len(text) and text[place] in " \t\r\n":
        place += 1
    return place
