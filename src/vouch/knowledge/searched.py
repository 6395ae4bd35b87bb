"""What of a chunk is searched: its text under the headings that stand above it.

It does not know how it is searched.
"""

from __future__ import annotations

from vouch.values.document import Chunk


def searched_text(chunk: Chunk) -> str:
    """The headings, outermost first, then the text: both are embedded and looked through for words."""
    return "\n".join((*chunk.headings, chunk.text))
