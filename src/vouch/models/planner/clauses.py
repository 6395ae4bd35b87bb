"""A message taken apart: clauses that each may be a wish, or say something about one.

It does not know the tools; it is told the words with which wishes begin.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final, NamedTuple

from vouch.models.planner.tokens import STOP, stem, tokens

_SENTENCE: Final = re.compile(
    r"(?<=[.!?;\n])(?:\s+|$)|\n+|(?<=\w please)\s+(?=[A-Z][a-z])|\s+(?=(?:Also|And|Additionally|Besides|Furthermore|Another thing|One more thing)\b)"
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
      | \s+[-–—]\s+"""
    + _FACT,
    re.VERBOSE | re.IGNORECASE,
)
_INTRODUCES: Final = re.compile(rf"(?:{_WHO}(?:[^\w@]+\w+){{0,5}}?[^\w@]+)?\S+@\S", re.IGNORECASE)
_ABBREVIATION: Final = re.compile(r"\b(?:mr|mrs|ms|dr|no|nr|st|ave|e\.g|i\.e|approx|vs|[A-Z])\.$", re.IGNORECASE)
_POLITE: Final = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|dear \w+)\b(?: there| team| all)?[\s,!.:]*|"
    r"(?:please|also|and|then|so|ok|okay|well|first|second|secondly|finally|next|now|just|kindly|plus|but|actually)\b"
    r"[\s,:]*)+",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(
    r"^(?:(?:[A-Za-z]+\s+){0,2}#?[\w-]*\d{3}[\w-]*\s*(?::|\s[-–—])|(?:[Mm]y|[Tt]he|[Tt]his|[Oo]ur)\s+[a-z]+:)\s+(?=[A-Za-z])"
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
_ALLOWS: Final = re.compile(r"^(?:can|could|may|should|would|will) (?:i|we)\b|\bhow\b", re.IGNORECASE)
_PERSONAL: Final = re.compile(r"\b(?:i|i'm|i've|my|mine|me|we|our|us)\b", re.IGNORECASE)
_LEAVE: Final = re.compile(
    r"^(?:can|could|may|might|must|should) (?:i|we|one)\b|^(?:is it|am i|are we|is one) (?:possible|allowed|okay|ok)\b",
    re.IGNORECASE,
)
_ANY: Final = re.compile(
    r"\b(?:an?|any|some|several|something|anything|things)\b"
    r"|^(?: to)? [a-z]+(?: back| off)? (?!(?:the|your|you|to|for|by|with|in|on|at|from|of|and|or|now|today|tomorrow|still|yet|again|"
    r"also|too|so|as|if|or|back|off|up|out)\b)[a-z]{3,}",
    re.IGNORECASE,
)
"""Something that is none in particular: *an order*, *something*, or *shoes*, right after the verb."""

_CERTAIN: Final = re.compile(
    r"\b(?:my|mine|our|this|that(?! (?:i|we|is|was|are|were)\b)|these|those|it|them|me|us|please|pls|another|now)\b|@", re.IGNORECASE
)
_THE: Final = re.compile(r"\bthe\b", re.IGNORECASE)
_WISHED: Final = re.compile(
    r"(?:\b(?:i|we)(?:'d| w[oul]{2,4}d|'ll| do| really| just)*(?: want| need| wish| like| love| have| hope| have got)? to"
    r"|^(?:want|need|wish|would like|like|have|gotta) to"
    r"|\b(?:looking|trying|hoping) to|\b(?:can|could|would|will|may|should) (?:you|i|we)(?: please| just)?|\bplease"
    r"|\blet's|\bhow (?:do|can) i)\s+(?P<verb>[A-Za-z]+)",
    re.IGNORECASE,
)
_LIGHT: Final = re.compile(
    r"\b(?:(?:arrange|register|make|book|organi[sz]e|request|have|get|give|need|want|demand|like|expect|start|issue|for)"
    r"|please\s+[a-z]+)"
    r"\s+(?:(?:me|us|you)\s+)?(?:an?|the|my|our|another)\s+(?:(?:full|quick|complete|new)\s+)?(?P<deed>[a-z]+)",
    re.IGNORECASE,
)
_LITTLE: Final = re.compile(
    r"(?:\s*[\w'-]+){0,5}?\s*\b(?P<word>back|off|up|out|through|over|away|down|for)\b", re.IGNORECASE
)
_BACK: Final = re.compile(
    r"(?<!would )(?<!'d )(?<!to )\b(?P<verb>want|need|g[io]ve|giving|send(?:ing)?|tak(?:e|ing)|go|goes|going|bring(?:ing)?|pay(?:ing)?|com(?:e|ing))\b"
    r"(?:\s+[\w'-]+){0,5}?\s+back\b",
    re.IGNORECASE,
)
_COMMAND: Final = re.compile(
    r"[a-z]+ (?:back|off|up|out|through|over|away|down|me|it|them|us|him|her|this|that|these|those|the|my|our|an?|all)\b",
    re.IGNORECASE,
)
_SMALL: Final = frozenset(map(stem, STOP))
_GO: Final = re.compile(r"^go(?:es|ing)$")
_REFUSES: Final = re.compile(
    r"^(?:i |we )?(?:do not|don't|dont|did not|didn't|never|no longer) (?:want|need|wish|like)(?: you)? to\b"
    r"|^(?:do not|don't|dont|never|no need to)\b|\b(?:instead of|rather than)\b",
    re.IGNORECASE,
)


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
    cuts = [
        found.span()
        for found in _JOINT.finditer(sentence)
        if begins(sentence[found.end() :], verbs) or _INTRODUCES.match(sentence[found.end() :])
    ]
    found: list[Clause] = []
    place = 0
    for cut, after in [*cuts, (len(sentence), len(sentence))]:
        text = sentence[place:cut].strip()
        if text:
            found.append(Clause(text, start + place, asks(text, verbs), bool(_REFUSES.search(polished(text)))))
        place = after
    return found


def polished(text: str) -> str:
    """`text` without greetings and courtesies at its beginning, and without the thing that it names first of all."""
    return _LABEL.sub("", _POLITE.sub("", text.strip(), count=1))


def informs(text: str) -> bool:
    """Whether `text` asks to be told something, and not to have something done."""
    found = _INFORMS.search(polished(text))
    # *Can order 123456 be cancelled?* is a wish.
    return found is not None and not (_MODAL.match(found[0]) and _NUMBERED.search(text))


def asks_for_deed(text: str) -> bool:
    """Whether `text` asks to have something done."""
    found = _WISHED.search(polished(text))
    return found is not None and not informs(text) and not _ALLOWS.search(found[0])


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


def wished(text: str) -> str:
    """The stem of the verb that `text` wishes for, as *cancel* in *I want to cancel it*; else its first word's."""
    bare = polished(text)
    if found := _WISHED.search(bare):
        return stem(found["verb"].lower())
    return first_word(bare)


def first_word(text: str) -> str:
    """The stem of the first word of `text` that is no courtesy, which a command begins with."""
    first = tokens(polished(text))[:1]
    return stem(first[0].word) if first else ""


def deed_as_thing(text: str) -> str:
    """The stem of the deed that `text` wants as a thing, as in *arrange a return* and *asking for a full refund*."""
    found = _LIGHT.search(text)
    return stem(found["deed"].lower()) if found else ""


def deed(text: str) -> str:
    """The verb that `text` wishes for with its little word, as in *give back* and *put through*; or the verb alone."""
    bare, verb = polished(text), wished(text)
    found = _WISHED.search(bare)
    if not found and verb in _SMALL and (back := _BACK.search(bare)):
        return f"{stem(_GO.sub('go', back['verb'].lower()))} back"
    little = _LITTLE.match(bare[found.end() :] if found else bare.partition(" ")[2])
    return f"{verb} {little['word'].lower()}" if little and (found or verb not in _SMALL) else verb


def commanded(text: str) -> str:
    """The `deed` of `text` where it is put as a wish or a command, as *Track my parcel* is; else nothing."""
    bare = polished(text)
    plain = _WISHED.search(bare) or _COMMAND.match(bare) or _BACK.search(bare)
    found = deed(text) if plain and not informs(text) else ""
    return found if found not in _SMALL else ""


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
