"""What a model put between fences of three backticks: code, a query or JSON.

It does not know which language it is in.
"""

from __future__ import annotations

import re
from typing import Final

_FENCED: Final = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```[ \t]*$", re.DOTALL | re.MULTILINE)


def fenced(text: str) -> list[str]:
    """The contents of all fenced blocks, in order."""
    return [match[1] for match in _FENCED.finditer(text)]


def last_block(text: str) -> str:
    """The last fenced block of a text, or all of it where there is none."""
    return (fenced(text) or [text])[-1]
