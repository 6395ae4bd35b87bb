"""A message taken apart: clauses that each may be a wish, or say something about one.

It does not know the tools; it is told the words with which wishes begin.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final, NamedTuple

from vouch.models.planner.tokens import STOP, stem, tokens

_SENTENCE: Final = re.compile(
    r"(?<=[.!?;\n])(?:\s+|$)|\n+|(?<=\w please)\s+(?=[A-Z][a-z])"
    r"|\s+(?=(?:Also|And|Additionally|Besides|Furthermore|Another thing|One more thing)\b)"
)
_WHO: Final = r"(?:(?:(?:my|the)\s+)?(?:e-?mail|mail|account|address|login)|i'm|i\ am|it's|you\ find\ me|registered)\b"
_FACT: Final = rf"""
      | [,;]?(?<!\bmy)(?<!\bthe)(?<!mail)(?<!i'm)(?<!i\ am)\s+(?={_WHO}(?:[^\w@]+\w+){{0,5}}?[^\w@]+\S+@\S)
      | ,\s+(?=\S+@\S)"""
"""Before somebody says who they are, which is never part of a wish."""

_JOINT: Final = re.compile(
    r"""(?:,\s*|\s+)(?:and|&|plus)\s+(?:then\s+|also\s+|please\s+)*
      | ,?\s+(?:then|also|as\ well\ as)\s+
      | ,\s+(?:but\s+)?
      | \s+[-–—]\s+
      | (?-i:(?<=\w)\s+(?=[A-Z][a-z]+\s(?:the|my|it|me|them|this|that|our)\b))"""
    + _FACT,
    re.VERBOSE | re.IGNORECASE,
)
_INTRODUCES: Final = re.compile(rf"(?:{_WHO}(?:[^\w@]+\w+){{0,5}}?[^\w@]+)?\S+@\S", re.IGNORECASE)
_ABBREVIATION: Final = re.compile(r"\b(?:mr|mrs|ms|dr|no|nr|st|ave|e\.g|i\.e|approx|vs|[A-Z])\.$", re.IGNORECASE)
_POLITE: Final = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|dear \w+)\b(?: there| team| all)?[\s,!.:]*|"
    r"(?:please|also|and|then|so|ok|okay|well|first|second|secondly|finally|next|now|just|kindly|plus|but|actually"
    r"|besides|additionally|furthermore|moreover|(?:one more|another) thing)\b"
    r"[\s,:]*)+",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    r"^(?:(?:[a-z]+\s+){0,2}#?[\w-]*\d{3}[\w-]*\s*(?::|\s[-–—])|(?:my|the|this|our)\s+[a-z]+:)\s+(?=[a-z])",
    re.IGNORECASE,
)
"""As in *order 123456: cancel it*."""

_BEGINS: Final = re.compile(
    r"^(?:what|where|when|why|who|which|how|whose)(?:'s)?\b"
    r"|^(?:can|could|would|will|may|might|do|does|did|is|are|am|was|were|has|have|should|shall)\s+"
    r"(?:you|i|we|u|my|the|it|there|this|that|a|an|they|he|she|any)\b"
    r"|^(?:i|we)(?: would|'d|'ll| will| do| really| also| just| still)* "
    r"(?:want|need|wish|like|love|prefer|have to|must|require|demand|take|choose|go for)\b"
    r"|^(?:(?:want|need)\b|(?:would like|have) to\b)"
    r"|^(?:i am|i'm|im|we are|we're) (?:looking|trying|hoping|calling|writing|asking|applying)\b"
    r"|^(?:help me|let me|tell me|show me|give me|send me|get me|let's|lets|wanna|gimme)\b",
    re.IGNORECASE,
)
_HOLDS: Final = re.compile(
    r"\b(?:can|could|would|will) (?:you|i|we|u)\b|\b(?:i am|i'm|we are|we're) (?:asking|applying) for\b"
    r"|\b(?:i|we)(?: w[oul]{2,4}d|'d|'ll)?(?: really| also| just| still)? (?:want|need|wish|like|love|demand)\b"
    r"|\b(?:please|pls|plz)\b|\?\s*$",
    re.IGNORECASE,
)
_INFORMS: Final = re.compile(
    r"^(?:(?:until|since|from|by|at|in|for|to|of|with) )?"
    r"(?:who|whose|what|when|where|why|which|how (?:long|much|many|often|far|late|soon|big|old)|"
    r"do|does|is|are|was|did|has|have)\b(?!\s+(?:it|there) (?:possible|a way))"
    r"|^(?:(?:can|could|would|will) you (?:please )?)?(?:tell|explain|let me know|describe)\b"
    r"|^(?:i|we)(?:'d| would) (?:like|love|want) to know\b|^i wonder\b"
    r"|^(?:can|could|may|must|will|would|should)\s+"
    r"(?!you\b|i\b|we\b|u\b|it\b|my\b|this\b|that\b|somebody\b|someone\b|like\b|love\b|prefer\b|rather\b)",
    re.IGNORECASE,
)
_MODAL: Final = re.compile(r"(?:can|could|may|must|will|would|should)\b(?! you)", re.IGNORECASE)
_NUMBERED: Final = re.compile(r"\d{4,}")
_PERSONAL: Final = re.compile(r"\b(?:i|i'm|i've|my|mine|me|we|our|us)\b", re.IGNORECASE)
_LEAVE: Final = re.compile(
    r"^(?:can|could|may|might|must|should) (?:i|we|one)\b|^(?:is it|am i|are we|is one) (?:possible|allowed|okay|ok)\b",
    re.IGNORECASE,
)
_ANY: Final = re.compile(
    r"\b(?:an?|any|some|several|something|anything|things)\b"
    r"|^(?: to)? [a-z]+(?: back| off)? (?!(?:the|your|you|to|for|by|with|in|on|at|from|of|and|or|so|as|if|now|today|"
    r"tomorrow|still|yet|again|also|too|back|off|up|out)\b)[a-z]{3,}",
    re.IGNORECASE,
)
"""Something that is none in particular: *an order*, *something*, or *shoes*, right after the verb."""

_CERTAIN: Final = re.compile(
    r"\b(?:my|mine|our|this|that(?! (?:i|we|is|was|are|were)\b)|these|those|it|them|me|us|please|pls|another|now)\b|@",
    re.IGNORECASE,
)
_THE: Final = re.compile(r"\bthe\b", re.IGNORECASE)
_REFUSES: Final = re.compile(
    r"^(?:i |we )?(?:do not|don't|dont|did not|didn't|never|no longer) (?:want|need|wish|like)(?: you)? to\b"
    r"|^(?:do not|don't|dont|never|no need to)\b|\b(?:instead of|rather than)\b",
    re.IGNORECASE,
)


_SMALL: Final = frozenset(map(stem, STOP))
_QUOTED: Final = re.compile(r"\"[^\"\n]+\"|“[^”\n]+”|«[^»\n]+»|(?<!\w)'[^'\n]{20,}'(?!\w)")
_SPEECH: Final = 6
_CAPITAL: Final = 0.6


class Clause(NamedTuple):
    """A piece of a message and where it begins. `asks` when it is put as a wish or question, `refuses` when as a no."""

    text: str
    start: int
    asks: bool
    refuses: bool = False


def own_words(message: str) -> str:
    """`message` with what it quotes at length left blank: that is somebody else's wish."""
    return _QUOTED.sub(lambda found: " " * len(found[0]) if _is_speech(found[0]) else found[0], message)


def _is_speech(quoted: str) -> bool:
    """Whether a quotation is somebody's speech, and not a title, which is short or in capitals."""
    words = [token for token in quoted.split() if any(sign.isalpha() for sign in token)]
    capital = sum(token.strip("\"'“”«»(")[:1].isupper() for token in words)
    return len(words) >= _SPEECH and capital < _CAPITAL * len(words)


def clauses(message: str, verbs: Set[str]) -> list[Clause]:
    """The clauses of `message` in order. What begins no wish of its own stays with the clause before it."""
    found: list[Clause] = []
    for start, sentence in _sentences(message):
        found += _joints(sentence, start, verbs)
    return found


def _sentences(message: str) -> list[tuple[int, str]]:
    pieces: list[tuple[int, str]] = []
    start = 0
    for cut in [*(found.span() for found in _SENTENCE.finditer(message)), (len(message), len(message))]:
        text = message[start : cut[0]]
        if _ABBREVIATION.search(text) and cut[0] < len(message):
            continue
        if text.strip():
            pieces.append((start, text))
        start = cut[1]
    return pieces


def _joints(sentence: str, start: int, verbs: Set[str]) -> list[Clause]:
    cuts = [found.span() for found in _JOINT.finditer(sentence) if _cuts(found, sentence, verbs)]
    found: list[Clause] = []
    place = 0
    for cut, after in [*cuts, (len(sentence), len(sentence))]:
        text = sentence[place:cut].strip()
        if text:
            found.append(Clause(text, start + place, asks(text, verbs), bool(_REFUSES.search(polished(text)))))
        place = after
    return found


def _cuts(found: re.Match[str], sentence: str, verbs: Set[str]) -> bool:
    """Whether a new clause begins after `found`; where nothing but a capital says so, only with a verb of a tool."""
    rest = sentence[found.end() :]
    if found[0].isspace() and rest[:1].isupper() and not _INTRODUCES.match(rest):
        return stem(tokens(rest)[0].word) in verbs - _SMALL
    return begins(rest, verbs) or bool(_INTRODUCES.match(rest))


def polished(text: str) -> str:
    """`text` without greetings and courtesies at its beginning, and without the thing that it names first of all."""
    return _LABEL.sub("", _POLITE.sub("", text.strip(), count=1))


def informs(text: str) -> bool:
    """Whether `text` asks to be told something, and not to have something done."""
    found = _INFORMS.search(polished(text))
    # *Can order 123456 be cancelled?* is a wish.
    return found is not None and not (_MODAL.match(found[0]) and _NUMBERED.search(text))


def is_general(text: str) -> bool:
    """Whether `text` asks something that is not about whoever asks."""
    return informs(text) and not _PERSONAL.search(text)


def asks_leave(text: str) -> bool:
    """Whether `text` asks if something may be done at all: to *an order*, and to none that can be told."""
    bare = polished(text)
    leave = _LEAVE.search(bare)
    rest = bare[leave.end() :] if leave else ""
    thing = _ANY.search(rest)
    if thing is None or _CERTAIN.search(rest) or _NUMBERED.search(rest):
        return False
    return not _THE.search(rest[: thing.start()])


def begins(text: str, verbs: Set[str]) -> bool:
    """Whether `text` begins like a wish: as a question, as a request, or with a verb that tools are wanted with."""
    bare = polished(text)
    if _BEGINS.search(bare):
        return True
    first = tokens(bare)[:1]
    return bool(first) and first[0].word not in STOP and stem(first[0].word) in verbs


def asks(text: str, verbs: Set[str]) -> bool:
    """Whether `text` is a wish, as a whole or in some of its words."""
    return begins(text, verbs) or bool(_HOLDS.search(text))
