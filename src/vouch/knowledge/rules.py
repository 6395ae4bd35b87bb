"""The rules that an index was built by, as numbers: an index that was built by others is noticed, and built anew.

It does not know the rules themselves.

Whoever changes what a text is read, cut or parted into raises the number; a test holds what samples are made into, and
fails until that is done.
"""

from __future__ import annotations

from typing import Final

READING: Final = 1
"""What the text of a file is."""

CUTTING: Final = 1
"""Where a text is cut into chunks."""

WORDS: Final = 1
"""Which words stand in a text, and what their stems are."""

RULES: Final = (READING, CUTTING, WORDS)
"""All together: a part of the digest of every document in an index."""
