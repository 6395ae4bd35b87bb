"""Cases written as JSON lines, the form in which every proof reads them.

It does not know where they come from.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from vouch.errors import CaseError
from vouch.values.case import Case


def write_cases(cases: Iterable[Case], file: Path) -> int:
    """Write them one at a time, a line each, and give their number; the file is there whole or not at all.

    Raises `CaseError` where it cannot be written, and for a case that JSON cannot hold.
    """
    return write_lines(map(line_of, cases), file)


def write_lines(lines: Iterable[bytes], file: Path) -> int:
    """Write lines and give their number; the file is there whole or not at all. Raises `CaseError`."""
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    count = 0
    try:
        with part.open("wb") as opened:
            for line in lines:
                opened.write(line + b"\n")
                count += 1
        part.replace(file)
    except OSError as error:
        raise CaseError(f"{str(file)!r} cannot be written ({error.strerror}); name another file") from error
    finally:
        part.unlink(missing_ok=True)
    return count


def line_of(case: Case) -> bytes:
    """A case as one line of JSON, without what is empty; raises `CaseError` for what JSON cannot hold."""
    found: dict[str, Any] = {
        name: value
        for name in Case.__struct_fields__
        if (value := getattr(case, name)) is not None and (name in ("id", "input") or value not in ("", ()))
    }
    if case.expected == "":
        found["expected"] = ""
    try:
        return msgspec.json.encode(found)
    except (TypeError, ValueError, RecursionError) as error:
        raise CaseError(f"case {case.id!r} holds what JSON cannot ({error}); change it") from error
