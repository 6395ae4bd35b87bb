"""What an app knows, as values: documents, the chunks they are cut into, and the hits of a search.

It does not know where documents come from, how they are cut, or how they are searched.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Kind = Literal["heading", "text", "list", "table", "code"]
"""What a block of a document is; headings, tables and code are kept whole where a document is cut."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom of a block on its page, in points from the upper left corner."""


class Block(Struct, frozen=True, omit_defaults=True):
    """A piece of a document with its place: `span` are the characters of the document's text from start to end.

    `level` is that of a heading, from 1; `page` counts from 1, 0 where there are no pages.
    """

    kind: Kind
    span: tuple[int, int]
    level: int = 0
    page: int = 0
    box: Box | None = None


class Document(Struct, frozen=True, omit_defaults=True):
    """A document as text. `id` is its name in its source, such as a path; equal ids are versions of one document.

    `metadata` are values that a search may filter by; `access` the labels of which a reader must have one (without any,
    everybody may read it); `trusted` says that only the app's owner can have written it. `blocks` cover the text in
    order, where its structure is known.
    """

    id: str
    text: str
    metadata: dict[str, Any] = {}
    access: tuple[str, ...] = ()
    trusted: bool = False
    blocks: tuple[Block, ...] = ()


class Chunk(Struct, frozen=True, omit_defaults=True):
    """A piece of a document that is searched as one. `text` is what is embedded, `span` where it stands.

    `id` follows from the document and the piece's own content, so that an edit changes only the chunks it touches.
    `headings` are those above it, outermost first; `parent` is the larger chunk that it is part of; `place` is its
    number in the document, from 0.
    """

    id: str
    document: str
    text: str
    span: tuple[int, int]
    place: int = 0
    headings: tuple[str, ...] = ()
    parent: str = ""
    page: int = 0
    metadata: dict[str, Any] = {}
    access: tuple[str, ...] = ()
    trusted: bool = False


class Hit(Struct, frozen=True, omit_defaults=True):
    """A chunk that a search found, and how well it fits: higher is better, by which search says `by`."""

    chunk: Chunk
    score: float
    by: str = ""
