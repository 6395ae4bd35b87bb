"""Files that are there whole or not at all, also where two processes write the same one, or one is killed over it.

It does not know what the files say.
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(file: Path) -> Generator[BinaryIO]:
    """A file to write into, which takes the place of `file` when the block ends well; raises `OSError`.

    What was there before stays until then, and where the block fails.
    """
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as opened:
            yield opened
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def write_whole(file: Path, content: str | bytes) -> None:
    """Write all of a file at once; text as UTF-8. Raises `OSError`."""
    with replacing(file) as opened:
        opened.write(content.encode() if isinstance(content, str) else content)


def write_lines(file: Path, lines: Iterable[bytes]) -> None:
    """Write lines, which bring their ends, one at a time. Raises `OSError`."""
    with replacing(file) as opened:
        opened.writelines(lines)
