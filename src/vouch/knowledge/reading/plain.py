"""Plain text and source code become documents.

It does not know programming languages: code is one block, which is cut between its lines.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from vouch.knowledge.reading.decoding import decoded
from vouch.knowledge.reading.limits import LIMITS, Limits
from vouch.values.document import Block, Document


def read_text(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """A text as it stands, without blocks: its structure is not known. Raises `Unreadable`."""
    return Document(name, decoded(data, limits))


def read_code(data: bytes, name: str, limits: Limits = LIMITS) -> Document:
    """Source code as it stands, as one block; `language` in its metadata is the ending of its name."""
    text = decoded(data, limits)
    blocks = (Block("code", (0, len(text))),) if text.strip() else ()
    return Document(name, text, metadata={"language": PurePosixPath(name).suffix[1:].lower()}, blocks=blocks)
