"""A text without its facts, so that only what is wanted is left to be compared.

It does not know what the facts are good for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_MONEY: Final = re.compile(
    r"[$€£]\s?\d[\d.,]*\b|\b\d[\d.,]*\s?(?:[€£$]|(?:eur|euros?|usd|dollars?|gbp|pounds?|chf|cents?)\b)", re.IGNORECASE
)
_FACTS: Final = re.compile(
    r"""(?<!\S)\S+@\S+\.\w+                                     # an e-mail address
      | \#?\b(?=[\w#/_-]*\d)[\w#/_-]*[A-Za-z_#][\w#/_-]*  # letters and digits in one: an id
      | \#?\b\d[\d.,:/-]*\b
    """,
    re.VERBOSE,
)
_MARK: Final = "\N{SYMBOL FOR SUBSTITUTE}"
_NAMED: Final = re.compile(
    r"(?:\b(?:of|from|in|for|to|with|on|the|my|this|it's|it is|that is|is)\s+)*"
    rf"\b([A-Za-z]+)(?:\s+(?:number|no\.?|id|code))?[\s:]*{_MARK}",
    re.IGNORECASE,
)
_OWN: Final = re.compile(r"\b(?:of|from|in|for|with|on) (?:my|the|this|that|our|an?) ([A-Za-z]+)\b", re.IGNORECASE)
_LONE: Final = re.compile(r"\(\s*\)|[#:]+(?=\s|$)|\s+(?=[,.;!?])")


@lru_cache(maxsize=2048)
def masked(text: str, nouns: frozenset[str] = frozenset()) -> str:
    """`text` without e-mail addresses, ids and numbers; an amount is just *money*.

    A word of `nouns` right before an id goes with it: *cancel order 123456* is *cancel*; so does *of my order*.
    """
    bare = _FACTS.sub(_MARK, _MONEY.sub("money", text))
    bare = _OWN.sub(lambda found: " " if found[1].lower() in nouns else found[0], bare)
    bare = _NAMED.sub(lambda found: " " if found[1].lower() in nouns else found[0], bare)
    return " ".join(_LONE.sub("", bare.replace(_MARK, " ")).split())
