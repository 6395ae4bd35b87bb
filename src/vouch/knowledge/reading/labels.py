"""Who may read a document and whether it is trusted, by patterns for its name.

It does not know the documents: the caller knows where they come from.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from vouch.knowledge.reading.patterns import matches
from vouch.values.document import Document


class Label(Struct, frozen=True):
    """For documents whose name fits `pattern`: the labels of which a reader must have one, and whether it is trusted.

    `trusted` says that only the app's owner can have written them.
    """

    pattern: str
    access: tuple[str, ...] = ()
    trusted: bool = False


def labelled(document: Document, labels: Sequence[Label]) -> Document:
    """`document` with the labels of the first that fits; without one everybody may read it, and nobody trusts it.

    What came by mail is never trusted: whoever sent it wrote it.
    """
    for label in labels:
        if matches(document.id, (label.pattern,)):
            trusted = label.trusted and not _by_mail(document.id)
            return replace(document, access=label.access, trusted=trusted)
    return document


def _by_mail(name: str) -> bool:
    return any(step.lower().endswith(".eml") for step in name.split("/"))
