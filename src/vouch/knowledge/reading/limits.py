"""How much may be read, so that no file can use up the machine; and what is said of a file that was not read.

It does not know formats.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from vouch.errors import UsageError


class Limits(Struct, frozen=True):
    """What one file may hold; a file beyond is skipped, not cut.

    `bytes` of a file; `characters` of its text; `pages` of a PDF or slides; `rows` of a table or a query; `files` of a
    folder or an archive; `expanded` bytes that an archive or an office file may unpack to in all; `elements` of its
    XML; `depth` of elements in elements; `nesting` of archives, and of mails with attachments, in one another.
    """

    bytes: int = 50_000_000
    characters: int = 10_000_000
    pages: int = 5_000
    rows: int = 1_000_000
    files: int = 100_000
    expanded: int = 200_000_000
    elements: int = 1_000_000
    depth: int = 200
    nesting: int = 3


LIMITS: Final = Limits()
"""What is read where nothing else is said."""


class Skipped(Struct, frozen=True):
    """What was not read: its name in its source, and why, in a sentence for people."""

    path: str
    why: str


class Unreadable(UsageError):
    """A file that cannot be read as it stands; the rest of its source can."""
