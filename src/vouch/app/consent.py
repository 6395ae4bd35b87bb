"""Whether a customer's words are a plain yes to what they were asked.

It does not know what they were asked. Anything that is not plainly a yes is a no: a write is never made on a maybe.
"""

from __future__ import annotations

import re
import unicodedata
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
_NOT_YET: Final = re.compile(
    r"\b(?:i am|im) (?:all )?(?:ok|okay|right|fine|good|great)\b"  # said to decline
    r"|\b(?:correct|right) (?:it|that|this|the|a)\b"  # something is to be corrected
    r"|\ball (?:of|the|this|that)\b"  # more than was asked, perhaps
    r"|^(?:is|am|would)\b"  # a question back, without its sign
    r"|(?<!thank )\byou\b"
)
"""Words of consent that do not consent."""

_WORD: Final = re.compile(r"[^\W\d_]+")
_SIGNS: Final = frozenset(" \t\r\n.,!;:-–—…'\"()*👍👌✅🙏🙂😀😊")


def is_yes(words: str) -> bool:
    """Whether `words` say yes and nothing else: every word is one of consent or courtesy, and one is of consent."""
    if "\N{GREEK QUESTION MARK}" in words:  # which would be made a semicolon
        return False
    text = unicodedata.normalize("NFC", words).lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    # A question mark of any script, a number or an amount, a sign that says no: nothing of it may stand in a yes.
    if not all(sign.isalpha() or sign in _SIGNS for sign in text):
        return False
    found = _WORD.findall(text)
    plain = " ".join(found)
    consents = any(word in _YES for word in found) or any(phrase in plain for phrase in _PHRASES)
    return consents and all(word in _YES or word in _COURTESY for word in found) and not _NOT_YET.search(plain)
