"""Cutting a text into sentences, well enough for a baseline.

It does not know abbreviations, beyond those of one letter.
"""

from __future__ import annotations

import re
from typing import Final

_END: Final = re.compile(r"(?<=[.!?])(?<!\b[A-Z]\.)[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])|\n+")


def sentences(text: str) -> list[str]:
    """The sentences of a text in order, without spaces around them; a line break ends one, too."""
    return [piece for part in _END.split(text) if (piece := part.strip())]
