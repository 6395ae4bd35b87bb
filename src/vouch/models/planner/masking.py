"""A text without its facts, so that only what is wanted is left to be compared.

It does not know what the facts are good for.
"""

from __future__ import annotations

import re
from typing import Final

_MONEY: Final = re.compile(
    r"[$€£]\s?\d[\d.,]*\b|\b\d[\d.,]*\s?(?:[€£$]|(?:eur|euros?|usd|dollars?|gbp|pounds?|chf|cents?)\b)", re.IGNORECASE
)
_FACTS: Final = re.compile(
    r"""\S+@\S+\.\w+                                     # an e-mail address
      | \#?\b(?=[\w#/_-]*\d)[\w#/_-]*[A-Za-z_#][\w#/_-]*  # letters and digits in one: an id
      | \#?\b\d[\d.,:/-]*\b
    """,
    re.VERBOSE,
)
_LONE: Final = re.compile(r"\(\s*\)|[#:]+(?=\s|$)|\s+(?=[,.;!?])")


def masked(text: str) -> str:
    """`text` without e-mail addresses, ids and numbers; an amount is just *money*."""
    bare = _LONE.sub("", _FACTS.sub(" ", _MONEY.sub("money", text)))
    return " ".join(bare.split())
