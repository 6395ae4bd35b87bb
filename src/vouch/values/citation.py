"""Where a sentence of an answer stands.

It does not know how that was found out.
"""

from __future__ import annotations

from msgspec import Struct


class Citation(Struct, frozen=True, omit_defaults=True):
    """A sentence of an answer and the place that supports it: characters `start` to `end` of a document.

    `document` is empty where nothing supports the sentence. `support` is in [0, 1]; 1 where it stands there word for
    word. `wrong` are the sentence's own marks, such as `[7]`, that lead nowhere or to what does not support it.
    """

    sentence: str
    document: str = ""
    version: str = ""
    start: int = 0
    end: int = 0
    support: float = 0.0
    wrong: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether a place supports it."""
        return bool(self.document)
