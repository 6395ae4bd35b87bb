"""The lines of a text file, one at a time, checked to be UTF-8; and what is no such file.

It does not know what a line says.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from vouch.errors import CaseError

_MARK = b"\xef\xbb\xbf"
"""The byte order mark with which some editors begin a file."""


def read_lines(file: Path) -> Iterator[tuple[int, bytes]]:
    r"""Every line with its number, without its end; only "\n" ends one, since texts may hold other separators.

    Raises `CaseError` for what cannot be read, or is not UTF-8.
    """
    try:
        with file.open("rb") as opened:
            for number, line in enumerate(opened, 1):
                line = line.removesuffix(b"\n")
                _check_text(file, number, line)
                yield number, line.removeprefix(_MARK) if number == 1 else line
    except OSError as error:
        raise _unreadable(file, error) from error


def read_text(file: Path) -> str:
    """All of a file; raises `CaseError` as `read_lines` does."""
    return "\n".join(line.decode() for _, line in read_lines(file))


def check_file(file: Path, *, most: int | None = None) -> None:
    """Raise `CaseError` for what is no regular file, or has more than `most` bytes."""
    try:
        found = file.stat()
    except FileNotFoundError:
        raise CaseError(f"there is no file of cases {str(file)!r}") from None
    except (OSError, ValueError) as error:
        raise _unreadable(file, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise CaseError(f"{file} is a folder; name a file of cases")
    if not stat.S_ISREG(found.st_mode):
        raise CaseError(f"{file} is a pipe or a device, which may have no end; write the cases to a file")
    if most is not None and found.st_size > most:
        raise CaseError(
            f"{file} has {found.st_size / 1e6:,.0f} MB; at most {most / 1e6:,.0f} MB: split it into several proofs"
        )


def _unreadable(file: Path, error: Exception) -> CaseError:
    return CaseError(f"{str(file)!r} cannot be read ({getattr(error, 'strerror', None) or error})")


def _check_text(file: Path, number: int, line: bytes) -> None:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = line[error.start]
        raise CaseError(f"{file}, line {number}: not UTF-8 text (byte {byte:#04x}); save it as UTF-8") from error
