"""Whether a customer's words are a plain yes to what they were asked.

It does not know what they were asked. Anything that is not plainly a yes is a no: a write is never made on a maybe.
"""

from __future__ import annotations

import re
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YES: Final = _words(
    "yes yep yeah yup sure ok okay confirm confirmed correct right agreed agree absolutely definitely proceed "
    "ja jawohl genau gerne oui si sí sim tak da"
)
_COURTESY: Final = _words(
    "please thanks thank you go ahead do it that is thats i am im great perfect fine good very much the with and "
    "all of course sir madam this for me bitte danke merci gracias por favor a to would like want lets let us now "
    "sounds exactly"
)
_PHRASES: Final = ("go ahead", "do it", "please do", "of course", "sounds good", "that is fine", "thats fine")
_WORD: Final = re.compile(r"[^\W\d_]+")


def is_yes(words: str) -> bool:
    """Whether `words` say yes and nothing else: every word is one of consent or courtesy, and one is of consent."""
    text = words.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    if "?" in text or any(sign.isdigit() for sign in text):
        return False
    found = _WORD.findall(text)
    plain = " ".join(found)
    consents = any(word in _YES for word in found) or any(phrase in plain for phrase in _PHRASES)
    return consents and all(word in _YES or word in _COURTESY for word in found)
